#include "power_calls.hpp"

#include <linux/capability.h>
#include <linux/reboot.h>
#include <ports/power_calls.hpp>
#include <task/interfaces/process.hpp>

namespace phx::power {
namespace {

bool is_magic(std::uint32_t magic, std::uint32_t second) {
    return magic == LINUX_REBOOT_MAGIC1 && (second == LINUX_REBOOT_MAGIC2 || second == LINUX_REBOOT_MAGIC2A ||
                                            second == LINUX_REBOOT_MAGIC2B || second == LINUX_REBOOT_MAGIC2C);
}

}  // namespace

// reboot(2).
Result<void> PowerCalls::sys_reboot(std::uint32_t magic, std::uint32_t second_magic, std::uint32_t command,
                                    UserPtr<void>) {
    if (!task::current_user().credentials.load(std::memory_order_relaxed)->has(CAP_SYS_BOOT)) {
        return Errno::perm;
    }
    if (!is_magic(magic, second_magic)) {
        return Errno::inval;
    }
    const auto log = ports::power_calls::log();
    switch (command) {
    case LINUX_REBOOT_CMD_CAD_ON:
    case LINUX_REBOOT_CMD_CAD_OFF:
        return {};
    case LINUX_REBOOT_CMD_HALT:
    case LINUX_REBOOT_CMD_POWER_OFF:
        log.info("reboot: Power down");
        ports::power_calls::console().flush();
        ports::power_calls::power().off(0);
        return {};
    case LINUX_REBOOT_CMD_RESTART:
    case LINUX_REBOOT_CMD_RESTART2:
        log.info("reboot: Restarting system");
        ports::power_calls::console().flush();
        ports::power_calls::power().reset();
        return {};
    default:
        return Errno::inval;
    }
}

}  // namespace phx::power
