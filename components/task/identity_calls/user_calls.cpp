// User numbers: setuid(2), setreuid(2), setresuid(2), setfsuid(2).
#include <linux/securebits.h>
#include <ports/identity_calls.hpp>
#include <task/identity_calls/identity_calls.hpp>
#include <vm/user_memory/user_memory.hpp>

namespace phx::task {
namespace {

[[nodiscard]] constexpr CapabilitySet bit(unsigned capability) { return CapabilitySet{1} << capability; }

// Those that are about files (Linux include/linux/capability.h, CAP_FS_SET).
constexpr CapabilitySet k_file_capabilities = bit(CAP_CHOWN) | bit(CAP_MKNOD) | bit(CAP_DAC_OVERRIDE) | bit(CAP_DAC_READ_SEARCH) | bit(CAP_FOWNER) |
                                              bit(CAP_FSETID) | bit(CAP_LINUX_IMMUTABLE) | bit(CAP_MAC_OVERRIDE);

// capabilities(7), "Effect of user ID changes on capabilities".
void adjust_capabilities(const CredentialFields& before, CredentialFields& after) {
    if ((before.securebits & SECBIT_NO_SETUID_FIXUP) != 0) {
        return;
    }
    const bool had_root = before.uid == 0 || before.euid == 0 || before.suid == 0;
    const bool has_root = after.uid == 0 || after.euid == 0 || after.suid == 0;
    if (had_root && !has_root) {
        if ((before.securebits & SECBIT_KEEP_CAPS) == 0) {
            after.permitted = 0;
            after.effective = 0;
        }
        after.ambient = 0;
    }
    if (before.euid == 0 && after.euid != 0) {
        after.effective = 0;
    }
    if (before.euid != 0 && after.euid == 0) {
        after.effective = after.permitted;
    }
}

void adjust_file_capabilities(const CredentialFields& before, CredentialFields& after) {
    if ((before.securebits & SECBIT_NO_SETUID_FIXUP) != 0) {
        return;
    }
    if (before.fsuid == 0 && after.fsuid != 0) {
        after.effective &= ~k_file_capabilities;
    }
    if (before.fsuid != 0 && after.fsuid == 0) {
        after.effective |= after.permitted & k_file_capabilities;
    }
}

}  // namespace

// Who changes users is not looked into by others of either (prctl(2), PR_SET_DUMPABLE), nor does its parent's end concern it (PR_SET_PDEATHSIG).
Result<void> IdentityCalls::become(const CredentialFields& fields) {
    const bool other = fields.euid != own().euid || fields.egid != own().egid || fields.fsuid != own().fsuid || fields.fsgid != own().fsgid;
    TRY(ports::identity_calls::processes().become(fields));
    if (other) {
        const SpinGuard guard{current_process().lock};
        current_process().dumpable = false;
        current_user().death_signal = 0;
    }
    return {};
}

Result<void> IdentityCalls::become_user(CredentialFields fields) {
    adjust_capabilities(own(), fields);
    return become(fields);
}

Result<void> IdentityCalls::sys_getresuid(UserPtr<Uid> real, UserPtr<Uid> effective, UserPtr<Uid> saved) {
    TRY(vm::write(real, own().uid));
    TRY(vm::write(effective, own().euid));
    return vm::write(saved, own().suid);
}

Result<void> IdentityCalls::sys_setuid(Uid uid) {
    CredentialFields fields = own();
    if (uid == k_unchanged) {
        return Errno::inval;
    }
    if (fields.has(CAP_SETUID)) {
        fields.uid = fields.suid = uid;
    } else if (uid != fields.uid && uid != fields.suid) {
        return Errno::perm;
    }
    fields.euid = fields.fsuid = uid;
    return become_user(fields);
}

Result<void> IdentityCalls::sys_setreuid(Uid real, Uid effective) {
    const CredentialFields& before = own();
    CredentialFields fields = before;
    if (real != k_unchanged) {
        if (real != before.uid && real != before.euid && !before.has(CAP_SETUID)) {
            return Errno::perm;
        }
        fields.uid = real;
    }
    if (effective != k_unchanged) {
        if (effective != before.uid && effective != before.euid && effective != before.suid && !before.has(CAP_SETUID)) {
            return Errno::perm;
        }
        fields.euid = effective;
    }
    if (real != k_unchanged || (effective != k_unchanged && effective != before.uid)) {
        fields.suid = fields.euid;
    }
    fields.fsuid = fields.euid;
    return become_user(fields);
}

Result<void> IdentityCalls::sys_setresuid(Uid real, Uid effective, Uid saved) {
    const CredentialFields& before = own();
    CredentialFields fields = before;
    const auto change = [&before](Uid& field, Uid wanted) {
        const bool may = wanted == k_unchanged || wanted == before.uid || wanted == before.euid || wanted == before.suid || before.has(CAP_SETUID);
        field = wanted != k_unchanged ? wanted : field;
        return may;
    };
    if (!change(fields.uid, real) || !change(fields.euid, effective) || !change(fields.suid, saved)) {
        return Errno::perm;
    }
    fields.fsuid = fields.euid;
    return become_user(fields);
}

// Gives the one before in any case.
Result<Uid> IdentityCalls::sys_setfsuid(Uid uid) {
    const CredentialFields& before = own();
    const Uid old = before.fsuid;
    if (uid != old && (uid == before.uid || uid == before.euid || uid == before.suid || before.has(CAP_SETUID)) && uid != k_unchanged) {
        CredentialFields fields = before;
        fields.fsuid = uid;
        adjust_file_capabilities(before, fields);
        static_cast<void>(become(fields));
    }
    return old;
}

}  // namespace phx::task
