// prctl(2).
#include <array>

#include <linux/capability.h>
#include <linux/prctl.h>
#include <linux/securebits.h>
#include <ports/limit_calls.hpp>
#include <task/limit_calls/limit_calls.hpp>
#include <vm/user_memory/user_memory.hpp>

namespace phx::task {
namespace {

[[nodiscard]] const Credentials& own() { return *current_user().credentials.load(std::memory_order_relaxed); }

Result<std::int64_t> set_name(UserPtr<const char> from) {
    std::array<char, Thread::k_name_size> text{};
    for (std::size_t i = 0; i + 1 < text.size(); ++i) {
        text[i] = TRY(vm::read(from + i));
        if (text[i] == '\0') {
            break;
        }
    }
    const SpinGuard guard{current_process().lock};
    current_user().set_name(text.data());
    return 0;
}

Result<std::int64_t> get_name(UserPtr<char> to) {
    std::array<char, Thread::k_name_size> text{};
    {
        const SpinGuard guard{current_process().lock};
        current_user().name().copy(text.data(), text.size() - 1);
    }
    TRY(vm::copy_out(to.address(), text.data(), text.size()));
    return 0;
}

// Who is not below it looks in vain for an ancestor that adopts, and goes to process 1 as before.
void adopt_orphans(Process& process, bool adopts) {
    ports::limit_calls::processes().for_each([&](Process& each) {
        if (&each == &process) {
            each.adopts = adopts;
        } else if (adopts) {
            each.has_adopter = true;
        }
    });
}

Result<std::int64_t> change(const CredentialFields& fields) {
    TRY(ports::limit_calls::processes().become(fields));
    return 0;
}

// `rest`: the arguments behind, which are to be 0.
Result<std::int64_t> ambient(std::uint64_t what, std::uint64_t capability, std::uint64_t rest) {
    CredentialFields fields = own();
    if (rest != 0) {
        return Errno::inval;
    }
    if (what == PR_CAP_AMBIENT_CLEAR_ALL) {
        if (capability != 0) {
            return Errno::inval;
        }
        fields.ambient = 0;
        return change(fields);
    }
    if (capability > k_last_capability) {
        return Errno::inval;
    }
    const CapabilitySet bit = CapabilitySet{1} << capability;
    switch (what) {
    case PR_CAP_AMBIENT_IS_SET:
        return std::int64_t{(fields.ambient & bit) != 0};
    case PR_CAP_AMBIENT_RAISE:
        if ((fields.permitted & fields.inheritable & bit) == 0 || (fields.securebits & SECBIT_NO_CAP_AMBIENT_RAISE) != 0) {
            return Errno::perm;
        }
        fields.ambient |= bit;
        return change(fields);
    case PR_CAP_AMBIENT_LOWER:
        fields.ambient &= ~bit;
        return change(fields);
    default:
        return Errno::inval;
    }
}

}  // namespace

Result<std::int64_t> LimitCalls::sys_prctl(int option, std::uint64_t a, std::uint64_t b, std::uint64_t c, std::uint64_t d) {
    UserThread& thread = current_user();
    Process& process = *thread.process;
    switch (option) {
    case PR_SET_NAME:
        return set_name(UserPtr<const char>{a});
    case PR_GET_NAME:
        return get_name(UserPtr<char>{a});
    case PR_SET_PDEATHSIG:
        if (a > k_signals) {
            return Errno::inval;
        }
        thread.death_signal = static_cast<int>(a);
        return 0;
    case PR_GET_PDEATHSIG:
        TRY(vm::write(UserPtr<std::int32_t>{a}, thread.death_signal));
        return 0;
    case PR_GET_DUMPABLE:
        return std::int64_t{process.dumpable};
    case PR_SET_DUMPABLE: {
        if (a > 1) {
            return Errno::inval;
        }
        const SpinGuard guard{process.lock};
        process.dumpable = a != 0;
        return 0;
    }
    case PR_SET_CHILD_SUBREAPER:
        adopt_orphans(process, a != 0);
        return 0;
    case PR_GET_CHILD_SUBREAPER:
        TRY(vm::write(UserPtr<std::int32_t>{a}, std::int32_t{process.adopts}));
        return 0;
    case PR_GET_TIMERSLACK:
        return 50'000;
    case PR_SET_TIMERSLACK:
        return 0;
    case PR_GET_THP_DISABLE:
        return a == 0 && b == 0 && c == 0 && d == 0 ? Result<std::int64_t>{0} : Errno::inval;
    default:
        return prctl_credentials(option, a, b, c | d);
    }
}

Result<std::int64_t> LimitCalls::prctl_credentials(int option, std::uint64_t a, std::uint64_t b, std::uint64_t rest) {
    CredentialFields fields = own();
    switch (option) {
    case PR_GET_KEEPCAPS:
        return std::int64_t{(fields.securebits & SECBIT_KEEP_CAPS) != 0};
    case PR_SET_KEEPCAPS:
        if (a > 1) {
            return Errno::inval;
        }
        if ((fields.securebits & SECBIT_KEEP_CAPS_LOCKED) != 0) {
            return Errno::perm;
        }
        fields.securebits = a != 0 ? fields.securebits | SECBIT_KEEP_CAPS : fields.securebits & ~std::uint32_t{SECBIT_KEEP_CAPS};
        return change(fields);
    case PR_GET_SECUREBITS:
        return std::int64_t{fields.securebits};
    case PR_SET_SECUREBITS: {
        const std::uint32_t locked = fields.securebits & SECURE_ALL_LOCKS;
        const bool touches_locked = (((locked >> 1) & (fields.securebits ^ static_cast<std::uint32_t>(a))) != 0) || (locked & ~a) != 0;
        if (touches_locked || (a & ~std::uint64_t{SECURE_ALL_LOCKS | SECURE_ALL_BITS}) != 0 || !fields.has(CAP_SETPCAP)) {
            return Errno::perm;
        }
        fields.securebits = static_cast<std::uint32_t>(a);
        return change(fields);
    }
    case PR_CAPBSET_READ:
        return a <= k_last_capability ? Result<std::int64_t>{std::int64_t{(fields.bounding >> a & 1) != 0}} : Errno::inval;
    case PR_CAPBSET_DROP:
        if (!fields.has(CAP_SETPCAP)) {
            return Errno::perm;
        }
        if (a > k_last_capability) {
            return Errno::inval;
        }
        fields.bounding &= ~(CapabilitySet{1} << a);
        return change(fields);
    case PR_CAP_AMBIENT:
        return ambient(a, b, rest);
    case PR_SET_NO_NEW_PRIVS:
        if (a != 1 || (b | rest) != 0) {
            return Errno::inval;
        }
        fields.no_new_privileges = true;
        return change(fields);
    case PR_GET_NO_NEW_PRIVS:
        return (a | b | rest) == 0 ? Result<std::int64_t>{std::int64_t{fields.no_new_privileges}} : Errno::inval;
    default:
        return Errno::inval;
    }
}

}  // namespace phx::task
