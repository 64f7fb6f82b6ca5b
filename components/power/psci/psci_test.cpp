#include <gtest/gtest.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>

#include <arch/firmware.hpp>
#include <wiring.hpp>

namespace phx::power {
namespace {

// off() and reset() end in a halt when the firmware does not answer; on the host that ends the process, so each case is a death test that
// prints the call it saw.
void report_calls() {
    for (const auto& call : arch::host::firmware_calls) {
        std::fprintf(stderr, "%s %x\n", call.secure ? "smc" : "hvc", call.function);
    }
    if (const auto status = wiring::fake_exit_code.reported()) {
        std::fprintf(stderr, "status %d\n", *status);
    }
    std::_Exit(3);
}

void on_abort(int) { report_calls(); }

class PsciTest : public ::testing::Test {
protected:
    void SetUp() override {
        std::signal(SIGABRT, on_abort);
        wiring::fake_boot_info.reset();
        wiring::fake_boot_handoff.reset();
        arch::host::firmware_calls.clear();
        arch::host::firmware_result = -1;
    }
    Psci psci_;
};

TEST_F(PsciTest, CallsTheConduitOfTheDeviceTree) {
    wiring::fake_boot_info.set_psci_conduit(boot::PsciConduit::hvc);
    EXPECT_EXIT(psci_.off(0), ::testing::ExitedWithCode(3), "hvc 84000008\nstatus 0");
    wiring::fake_boot_info.set_psci_conduit(boot::PsciConduit::smc);
    EXPECT_EXIT(psci_.off(7), ::testing::ExitedWithCode(3), "smc 84000008\nstatus 7");
    EXPECT_EXIT(psci_.reset(), ::testing::ExitedWithCode(3), "smc 84000009");
}

TEST_F(PsciTest, GuessesFromTheEntryLevelBeforeTheTreeIsRead) {
    wiring::fake_boot_info.set_psci_conduit(boot::PsciConduit::none);
    wiring::fake_boot_handoff.set_entry_level(2);
    EXPECT_EXIT(psci_.off(1), ::testing::ExitedWithCode(3), "smc 84000008");
    wiring::fake_boot_handoff.set_entry_level(1);
    EXPECT_EXIT(psci_.off(1), ::testing::ExitedWithCode(3), "hvc 84000008");
}

TEST_F(PsciTest, StartsACpu) {
    wiring::fake_boot_info.set_psci_conduit(boot::PsciConduit::smc);
    arch::host::firmware_result = 0;
    EXPECT_TRUE(psci_.start(0x1'0000'0203, PhysAddr{0x4008'1000}, 0x4123'4003));
    ASSERT_EQ(arch::host::firmware_calls.size(), 1U);
    const auto& call = arch::host::firmware_calls.front();
    EXPECT_TRUE(call.secure);
    EXPECT_EQ(call.function, 0xc400'0003);
    EXPECT_EQ(call.a1, 0x1'0000'0203U);
    EXPECT_EQ(call.a2, 0x4008'1000U);
    EXPECT_EQ(call.a3, 0x4123'4003U);
}

TEST_F(PsciTest, SaysWhyACpuDoesNotStart) {
    const auto error = [this](std::int64_t code) {
        arch::host::firmware_result = code;
        return psci_.start(1, PhysAddr{0x4008'1000}, 0).error();
    };
    EXPECT_EQ(error(-1), Errno::nosys);
    EXPECT_EQ(error(-2), Errno::inval);
    EXPECT_EQ(error(0xffff'fffe), Errno::inval);  // as a 32-bit number
    EXPECT_EQ(error(-3), Errno::perm);
    EXPECT_EQ(error(-4), Errno::busy);
    EXPECT_EQ(error(-5), Errno::busy);
    EXPECT_EQ(error(-6), Errno::io);
    EXPECT_EQ(error(-7), Errno::nodev);
    EXPECT_EQ(error(-8), Errno::nodev);
    EXPECT_EQ(error(-9), Errno::inval);
    EXPECT_EQ(error(-77), Errno::io);
}

TEST_F(PsciTest, TurnsTheCallerOff) {
    wiring::fake_boot_info.set_psci_conduit(boot::PsciConduit::hvc);
    EXPECT_EXIT(psci_.stop_this(), ::testing::ExitedWithCode(3), "hvc 84000002");
}

}  // namespace
}  // namespace phx::power
