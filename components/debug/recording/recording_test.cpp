#include <debug/recording/recording.hpp>

#include <gtest/gtest.h>

namespace phx::debug {
namespace {

constinit Recording<std::uint32_t, 4> g_numbers{};

TEST(Recording, KeepsTheLast) {
    for (std::uint32_t i = 0; i < 6; ++i) {
        g_numbers.next() = i;
        g_numbers.commit();
    }
    const auto& ring = g_numbers.ring(0);
    EXPECT_EQ(ring.written, 6U);
    EXPECT_EQ(g_numbers.kept(0), 4U);
    EXPECT_EQ(ring.records, (std::array<std::uint32_t, 4>{4, 5, 2, 3}));
    g_numbers.clear();
    EXPECT_EQ(g_numbers.kept(0), 0U);
    g_numbers.next() = 7;
    g_numbers.commit();
    EXPECT_EQ(g_numbers.kept(0), 1U);
}

// tools/phoenix_tools/recording.py reads it so.
TEST(Recording, LiesInMemoryAsToolsExpect) {
    constexpr RecordingHeader header = g_numbers.describe();
    EXPECT_EQ(header.magic, k_recording_magic);
    EXPECT_EQ(header.record_bytes, 4U);
    EXPECT_EQ(header.records, 4U);
    EXPECT_EQ(header.ring_bytes, 64U);
    const auto* bytes = reinterpret_cast<const std::byte*>(header.rings);
    EXPECT_EQ(bytes, reinterpret_cast<const std::byte*>(&g_numbers));
    EXPECT_EQ(reinterpret_cast<const std::byte*>(g_numbers.ring(0).records.data()) - bytes, 16);
    static_assert(sizeof(RecordingHeader) == 32);
}

}  // namespace
}  // namespace phx::debug
