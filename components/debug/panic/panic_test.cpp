#include <gtest/gtest.h>

#include <arch/cpu.hpp>
#include <arch/image.hpp>
#include <wiring.hpp>

namespace phx::debug {
namespace {

class PanicReportTest : public ::testing::Test {
protected:
    void SetUp() override { wiring::fake_console.reset(); }

    [[nodiscard]] static bool said(std::string_view text) { return wiring::fake_console.output().find(text) != std::string::npos; }

    PanicReport report_;
};

TEST_F(PanicReportTest, SaysWhyAndWhereAndFails) {
    try {
        report_.panic("out of luck", std::source_location::current());
        FAIL();
    } catch (const power::PoweredOff& off) {
        EXPECT_EQ(off.status, 101);
    }
    EXPECT_TRUE(said("panic: out of luck\n"));
    EXPECT_TRUE(said("panic_test.cpp:"));
    EXPECT_TRUE(said("backtrace:\n"));
}

TEST_F(PanicReportTest, NamesTheFunctionOfAnException) {
    const VirtAddr pc = arch::text_range().begin + 0x24;
    EXPECT_THROW(report_.exception("data abort", pc.value(), nullptr, "x0 17\n"), power::PoweredOff);
    EXPECT_TRUE(said("panic: data abort\n"));
    EXPECT_TRUE(said("x0 17\n"));
    EXPECT_TRUE(said("function+0x24\n"));
}

TEST_F(PanicReportTest, FollowsNoFrameOutsideTheKernel) {
    const std::uint64_t record[2] = {0, 0};
    EXPECT_THROW(report_.exception("x", 0, record, ""), power::PoweredOff);
    EXPECT_FALSE(said("+0x"));
}

TEST_F(PanicReportTest, StopsTheOthersAndSaysWhichCpuItIs) {
    wiring::fake_cpus.reset();
    arch::host::mpidr = 0x8000'0102;
    EXPECT_THROW(report_.panic("x", std::source_location::current()), power::PoweredOff);
    arch::host::mpidr = 0;
    EXPECT_EQ(wiring::fake_cpus.stops(), 1U);
    EXPECT_TRUE(said(", on CPU 0x102\n"));
}

TEST_F(PanicReportTest, AnotherCpuLeavesTheWordToTheFirst) {
    struct Halted {};
    arch::host::on_halt = [] { throw Halted{}; };
    EXPECT_THROW(report_.panic("first", std::source_location::current()), power::PoweredOff);
    wiring::fake_console.reset();
    arch::host::mpidr = 1;
    EXPECT_THROW(report_.panic("second", std::source_location::current()), Halted);
    arch::host::mpidr = 0;
    arch::host::on_halt = nullptr;
    EXPECT_TRUE(wiring::fake_console.output().empty());
}

TEST_F(PanicReportTest, APanicWhilePanickingEndsAtOnce) {
    EXPECT_THROW(report_.panic("first", std::source_location::current()), power::PoweredOff);
    EXPECT_THROW(report_.panic("second", std::source_location::current()), power::PoweredOff);
    EXPECT_TRUE(said("panic: again"));
    EXPECT_FALSE(said("second"));
}

}  // namespace
}  // namespace phx::debug
