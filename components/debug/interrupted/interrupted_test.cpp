#include <debug/interrupted/interrupted.hpp>

#include <array>

#include <gtest/gtest.h>

namespace phx::debug {
namespace {

constexpr std::uint64_t k_base = 0x1000;
constexpr std::uint64_t k_entry = 0x2000;  // to 0x20ff

[[nodiscard]] bool is_entry(std::uint64_t pc) { return pc >= k_entry && pc < k_entry + 0x100; }

// A stack with records at given words; each leads to the next.
class Stack {
public:
    void put(std::size_t at, std::size_t next, std::uint64_t pc) {
        words_[at] = next == 0 ? 0 : reinterpret_cast<std::uintptr_t>(&words_[next]);
        words_[at + 1] = pc;
    }
    [[nodiscard]] const std::uint64_t* at(std::size_t index) const { return &words_[index]; }
    [[nodiscard]] StackRange range() const {
        const VirtAddr bottom{reinterpret_cast<std::uintptr_t>(words_.data())};
        return {bottom, bottom + sizeof words_};
    }
    std::array<std::uint64_t, 64> words_{};
};

TEST(Interrupted, IsFoundBehindTheEntry) {
    Stack stack;
    stack.put(2, 6, 0x1100);         // the handler's own
    stack.put(6, 10, k_entry + 8);   // called by the entry code
    stack.put(10, 20, 0x1200);       // pushed by it: the interrupted pc
    stack.put(20, 62, 0x1300);
    stack.put(62, 0, 0x1400);
    const auto* record = entry_record(stack.at(2), stack.range(), is_entry);
    ASSERT_EQ(record, stack.at(10));
    std::array<std::uint32_t, 8> calls{};
    ASSERT_EQ(walk(record, stack.range(), k_base, calls), 3U);
    EXPECT_EQ(calls[0], 0x200U);
    EXPECT_EQ(calls[1], 0x300U);
    EXPECT_EQ(calls[2], 0x400U);
    EXPECT_EQ(walk(record, stack.range(), k_base, std::span{calls}.first(2)), 2U);
}

TEST(Interrupted, WalksNeitherOutOfTheStackNorDown) {
    Stack stack;
    stack.put(2, 6, 0x1100);
    stack.put(6, 10, 0x1200);
    stack.words_[6] = reinterpret_cast<std::uintptr_t>(stack.words_.data() + 63);  // half a record lies beyond the end
    std::array<std::uint32_t, 8> calls{};
    EXPECT_EQ(walk(stack.at(2), stack.range(), k_base, calls), 2U);
    EXPECT_EQ(entry_record(stack.at(2), stack.range(), is_entry), nullptr);
    for (const std::uint64_t wild : {std::uint64_t{0}, std::uint64_t{1}, ~std::uint64_t{0}, ~std::uint64_t{7}, std::uint64_t{0xdead'beef'0000}}) {
        stack.words_[6] = wild;
        EXPECT_EQ(walk(stack.at(2), stack.range(), k_base, calls), 2U) << wild;
    }
    stack.put(6, 2, 0x1200);  // a loop
    EXPECT_EQ(walk(stack.at(2), stack.range(), k_base, calls), 2U);
    EXPECT_EQ(entry_record(stack.at(2), stack.range(), is_entry), nullptr);
    EXPECT_EQ(entry_record(reinterpret_cast<const std::uint64_t*>(8), stack.range(), is_entry), nullptr);
}

}  // namespace
}  // namespace phx::debug
