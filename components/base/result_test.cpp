#include <gtest/gtest.h>

#include <memory>
#include <string>

#include <base/result.hpp>

namespace phx {
namespace {

TEST(Result, HoldsAValue) {
    Result<int> result{7};
    ASSERT_TRUE(result);
    EXPECT_EQ(*result, 7);
    EXPECT_EQ(result.value(), 7);
    *result = 8;
    EXPECT_EQ(result.value_or(1), 8);
}

TEST(Result, HoldsAnError) {
    const Result<int> result{Errno::nomem};
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error(), Errno::nomem);
    EXPECT_EQ(result.value_or(1), 1);
}

TEST(Result, OfNothing) {
    const Result<void> good;
    EXPECT_TRUE(good);
    good.value();
    const Result<void> bad{Errno::io};
    ASSERT_FALSE(bad);
    EXPECT_EQ(bad.error(), Errno::io);
}

TEST(Result, MovesWhatCannotBeCopied) {
    Result<std::unique_ptr<int>> result{std::make_unique<int>(5)};
    Result<std::unique_ptr<int>> moved{std::move(result)};
    ASSERT_TRUE(moved);
    const std::unique_ptr<int> owner = std::move(moved).value();
    EXPECT_EQ(*owner, 5);
    Result<std::unique_ptr<int>> error{Errno::busy};
    const Result<std::unique_ptr<int>> moved_error{std::move(error)};
    ASSERT_FALSE(moved_error);
    EXPECT_EQ(moved_error.error(), Errno::busy);
}

struct Counted {
    explicit Counted(int* live) : live_{live} { ++*live_; }
    Counted(Counted&& other) : live_{other.live_} { ++*live_; }
    ~Counted() { --*live_; }
    int* live_;
};

TEST(Result, DestroysItsValueOnceAndAnErrorNever) {
    int live = 0;
    {
        Result<Counted> result{Counted{&live}};
        const Result<Counted> moved{std::move(result)};
        const Result<Counted> error{Errno::inval};
        EXPECT_EQ(live, 2);
    }
    EXPECT_EQ(live, 0);
}

Result<int> half(int n) {
    if (n % 2 != 0) {
        return Errno::inval;
    }
    return n / 2;
}
Result<int> quarter(int n) {
    const int h = TRY(half(n));
    return TRY(half(h));
}
Result<void> check(int n) {
    static_cast<void>(TRY(quarter(n)));
    TRY(n > 100 ? Result<void>{Errno::range} : Result<void>{});
    return {};
}

TEST(Try, ReturnsTheErrorOrGivesTheValue) {
    EXPECT_EQ(quarter(12).value(), 3);
    EXPECT_EQ(quarter(6).error(), Errno::inval);
    EXPECT_TRUE(check(8));
    EXPECT_EQ(check(9).error(), Errno::inval);
    EXPECT_EQ(check(104).error(), Errno::range);
}

TEST(Try, TakesWhatCannotBeCopied) {
    const auto outer = []() -> Result<int> {
        const std::unique_ptr<int> owner = TRY(Result<std::unique_ptr<int>>{std::make_unique<int>(9)});
        return *owner;
    };
    EXPECT_EQ(outer().value(), 9);
}

TEST(ResultDeathTest, StopsAtTheWrongQuestion) {
    const Result<int> error{Errno::io};
    const Result<int> value{3};
    EXPECT_DEATH(static_cast<void>(error.value()), "");
    EXPECT_DEATH(static_cast<void>(*error), "");
    EXPECT_DEATH(static_cast<void>(value.error()), "");
    EXPECT_DEATH(Result<void>{Errno::io}.value(), "");
}

static_assert(
    [] {
        const Result<int> result{4};
        return result && *result == 4;
    }(),
    "usable in constants");
static_assert(std::is_trivially_copyable_v<Result<int>>);
static_assert(!std::is_copy_constructible_v<Result<std::unique_ptr<int>>>);

TEST(Errno, HasItsName) {
    EXPECT_EQ(errno_name(Errno::perm), "EPERM");
    EXPECT_EQ(errno_name(Errno::toobig), "E2BIG");
    EXPECT_EQ(errno_name(Errno::nametoolong), "ENAMETOOLONG");
    EXPECT_EQ(errno_name(Errno::loop), "ELOOP");
    EXPECT_EQ(errno_name(Errno::canceled), "ECANCELED");
    EXPECT_EQ(errno_name(Errno{}), "E?");
    EXPECT_EQ(errno_name(Errno::restart_sys), "E?");
}

}  // namespace
}  // namespace phx
