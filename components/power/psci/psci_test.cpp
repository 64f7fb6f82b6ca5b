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

}  // namespace
}  // namespace phx::power
