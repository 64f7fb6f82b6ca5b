#include "power_calls.hpp"

#include <gtest/gtest.h>
#include <linux/capability.h>
#include <linux/reboot.h>
#include <task/interfaces/process.hpp>
#include <wiring.hpp>

namespace phx::power {
namespace {

class PowerCallsTest : public ::testing::Test {
protected:
    PowerCallsTest() {
        user_.thread = &thread_;
        user_.credentials = &credentials_;
        thread_.user = &user_;
        arch::set_current(&thread_);
    }
    ~PowerCallsTest() override { arch::set_current(nullptr); }

    static Result<void> call(std::uint32_t command, std::uint32_t magic = LINUX_REBOOT_MAGIC1,
                             std::uint32_t second = LINUX_REBOOT_MAGIC2) {
        return wiring::dut.sys_reboot(magic, second, command, {});
    }

    task::Credentials credentials_;
    task::Thread thread_;
    task::UserThread user_;
};

TEST_F(PowerCallsTest, TurnsTheMachineOff) {
    for (const std::uint32_t command :
         {std::uint32_t{LINUX_REBOOT_CMD_POWER_OFF}, std::uint32_t{LINUX_REBOOT_CMD_HALT}}) {
        wiring::fake_console.reset();
        try {
            (void)call(command);
            FAIL();
        } catch (const PoweredOff& off) {
            EXPECT_EQ(off.status, 0);
        }
        EXPECT_EQ(wiring::fake_console.flushes(), 1U);
    }
}

TEST_F(PowerCallsTest, StartsItAgain) {
    EXPECT_THROW((void)call(LINUX_REBOOT_CMD_RESTART), WasReset);
    EXPECT_THROW((void)call(LINUX_REBOOT_CMD_RESTART2, LINUX_REBOOT_MAGIC1, LINUX_REBOOT_MAGIC2B), WasReset);
}

TEST_F(PowerCallsTest, RefusesWhatIsNotMeant) {
    EXPECT_EQ(call(LINUX_REBOOT_CMD_POWER_OFF, 1).error(), Errno::inval);
    EXPECT_EQ(call(LINUX_REBOOT_CMD_POWER_OFF, LINUX_REBOOT_MAGIC1, 1).error(), Errno::inval);
    EXPECT_EQ(call(LINUX_REBOOT_CMD_KEXEC).error(), Errno::inval);
    EXPECT_EQ(call(LINUX_REBOOT_CMD_SW_SUSPEND).error(), Errno::inval);
    EXPECT_EQ(call(0x1234).error(), Errno::inval);
    EXPECT_TRUE(call(LINUX_REBOOT_CMD_CAD_OFF));
}

TEST_F(PowerCallsTest, IsForThoseWhoMay) {
    credentials_.effective &= ~(task::CapabilitySet{1} << CAP_SYS_BOOT);
    EXPECT_EQ(call(LINUX_REBOOT_CMD_POWER_OFF).error(), Errno::perm);
    EXPECT_EQ(call(LINUX_REBOOT_CMD_POWER_OFF, 1).error(), Errno::perm);
}

}  // namespace
}  // namespace phx::power
