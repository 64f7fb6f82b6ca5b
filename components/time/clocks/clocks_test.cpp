#include <time/clocks/clocks.hpp>

#include <cstring>

#include <gtest/gtest.h>

#include <time/interfaces/clocks_conformance.hpp>
#include <wiring.hpp>

namespace phx::time {
namespace {

constexpr std::int64_t k_second = 1'000'000'000;
constexpr Nanoseconds k_2026{1'767'225'600 * k_second};

void reset_fakes() {
    wiring::fake_clock.reset();
    wiring::fake_time_counter.reset();
    wiring::fake_real_time_clock.reset();
    wiring::fake_log.reset();
}

struct OnFakes {
    using Provider = KernelClocks;

    KernelClocks& ready() {
        reset_fakes();
        EXPECT_TRUE(clocks_.init());
        return clocks_;
    }
    void advance(Nanoseconds by) { wiring::fake_clock.advance(by); }

private:
    KernelClocks clocks_;
};
INSTANTIATE_TYPED_TEST_SUITE_P(Clocks, ClocksConformance, OnFakes);

class ClocksTest : public ::testing::Test {
protected:
    ClocksTest() { reset_fakes(); }

    KernelClocks clocks_;
};

TEST_F(ClocksTest, StartsFromTheRealTimeClock) {
    wiring::fake_clock.set(Nanoseconds{3 * k_second});
    ASSERT_TRUE(wiring::fake_real_time_clock.set(k_2026));
    ASSERT_TRUE(clocks_.init());
    EXPECT_EQ(clocks_.realtime(), k_2026);
    EXPECT_EQ(clocks_.monotonic(), Nanoseconds{3 * k_second});
    EXPECT_TRUE(wiring::fake_log.messages().empty());
    wiring::fake_real_time_clock.advance(100);
    EXPECT_EQ(clocks_.realtime(), k_2026) << "read once";
}

TEST_F(ClocksTest, CountsFrom1970WhereNobodyKnows) {
    wiring::fake_clock.set(Nanoseconds{3 * k_second});
    ASSERT_TRUE(clocks_.init());
    EXPECT_EQ(clocks_.realtime(), Nanoseconds{3 * k_second});
    EXPECT_TRUE(wiring::fake_log.contains(log::Level::warning, "ENODATA"));
}

TEST_F(ClocksTest, ARealTimeClockThatLostItsTimeIsNoReasonToFail) {
    wiring::fake_clock.set(Nanoseconds{3 * k_second});
    ASSERT_TRUE(wiring::fake_real_time_clock.set(Nanoseconds{1 * k_second}));
    ASSERT_TRUE(clocks_.init());
    EXPECT_EQ(clocks_.realtime(), Nanoseconds{3 * k_second});
    EXPECT_TRUE(wiring::fake_log.contains(log::Level::warning, "EINVAL"));
}

TEST_F(ClocksTest, TellsTheTimeBeforeInit) {
    wiring::fake_clock.set(Nanoseconds{7});
    EXPECT_EQ(clocks_.monotonic(), Nanoseconds{7});
    EXPECT_EQ(clocks_.boottime(), Nanoseconds{7});
    EXPECT_EQ(clocks_.realtime(), Nanoseconds{7});
    EXPECT_EQ(clocks_.page().source, 0U) << "users ask the kernel";
}

TEST_F(ClocksTest, SettingDoesNotTouchTheRealTimeClock) {
    ASSERT_TRUE(wiring::fake_real_time_clock.set(k_2026));
    ASSERT_TRUE(clocks_.init());
    ASSERT_TRUE(clocks_.set_realtime(k_2026 + Nanoseconds{9 * k_second}));
    EXPECT_EQ(wiring::fake_real_time_clock.read().value(), k_2026);
}

// As the vDSO does it, by the bytes of the page alone.
class UserOfThePage {
public:
    explicit UserOfThePage(const ClockPage& page) : bytes_{reinterpret_cast<const unsigned char*>(&page)} {}

    [[nodiscard]] std::int64_t time(std::uint64_t count, std::size_t offset) const {
        const auto product = static_cast<unsigned __int128>(count) * at<std::uint64_t>(0x08);
        return static_cast<std::int64_t>(static_cast<std::uint64_t>(product >> at<std::uint32_t>(0x10))) + at<std::int64_t>(offset);
    }
    template <class T>
    [[nodiscard]] T at(std::size_t offset) const {
        T value;
        std::memcpy(&value, bytes_ + offset, sizeof value);
        return value;
    }

private:
    const unsigned char* bytes_;
};

TEST_F(ClocksTest, ThePageIsEnoughToTellTheTime) {
    constexpr std::uint64_t count = 0x1234'5678'9abc;
    constexpr CounterRate rate{CounterSource::physical, 32, (std::uint64_t{1'000'000'000} << 32) / 24'000'000};
    wiring::fake_time_counter.set(rate);
    wiring::fake_clock.set(Nanoseconds{static_cast<std::int64_t>(
        static_cast<std::uint64_t>(static_cast<unsigned __int128>(count) * rate.multiplier >> rate.shift))});
    ASSERT_TRUE(wiring::fake_real_time_clock.set(k_2026));
    ASSERT_TRUE(clocks_.init());
    const UserOfThePage user{clocks_.page()};
    EXPECT_EQ(user.at<std::uint32_t>(0x00) % 2, 0U);
    EXPECT_EQ(user.at<std::uint32_t>(0x04), 2U);
    EXPECT_EQ(user.at<std::uint32_t>(0x14), 1U);
    EXPECT_EQ(user.time(count, 0x18), clocks_.monotonic().count());
    EXPECT_EQ(user.time(count, 0x20), clocks_.boottime().count());
    EXPECT_EQ(user.time(count, 0x28), clocks_.realtime().count());
    const auto before = user.at<std::uint32_t>(0x00);
    ASSERT_TRUE(clocks_.set_realtime(k_2026 + Nanoseconds{5}));
    EXPECT_EQ(user.time(count, 0x28), clocks_.realtime().count());
    EXPECT_EQ(user.at<std::uint32_t>(0x00), before + 2) << "who was reading meanwhile reads again";
}

TEST_F(ClocksTest, ThePageIsOnePage) {
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(&clocks_.page()) % k_page_size, 0U);
    EXPECT_EQ(sizeof clocks_, k_page_size) << "nothing else is in it";
}

}  // namespace
}  // namespace phx::time
