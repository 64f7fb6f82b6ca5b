#include <cerrno>
#include <utility>
#include <vector>

#include <gtest/gtest.h>
#include <log/interfaces/fake_log/fake_log.hpp>
#include <wiring.hpp>

namespace phx::syscall {
namespace {

std::int64_t call(std::int64_t number) {
    arch::UserFrame frame{};
    frame.x[0] = 7;
    frame.call = number;
    wiring::dut.refuse(frame);
    return static_cast<std::int64_t>(frame.x[0]);
}

std::vector<std::pair<std::size_t, std::uint32_t>> counts() {
    std::vector<std::pair<std::size_t, std::uint32_t>> found;
    wiring::dut.for_each([&](std::size_t number, std::uint32_t count) { found.emplace_back(number, count); });
    return found;
}

TEST(UnknownCalls, GiveEnosysAndAreCountedByNumber) {
    EXPECT_EQ(call(425), -ENOSYS);
    EXPECT_EQ(call(0), -ENOSYS);
    EXPECT_EQ(call(425), -ENOSYS);
    EXPECT_EQ(call(512), -ENOSYS);
    EXPECT_EQ(call(INT64_MAX), -ENOSYS);
    EXPECT_EQ(call(-1), -ENOSYS);
    EXPECT_EQ(call(INT64_MIN), -ENOSYS);
    EXPECT_EQ(call(511), -ENOSYS);
    const std::vector<std::pair<std::size_t, std::uint32_t>> expected{{0, 1}, {425, 2}, {511, 1}, {512, 4}};
    EXPECT_EQ(counts(), expected);
}

}  // namespace
}  // namespace phx::syscall
