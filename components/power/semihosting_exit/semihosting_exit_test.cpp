#include <gtest/gtest.h>

#include <arch/semihosting.hpp>
#include <wiring.hpp>

namespace {

std::uint64_t g_reason;
std::uint64_t g_status;

std::int64_t record(std::uint32_t operation, std::uint64_t parameter) {
    const auto* block = reinterpret_cast<const std::uint64_t*>(parameter);
    g_reason = operation == 0x20 ? block[0] : 0;
    g_status = block[1];
    return -1;
}

TEST(SemihostingExit, ReportsAnApplicationExitWithTheStatus) {
    phx::arch::host::on_semihosting = record;
    phx::wiring::dut.report(42);
    phx::arch::host::on_semihosting = nullptr;
    EXPECT_EQ(g_reason, 0x20026U);
    EXPECT_EQ(g_status, 42U);
}

TEST(SemihostingExit, ReturnsWhereNobodyListens) { phx::wiring::dut.report(1); }

}  // namespace
