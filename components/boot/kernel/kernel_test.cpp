#include <gtest/gtest.h>

#include <arch/interrupts.hpp>
#include <wiring.hpp>

namespace phx::boot {
namespace {

class KernelTest : public ::testing::Test {
protected:
    void SetUp() override {
        wiring::fake_log.reset();
        wiring::fake_init_sequence.reset();
        wiring::fake_application.reset();
        wiring::fake_cpus.reset();
        arch::mask_interrupts();
    }
    // The status the machine was ended with.
    int run() {
        try {
            kernel_.start();
        } catch (const power::PoweredOff& off) {
            return off.status;
        }
    }
    Kernel kernel_;
};

TEST_F(KernelTest, EndsWithTheApplicationsStatus) {
    wiring::fake_application.set_status(7);
    EXPECT_EQ(run(), 7);
    EXPECT_FALSE(arch::interrupts_masked());
}

TEST_F(KernelTest, BringsUpTheOtherCpus) {
    run();
    EXPECT_TRUE(wiring::fake_cpus.started());
}

TEST_F(KernelTest, AFatalStepEndsTheMachineBeforeTheApplication) {
    wiring::fake_init_sequence.fail({"uart", "pl011", true}, Errno::nodev);
    wiring::fake_application.set_status(7);
    EXPECT_EQ(run(), 1);
    EXPECT_TRUE(wiring::fake_log.contains(log::Level::error, "instance uart (component pl011): ENODEV"));
}

TEST_F(KernelTest, ADegradedStepIsReportedAndLeftBehind) {
    wiring::fake_init_sequence.fail({"timer", "arm_timer", false}, Errno::nodev);
    wiring::fake_application.set_status(7);
    EXPECT_EQ(run(), 7);
    EXPECT_TRUE(wiring::fake_log.contains(log::Level::warning, "without instance timer"));
}

}  // namespace
}  // namespace phx::boot
