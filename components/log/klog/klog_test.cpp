#include <gtest/gtest.h>

#include <string>
#include <vector>

#include <log/interfaces/log_conformance.hpp>
#include <wiring.hpp>

namespace phx::log {
namespace {

struct Ring {
    std::array<char, 256> bytes;
    MessageRing messages;

    std::optional<Record> next(std::uint64_t sequence, std::span<char> buffer) const { return messages.next(bytes, sequence, buffer); }
};

void push(Ring& ring, std::string_view text) {
    ring.messages.push(ring.bytes, {.time_ns = 7, .tag = "t", .tag_size = 1, .text_size = static_cast<std::uint16_t>(text.size()), .level = 2}, text);
}

std::vector<std::string> all(const Ring& ring) {
    std::vector<std::string> texts;
    std::array<char, 200> buffer;
    std::uint64_t sequence = 0;
    while (const auto record = ring.next(sequence, buffer)) {
        texts.emplace_back(record->text);
        sequence = record->sequence + 1;
    }
    return texts;
}

TEST(MessageRing, GivesBackWhatWasPushedInOrder) {
    Ring ring;
    EXPECT_TRUE(all(ring).empty());
    push(ring, "one");
    push(ring, "");
    push(ring, "three");
    EXPECT_EQ(all(ring), (std::vector<std::string>{"one", "", "three"}));
}

TEST(MessageRing, DropsTheOldestAndKeepsTheirNumbers) {
    Ring ring;
    for (int i = 0; i < 100; ++i) {
        push(ring, "message " + std::to_string(i));
    }
    const std::vector<std::string> texts = all(ring);
    ASSERT_GE(texts.size(), 4U);
    for (std::size_t i = 0; i < texts.size(); ++i) {
        EXPECT_EQ(texts[i], "message " + std::to_string(100 - texts.size() + i));
    }
    std::array<char, 200> buffer;
    EXPECT_EQ(ring.next(0, buffer)->sequence, 100 - texts.size());
    EXPECT_EQ(ring.next(99, buffer)->sequence, 99U);
    EXPECT_FALSE(ring.next(100, buffer));
}

TEST(MessageRing, CutsATextToTheReadersBuffer) {
    Ring ring;
    push(ring, "a long text");
    std::array<char, 6> buffer;
    EXPECT_EQ(ring.next(0, buffer)->text, "a long");
}

TEST(Klog, PrintsTimeTagAndLevel) {
    wiring::fake_console.reset();
    wiring::fake_clock.set(Nanoseconds{1'000'002'999});
    Klog log;
    const Logger logger{log, "uart"};
    logger.info("{} at {:#x}", "up", 16);
    logger.error("gone");
    EXPECT_EQ(wiring::fake_console.output(), "[    1.000002] uart: up at 0x10\n[    1.000002] uart: error: gone\n");
}

INSTANTIATE_TYPED_TEST_SUITE_P(Klog, LogConformance, Klog);

}  // namespace
}  // namespace phx::log
