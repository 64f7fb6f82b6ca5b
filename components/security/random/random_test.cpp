#include <security/random/random_bytes.hpp>

#include <cstring>
#include <set>
#include <vector>

#include <gtest/gtest.h>

#include <wiring.hpp>

namespace phx::security {
namespace {

// RFC 8439, 2.3.2
TEST(ChaCha20, GivesTheBlockOfTheStandard) {
    ChaChaKey key;
    std::array<std::uint8_t, 32> bytes;
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        bytes[i] = static_cast<std::uint8_t>(i);
    }
    std::memcpy(key.data(), bytes.data(), sizeof key);
    const ChaChaBlock block = chacha20_block(key, 1, {0x09000000, 0x4a000000, 0x00000000});
    const ChaChaBlock expected{0xe4e7f110, 0x15593bd1, 0x1fdd0f50, 0xc47120a3, 0xc7f4d1c7, 0x0368c033, 0x9aaa2204, 0x4e6cd4c3,
                               0x466482d2, 0x09aa9f07, 0x05d7c214, 0xa2028bd9, 0xd19c12b5, 0xb94e16de, 0xe883d0cb, 0x4e3c50a2};
    EXPECT_EQ(block, expected);
}

class RandomTest : public ::testing::Test {
protected:
    static std::vector<std::byte> bytes_of(RandomBytes& random, std::size_t size) {
        std::vector<std::byte> bytes(size);
        random.fill(bytes);
        return bytes;
    }
    static constexpr std::array<std::byte, 32> k_seed{std::byte{7}};
};

TEST_F(RandomTest, IsReadyOnceItHasASeed) {
    RandomBytes random;
    EXPECT_FALSE(random.is_ready());
    random.add(k_seed, 200);
    EXPECT_FALSE(random.is_ready());
    random.add(k_seed, 56);
    EXPECT_TRUE(random.is_ready());
}

TEST_F(RandomTest, NeverGivesTheSameTwice) {
    RandomBytes random;
    random.add(k_seed, 256);
    std::set<std::vector<std::byte>> seen;
    for (int i = 0; i < 1000; ++i) {
        EXPECT_TRUE(seen.insert(bytes_of(random, 16)).second);
    }
}

TEST_F(RandomTest, ASeedDecides) {
    RandomBytes one;
    RandomBytes other;
    one.add(k_seed, 256);
    const std::array<std::byte, 32> seed{std::byte{8}};
    other.add(seed, 256);
    EXPECT_NE(bytes_of(one, 64), bytes_of(other, 64));
}

TEST_F(RandomTest, WhatIsKnownIsNotLostByWhatIsNot) {
    RandomBytes one;
    RandomBytes other;
    one.add(k_seed, 256);
    const std::array<std::byte, 32> zeros{};
    one.add(zeros, 0);
    other.add(zeros, 0);
    EXPECT_NE(bytes_of(one, 64), bytes_of(other, 64));
}

TEST_F(RandomTest, FillsAnySize) {
    RandomBytes random;
    random.add(k_seed, 256);
    for (const std::size_t size : {0U, 1U, 63U, 64U, 65U, 1000U}) {
        std::vector<std::byte> bytes(size + 1, std::byte{0});
        random.fill(std::span{bytes}.first(size));
        EXPECT_EQ(bytes.back(), std::byte{0});
    }
}

}  // namespace
}  // namespace phx::security
