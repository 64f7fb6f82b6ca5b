// The frame that a handler runs on, the way back, and the stack that it may lie on (sigreturn(2), sigaltstack(2)).
#include <task/signals/frame.hpp>

#include <array>
#include <optional>

#include <base/types.hpp>
#include <ports/signals.hpp>
#include <task/signals/signals.hpp>
#include <vm/user_memory/user_memory.hpp>

namespace phx::task {
namespace {

// stack_t as it lies in memory, with what is between its members: the program sees that too.
struct StackWords {
    std::uint64_t base = 0;
    std::uint32_t flags = 0;
    std::uint32_t unused = 0;
    std::uint64_t size = 0;
};
static_assert(sizeof(StackWords) == sizeof(uapi::stack_t) && offsetof(StackWords, flags) == offsetof(uapi::stack_t, ss_flags) &&
              offsetof(StackWords, size) == offsetof(uapi::stack_t, ss_size));

// The head of ucontext, up to what the C library keeps to itself.
struct ContextHead {
    std::uint64_t flags = 0;
    std::uint64_t link = 0;
    StackWords stack;
    SignalSet mask = 0;
};
static_assert(sizeof(ContextHead) == 48 && offsetof(ContextHead, mask) == offsetof(struct uapi::ucontext, uc_sigmask) &&
              offsetof(ContextHead, stack) == offsetof(struct uapi::ucontext, uc_stack));

constexpr std::uint64_t k_head_at = offsetof(SignalFrame, context);
constexpr std::uint64_t k_context_at = k_head_at + offsetof(struct uapi::ucontext, uc_mcontext);
constexpr std::uint64_t k_registers_at = k_context_at + offsetof(struct uapi::sigcontext, regs);
constexpr std::uint64_t k_records_at = k_context_at + offsetof(struct uapi::sigcontext, __reserved);
constexpr std::uint64_t k_records_size = sizeof(uapi::sigcontext::__reserved);
constexpr std::uint64_t k_most_extra = 64 * KiB;  // Linux's SIGFRAME_MAXSZ

// A record's head as the one word that it is in memory.
using Record = struct uapi::_aarch64_ctx;
[[nodiscard]] constexpr std::uint64_t record_word(std::uint64_t magic, std::uint64_t size) { return magic | size << 32; }

[[nodiscard]] bool put(UserAddr at, std::uint64_t word) { return static_cast<bool>(vm::write(UserPtr<std::uint64_t>{at.value()}, word)); }

// On the alternate stack: what sigaltstack(2) says of it then is SS_ONSTACK. A stack that goes out of use while a handler runs on it
// (SS_AUTODISARM) may be left and entered at will.
[[nodiscard]] bool is_on_stack(const ThreadSignals& signals, std::uint64_t sp) {
    return (signals.stack_flags & SS_AUTODISARM) == 0 && sp > signals.stack_base && sp - signals.stack_base <= signals.stack_size;
}

// Bits that a program can have: flags, DIT, TCO, SSBS, BTYPE; single steps are a debugger's affair. Everything that the architecture
// reserves is dropped, the rest of it must be as at EL0 with all exceptions unmasked (Linux arch/arm64/kernel/ptrace.c, valid_native_regs).
constexpr std::uint64_t k_flags = PSR_N_BIT | PSR_Z_BIT | PSR_C_BIT | PSR_V_BIT;
constexpr std::uint64_t k_kept = k_flags | PSR_TCO_BIT | PSR_DIT_BIT | PSR_SSBS_BIT | PSR_BTYPE_MASK;
constexpr std::uint64_t k_must_be_clear = PSR_MODE_MASK | PSR_MODE32_BIT | PSR_D_BIT | PSR_A_BIT | PSR_I_BIT | PSR_F_BIT;

[[nodiscard]] bool make_valid(std::uint64_t& pstate) {
    if ((pstate & k_must_be_clear) != 0) {
        pstate &= k_flags;
        return false;
    }
    pstate &= k_kept;
    return true;
}

// Walks the records behind the registers; where the floating-point ones are, nothing if the records make no sense.
[[nodiscard]] std::optional<UserAddr> find_fp(UserAddr base) {
    std::uint64_t limit = k_records_size;
    std::uint64_t offset = 0;
    std::optional<UserAddr> fp;
    bool has_extra = false;
    for (;;) {
        if (limit - offset < sizeof(Record) || offset % 16 != 0) {
            return {};
        }
        const UserAddr at = base + offset;
        const auto word = vm::read(UserPtr<const std::uint64_t>{at.value()});
        if (!word) {
            return {};
        }
        const std::uint64_t magic = *word & UINT32_MAX;
        const std::uint64_t size = *word >> 32;
        if (magic == 0) {
            return size == 0 ? fp : std::nullopt;
        }
        if (size < sizeof(Record) || limit - offset < size) {
            return {};
        }
        offset += size;
        if (magic == FPSIMD_MAGIC) {
            if (fp || size != sizeof(struct uapi::fpsimd_context)) {
                return {};
            }
            fp = at + offsetof(struct uapi::fpsimd_context, fpsr);
        } else if (magic == EXTRA_MAGIC) {
            // More records in memory of their own, which begins behind the mark that ends these.
            if (has_extra || size < sizeof(struct uapi::extra_context)) {
                return {};
            }
            const auto extra = vm::read(UserPtr<const struct uapi::extra_context>{at.value()});
            const auto end = vm::read(UserPtr<const std::uint64_t>{(base + offset).value()});
            if (!extra || !end || *end != 0 || extra->datap != (base + offset).value() + 16 || extra->datap % 16 != 0 ||
                extra->size > k_most_extra) {
                return {};
            }
            has_extra = true;
            base = UserAddr{extra->datap};
            limit = extra->size;
            offset = 0;
        } else if (magic != ESR_MAGIC) {
            return {};
        }
    }
}

}  // namespace

// False: the stack cannot hold it. The registers are changed at the end alone.
bool KernelSignals::write_frame(UserThread& self, arch::UserFrame& frame, const SignalInfo& info, const SignalAction& action, SignalSet mask) {
    const ThreadSignals& signals = self.signals;
    std::uint64_t top = frame.sp;
    if ((action.flags & SA_ONSTACK) != 0 && signals.stack_size != 0 && !is_on_stack(signals, top)) {
        top = signals.stack_base + signals.stack_size;
    }
    const UserAddr record{align_down(top - sizeof(FrameRecord), 16)};
    const UserAddr at = record - sizeof(SignalFrame);

    struct {
        SignalInfo info;
        std::array<std::byte, sizeof(uapi::siginfo_t) - sizeof(SignalInfo)> padding;
        ContextHead head;
    } first;
    static_assert(sizeof first == k_head_at + sizeof(ContextHead));
    first.head = {.stack = {.base = signals.stack_base, .flags = signals.stack_flags, .size = signals.stack_size}, .mask = mask};
    const bool wants_info = (action.flags & SA_SIGINFO) != 0;
    if (wants_info) {
        first.info = info;
        first.padding = {};
    }
    const std::size_t skipped = wants_info ? 0 : k_head_at;
    ports::signals::mode().save_fp(self);
    UserAddr next = at + k_records_at + sizeof(struct uapi::fpsimd_context);
    const FrameRecord caller{frame.x[29], frame.x[30]};
    bool ok = static_cast<bool>(vm::copy_out(record, &caller, sizeof caller)) &&
              static_cast<bool>(vm::copy_out(at + skipped, reinterpret_cast<const std::byte*>(&first) + skipped, sizeof first - skipped)) &&
              put(at + k_context_at, signals.fault_address) && static_cast<bool>(vm::copy_out(at + k_registers_at, frame.x, k_registers_size)) &&
              put(at + k_records_at, record_word(FPSIMD_MAGIC, sizeof(struct uapi::fpsimd_context))) &&
              static_cast<bool>(vm::copy_out(at + k_records_at + sizeof(Record), &self.fp, k_fp_size));
    if (signals.fault_syndrome != 0) {
        const struct uapi::esr_context syndrome{.head = {.magic = ESR_MAGIC, .size = sizeof syndrome}, .esr = signals.fault_syndrome};
        ok = ok && vm::copy_out(next, &syndrome, sizeof syndrome);
        next += sizeof syndrome;
    }
    if (!ok || !put(next, record_word(0, 0))) {
        return false;
    }

    frame.x[0] = static_cast<std::uint64_t>(info.si_signo);
    if (wants_info) {
        frame.x[1] = at.value();
        frame.x[2] = (at + k_head_at).value();
    }
    frame.x[29] = record.value();
    frame.x[30] = (action.flags & SA_RESTORER) != 0 ? action.restorer : trampoline(self);
    frame.sp = at.value();
    frame.pc = action.handler;
    frame.pstate &= k_kept & ~std::uint64_t{PSR_TCO_BIT | PSR_BTYPE_MASK};
    return true;
}

// In the program's vDSO.
std::uint64_t KernelSignals::trampoline(const UserThread& thread) {
    auto* vdso = ports::signals::vdso();
    auto* memory = ports::signals::memory();
    if (vdso == nullptr || memory == nullptr || thread.space == nullptr) {
        return 0;
    }
    return vdso->sigreturn(memory->layout(*thread.space).vdso).value();
}

// As far as it gets: false leaves the registers fit for EL0 all the same.
bool KernelSignals::read_frame(UserThread& self, arch::UserFrame& frame) {
    if (frame.sp % 16 != 0) {
        return false;
    }
    const UserAddr at{frame.sp};
    ContextHead head;
    if (!vm::copy_in(&head, at + k_head_at, sizeof head)) {
        return false;
    }
    set_blocked(head.mask);
    const bool copied = static_cast<bool>(vm::copy_in(frame.x, at + k_registers_at, k_registers_size));
    const bool valid = make_valid(frame.pstate);
    if (!copied || !valid) {
        return false;
    }
    const std::optional<UserAddr> fp = find_fp(at + k_records_at);
    if (!fp || !vm::copy_in(&ports::signals::mode().replace_fp(), *fp, k_fp_size)) {
        return false;
    }
    (void)change_stack(self.signals, {.ss_sp = reinterpret_cast<void*>(head.stack.base), .ss_flags = static_cast<int>(head.stack.flags), .ss_size = head.stack.size},
                       frame.sp);
    return true;
}

void KernelSignals::sys_rt_sigreturn(arch::UserFrame& frame) {
    UserThread& self = current_user();
    self.signals.restart = {};
    frame.call = -1;
    if (!read_frame(self, frame)) {
        const UserAddr sp{frame.sp};
        force(fault_signal(SIGSEGV, vm::in_user_half(sp, 1) ? SEGV_ACCERR : SEGV_MAPERR, sp));
    }
}

// Linux kernel/signal.c, do_sigaltstack.
Result<void> KernelSignals::change_stack(ThreadSignals& signals, const uapi::stack_t& stack, std::uint64_t sp) {
    const auto flags = static_cast<std::uint32_t>(stack.ss_flags);
    const auto base = reinterpret_cast<std::uint64_t>(stack.ss_sp);
    if (is_on_stack(signals, sp)) {
        return Errno::perm;
    }
    const std::uint32_t mode = flags & ~SS_FLAG_BITS;
    if (mode != SS_DISABLE && mode != SS_ONSTACK && mode != 0) {
        return Errno::inval;
    }
    if (mode == SS_DISABLE) {
        signals.stack_base = signals.stack_size = 0;
    } else if (stack.ss_size < uapi::k_least_signal_stack) {
        return Errno::nomem;
    } else {
        signals.stack_base = base;
        signals.stack_size = stack.ss_size;
    }
    signals.stack_flags = flags;
    return {};
}

Result<void> KernelSignals::sys_sigaltstack(UserPtr<const uapi::stack_t> stack, UserPtr<uapi::stack_t> old) {
    UserThread& self = current_user();
    ThreadSignals& signals = self.signals;
    const std::uint64_t sp = self.frame().sp;
    std::uint32_t flags = signals.stack_flags & SS_FLAG_BITS;
    if (signals.stack_size == 0) {
        flags |= SS_DISABLE;
    } else if (is_on_stack(signals, sp)) {
        flags |= SS_ONSTACK;
    }
    const StackWords before{.base = signals.stack_base, .flags = flags, .size = signals.stack_size};
    if (!stack.is_null()) {
        const uapi::stack_t wanted = TRY(vm::read(stack));
        TRY(change_stack(signals, wanted, sp));
    }
    return old.is_null() ? Result<void>{} : vm::copy_out(old.address(), &before, sizeof before);
}

}  // namespace phx::task
