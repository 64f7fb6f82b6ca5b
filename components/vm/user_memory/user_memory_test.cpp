#include <vm/user_memory/user_memory.hpp>

#include <gtest/gtest.h>

#include <array>
#include <cstring>
#include <string>
#include <vector>

#include <vm/user_memory/transfer.hpp>

namespace phx::vm {
namespace {

using arch::host::k_user_base;
using arch::host::UserPage;

constexpr std::uint64_t k_page = arch::host::k_user_page;

class UserMemory : public ::testing::Test {
protected:
    UserMemory() { memory_.reset(); }

    void put(std::uint64_t at, std::string_view text) { std::memcpy(memory_.at(at), text.data(), text.size()); }
    [[nodiscard]] std::string get(std::uint64_t at, std::size_t size) {
        return {reinterpret_cast<const char*>(memory_.at(at)), size};
    }

    arch::host::UserMemory& memory_ = arch::host::user_memory;
};

TEST_F(UserMemory, CopiesUpToTheFirstHole) {
    memory_.pages[1] = UserPage::none;
    std::array<char, 16> buffer{};
    put(k_user_base + k_page - 4, "abcd");
    EXPECT_EQ(copy_in_some(buffer.data(), UserAddr{k_user_base + k_page - 4}, 16), 4U);
    EXPECT_EQ(std::string(buffer.data(), 4), "abcd");
    EXPECT_EQ(copy_out_some(UserAddr{k_user_base + k_page - 2}, "xyz", 3), 2U);
    EXPECT_EQ(get(k_user_base + k_page - 4, 4), "abxy");
    EXPECT_EQ(copy_in(buffer.data(), UserAddr{k_user_base + k_page - 4}, 5).error(), Errno::fault);
    EXPECT_EQ(copy_out(UserAddr{k_user_base + k_page}, "x", 1).error(), Errno::fault);
    EXPECT_TRUE(copy_in(buffer.data(), UserAddr{k_user_base + k_page - 4}, 4));
}

TEST_F(UserMemory, AddressesOfTheKernelAreNeverFollowed) {
    std::array<char, 16> buffer{};
    for (const std::uint64_t at : {arch::k_user_limit, arch::k_user_limit - 1, std::uint64_t{0xffff'ff80'0008'0000}, ~std::uint64_t{0}, ~std::uint64_t{0} - 7}) {
        EXPECT_EQ(copy_in_some(buffer.data(), UserAddr{at}, 8), 0U);
        EXPECT_EQ(copy_out_some(UserAddr{at}, buffer.data(), 8), 0U);
        EXPECT_EQ(clear_some(UserAddr{at}, 8), 0U);
        EXPECT_EQ(copy_in_now(buffer.data(), UserAddr{at}, 8), 0U);
        EXPECT_EQ(copy_out_now(UserAddr{at}, buffer.data(), 8), 0U);
        EXPECT_EQ(read(UserPtr<std::uint64_t>{at}).error(), Errno::fault);
        EXPECT_EQ(write(UserPtr<std::uint32_t>{at & ~3ULL}, 1).error(), Errno::fault);
        EXPECT_EQ(string_in(buffer, UserPtr<const char>{at}).error(), Errno::fault);
        EXPECT_EQ(load_word(UserPtr<std::uint32_t>{at & ~3ULL}).error(), Errno::fault);
        EXPECT_EQ(bring_in(UserAddr{at}, true).error(), Errno::fault);
    }
    EXPECT_EQ(copy_in_some(buffer.data(), UserAddr{k_user_base}, ~std::size_t{0}), 0U);
}

TEST_F(UserMemory, BringsInWhatIsAbsentButNotNow) {
    memory_.reset(UserPage::absent);
    std::uint32_t word = 0;
    EXPECT_EQ(copy_in_now(&word, UserAddr{k_user_base}, 4), 0U);
    EXPECT_EQ(load_word_now(UserPtr<std::uint32_t>{k_user_base}).error(), Errno::fault);
    EXPECT_EQ(memory_.faults, 0U);
    EXPECT_TRUE(copy_in(&word, UserAddr{k_user_base + k_page - 2}, 4));
    EXPECT_EQ(memory_.faults, 2U);
    EXPECT_EQ(copy_in_now(&word, UserAddr{k_user_base}, 4), 4U);
    EXPECT_TRUE(bring_in(UserAddr{k_user_base + 2 * k_page}, true));
    EXPECT_EQ(memory_.faults, 3U);
}

TEST_F(UserMemory, RespectsReadOnlyPages) {
    memory_.pages[0] = UserPage::read_only;
    EXPECT_TRUE(bring_in(UserAddr{k_user_base}, false));
    EXPECT_EQ(bring_in(UserAddr{k_user_base}, true).error(), Errno::fault);
    EXPECT_EQ(write(UserPtr<std::uint64_t>{k_user_base}, 1).error(), Errno::fault);
    EXPECT_EQ(exchange_word(UserPtr<std::uint32_t>{k_user_base}, 0, 1).error(), Errno::fault);
}

TEST_F(UserMemory, Strings) {
    std::array<char, 8> buffer{};
    put(k_user_base + 3, std::string_view{"seven77\0", 8});
    EXPECT_EQ(*string_in(buffer, UserPtr<const char>{k_user_base + 3}), "seven77");
    put(k_user_base + 3, std::string_view{"eight888\0", 9});
    EXPECT_EQ(string_in(buffer, UserPtr<const char>{k_user_base + 3}).error(), Errno::nametoolong);
    EXPECT_EQ(string_in({}, UserPtr<const char>{k_user_base + 3}).error(), Errno::nametoolong);
    memory_.pages[1] = UserPage::none;
    put(k_user_base + k_page - 3, "abc");
    EXPECT_EQ(string_in(buffer, UserPtr<const char>{k_user_base + k_page - 3}).error(), Errno::fault);
    put(k_user_base + k_page - 3, std::string_view{"ab\0", 3});
    EXPECT_EQ(*string_in(buffer, UserPtr<const char>{k_user_base + k_page - 3}), "ab");
}

TEST_F(UserMemory, WordsAreExchangedOnlyIfAsExpected) {
    const UserPtr<std::uint32_t> at{k_user_base + 8};
    ASSERT_TRUE(write(at, 7));
    EXPECT_EQ(*exchange_word(at, 6, 1), 7U);
    EXPECT_EQ(*load_word(at), 7U);
    EXPECT_EQ(*exchange_word(at, 7, 1), 7U);
    EXPECT_EQ(*read(at), 1U);
    EXPECT_EQ(load_word(UserPtr<std::uint32_t>{k_user_base + 6}).error(), Errno::inval);
    EXPECT_EQ(exchange_word_now(UserPtr<std::uint32_t>{k_user_base + 9}, 0, 0).error(), Errno::inval);
}

TEST_F(UserMemory, StructuresGoThroughReadAndWrite) {
    struct Pair {
        std::uint64_t a;
        std::uint64_t b;
        bool operator==(const Pair&) const = default;
    };
    const UserPtr<Pair> at{k_user_base + 1};
    ASSERT_TRUE(write(at, {1, 2}));
    EXPECT_EQ(*read(at), (Pair{1, 2}));
    EXPECT_EQ(*read(UserPtr<const Pair>{at.address().value()}), (Pair{1, 2}));
}

TEST_F(UserMemory, WhatIsBetweenMembersIsZero) {
    struct Pair {
        std::uint8_t a;
        std::uint64_t b;
    };
    static_assert(!WithoutHoles<Pair>);
    const UserPtr<Pair> at{k_user_base + 8};
    Zeroed<Pair> pair;
    pair->a = 0xff;
    pair->b = 2;
    ASSERT_TRUE(write(at, pair));
    EXPECT_EQ(*read(UserPtr<std::uint64_t>{k_user_base + 8}), 0xffU);
    Zeroed<Pair> again;
    ASSERT_TRUE(write(UserPtr<std::uint64_t>{k_user_base + 8}, 0x1234'5678'9abc'deffU));
    ASSERT_TRUE(read(at, again));
    ASSERT_TRUE(write(at, again));
    EXPECT_EQ(*read(UserPtr<std::uint64_t>{k_user_base + 8}), 0x1234'5678'9abc'deffU) << "holes that were the program's stay";
}

TEST_F(UserMemory, ATransferOfOneSegment) {
    Transfer transfer{UserAddr{k_user_base}, 10};
    EXPECT_EQ(*transfer.put("abcd", 4), 4U);
    EXPECT_EQ(*transfer.put_zeros(2), 2U);
    EXPECT_EQ(*transfer.put("wxyz", 4), 4U);
    EXPECT_EQ(transfer.left(), 0U);
    EXPECT_EQ(*transfer.put("", 0), 0U);
    EXPECT_EQ(get(k_user_base, 10), std::string("abcd\0\0wxyz", 10));
}

TEST_F(UserMemory, ATransferOfSeveralSegments) {
    const std::array<UserSegment, 5> segments{{{UserAddr{k_user_base}, 3},
                                               {UserAddr{k_user_base + 64}, 0},
                                               {UserAddr{k_user_base + 128}, 1},
                                               {UserAddr{k_user_base + 200}, 4},
                                               {UserAddr{0}, 0}}};
    Transfer out{segments, 8};
    EXPECT_EQ(*out.put("01", 2), 2U);
    EXPECT_EQ(*out.put("23456", 5), 5U);
    EXPECT_EQ(out.left(), 1U);
    EXPECT_EQ(get(k_user_base, 3) + get(k_user_base + 128, 1) + get(k_user_base + 200, 3), "0123456");
    Transfer in{segments, 8};
    std::array<char, 8> buffer{};
    EXPECT_EQ(*in.take(buffer.data(), 8), 8U);
    EXPECT_EQ(std::string(buffer.data(), 7), "0123456");
    EXPECT_EQ(in.left(), 0U);
}

TEST_F(UserMemory, ATransferEndsAtAHole) {
    memory_.pages[1] = UserPage::none;
    const std::array<UserSegment, 2> segments{{{UserAddr{k_user_base + k_page - 2}, 4}, {UserAddr{k_user_base}, 4}}};
    Transfer transfer{segments, 8};
    EXPECT_EQ(*transfer.put("abcdefgh", 8), 2U);
    EXPECT_EQ(transfer.left(), 6U);
    EXPECT_EQ(transfer.put("c", 1).error(), Errno::fault);
    EXPECT_EQ(transfer.put_zeros(6).error(), Errno::fault);
}

TEST_F(UserMemory, ATransferNowStopsAtWhatMustBeBroughtIn) {
    memory_.reset(UserPage::absent);
    const std::array<UserSegment, 2> segments{{{UserAddr{k_user_base}, 0}, {UserAddr{k_user_base + k_page - 2}, 4}}};
    Transfer transfer{segments, 4};
    EXPECT_EQ(transfer.put_now("abcd", 4), 0U);
    EXPECT_TRUE(transfer.bring_in(true));
    EXPECT_EQ(transfer.put_now("abcd", 4), 2U);
    EXPECT_TRUE(transfer.bring_in(true));
    EXPECT_EQ(transfer.put_now("cd", 2), 2U);
    EXPECT_EQ(get(k_user_base + k_page - 2, 4), "abcd");
    EXPECT_EQ(memory_.faults, 2U);
    EXPECT_TRUE(transfer.bring_in(true)) << "nothing is left to be brought in";
    memory_.pages[3] = UserPage::none;
    Transfer lost{UserAddr{k_user_base + 3 * k_page}, 1};
    EXPECT_EQ(lost.bring_in(false).error(), Errno::fault);
}

TEST_F(UserMemory, ATransferOfTheKernels) {
    std::array<char, 6> buffer{};
    Transfer out{buffer.data(), buffer.size()};
    EXPECT_FALSE(out.is_user());
    EXPECT_EQ(*out.put("ab", 2), 2U);
    EXPECT_EQ(out.put_now("cd", 2), 2U);
    EXPECT_EQ(*out.put_zeros(2), 2U);
    EXPECT_EQ(std::string(buffer.data(), 6), std::string("abcd\0\0", 6));
    Transfer in{buffer.data(), buffer.size()};
    std::array<char, 6> back{};
    EXPECT_EQ(*in.take(back.data(), 3), 3U);
    EXPECT_EQ(in.take_now(back.data() + 3, 1), 1U);
    EXPECT_EQ(in.left(), 2U);
    EXPECT_EQ(std::string(back.data(), 4), "abcd");
}

}  // namespace
}  // namespace phx::vm
