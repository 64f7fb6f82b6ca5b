#include <console/ring_only/ring_only.hpp>

#include <array>
#include <string>

#include <gtest/gtest.h>

#include <console/interfaces/console_conformance.hpp>

namespace phx::console {
namespace {

std::string kept(const RingOnly& ring) {
    std::array<char, params::ring_only::bytes + 1> room;
    const auto text = ring.copy(room);
    return {text.begin(), text.end()};
}

struct Traits {
    using Provider = RingOnly;
    static constexpr bool has_input = false;

    RingOnly& ready() { return ring_; }
    [[nodiscard]] std::string output() const { return kept(ring_); }

private:
    RingOnly ring_;
};
INSTANTIATE_TYPED_TEST_SUITE_P(RingOnly, ConsoleConformance, Traits);

TEST(RingOnly, KeepsTheLastBytes) {
    RingOnly ring;
    std::string all;
    for (int i = 0; all.size() < 3 * params::ring_only::bytes; ++i) {
        const std::string text = std::to_string(i) + " ";
        ring.write(text);
        all += text;
        const std::size_t count = std::min(all.size(), params::ring_only::bytes);
        ASSERT_EQ(kept(ring), all.substr(all.size() - count));
    }
}

TEST(RingOnly, CopiesTheOldestAsFarAsTheyFit) {
    RingOnly ring;
    ring.write("abcdef");
    std::array<char, 3> room;
    const auto text = ring.copy(room);
    EXPECT_EQ(std::string(text.begin(), text.end()), "abc");
}

}  // namespace
}  // namespace phx::console
