// What a program did wrong, or could not know better: pages to bring in, signals (Arm ARM DDI 0487, D17.2.37 ESR_EL1; signal numbers and codes as
// Linux arch/arm64 gives them, sigaction(2)).
#include "user.hpp"

#include <algorithm>
#include <array>

#include <arch/cpu.hpp>
#include <arch/interrupts.hpp>
#include <arch/user_access.hpp>
#include <asm-generic/signal.h>
#include <ports/user.hpp>
#include <vm/user_memory/user_memory.hpp>

#include "id_registers.hpp"

namespace phx::arch {
namespace {

enum class ExceptionClass : std::uint8_t {
    unknown = 0x00,
    system_register = 0x18,
    pointer_authentication = 0x1c,
    instruction_abort = 0x20,
    misaligned_pc = 0x22,
    data_abort = 0x24,
    misaligned_sp = 0x26,
    floating_point = 0x2c,
    breakpoint = 0x30,
    step = 0x32,
    watchpoint = 0x34,
    brk = 0x3c,
};
[[nodiscard]] ExceptionClass class_of(std::uint64_t esr) { return static_cast<ExceptionClass>(esr >> 26 & 0x3f); }

// Of the fault status code of an abort, what it asks for.
enum class AbortKind : std::uint8_t {
    page,        // the table's entry is to be looked at: translation, access flag, permission
    alignment,
    external,    // memory did not answer
    tag,
    fatal,       // nothing that a program can cause in memory that it was given
};
[[nodiscard]] AbortKind kind_of(std::uint64_t esr) {
    const std::uint64_t status = esr & 0x3f;
    if ((status >= 0x04 && status <= 0x07) || (status >= 0x09 && status <= 0x0b) || (status >= 0x0d && status <= 0x0f)) {
        return AbortKind::page;
    }
    switch (status) {
        case 0x10: return AbortKind::external;
        case 0x11: return AbortKind::tag;
        case 0x21: return AbortKind::alignment;
        default: return AbortKind::fatal;
    }
}

// Cache maintenance reports as a write, and needs no right to write (ISS.CM).
[[nodiscard]] vm::Access access_of(std::uint64_t esr) {
    constexpr std::uint64_t k_write = 1U << 6;
    constexpr std::uint64_t k_maintenance = 1U << 8;
    if (class_of(esr) == ExceptionClass::instruction_abort) {
        return vm::Access::execute;
    }
    return (esr & (k_write | k_maintenance)) == k_write ? vm::Access::write : vm::Access::read;
}

// The address without its top byte, which programs may use for tags (TCR_EL1.TBI0).
[[nodiscard]] std::uint64_t untagged(std::uint64_t address) {
    return static_cast<std::uint64_t>(static_cast<std::int64_t>(address << 8) >> 8);
}

[[nodiscard]] bool is_dying(const task::UserThread& thread) {
    return (thread.thread->user_work.load(std::memory_order_relaxed) & k_ending) != 0 || (thread.signals.pending.set & task::signal_bit(SIGKILL)) != 0;
}

// What becomes of a fault; signal 0: nothing, the program goes on.
struct Verdict {
    int signal = 0;
    int code = 0;
    std::uint64_t address = 0;
};

// `far` and `esr` are what the signal frame says of it.
void force(const Verdict& verdict, std::uint64_t far, std::uint64_t esr) {
    if (auto* signals = ports::user::signals()) {
        task::SignalInfo info{};
        info.si_signo = verdict.signal;
        info.si_code = verdict.code;
        info.si_addr = reinterpret_cast<void*>(verdict.address);
        signals->force_fault(info, far, esr);
        return;
    }
    ports::user::processes().end_process(verdict.signal);
}

// What a program may know of a fault at an address of the kernel's: not whether anything is there (Linux arch/arm64, set_thread_esr).
[[nodiscard]] std::uint64_t esr_for_program(std::uint64_t esr, std::uint64_t address) {
    constexpr std::uint64_t k_class_and_length = 0x7fU << 25;
    constexpr std::uint64_t k_maintenance_and_write = 1U << 8 | 1U << 6;
    constexpr std::uint64_t k_translation_level_0 = 4;
    if (address < k_user_limit) {
        return esr;
    }
    const bool data = class_of(esr) == ExceptionClass::data_abort;
    return (esr & (k_class_and_length | (data ? k_maintenance_and_write : 0))) | k_translation_level_0;
}

[[nodiscard]] Verdict on_abort(std::uint64_t esr, std::uint64_t address) {
    switch (kind_of(esr)) {
        case AbortKind::alignment: return {SIGBUS, BUS_ADRALN, address};
        case AbortKind::external: return {SIGBUS, BUS_OBJERR, address};
        case AbortKind::tag: return {SIGSEGV, SEGV_MTESERR, address};
        case AbortKind::fatal: return {SIGKILL, SI_KERNEL, address};
        case AbortKind::page: break;
    }
    task::UserThread& self = task::current_user();
    if (address >= k_user_limit || self.space == nullptr) {
        return {SIGSEGV, SEGV_MAPERR, address};
    }
    switch (ports::user::memory().fault(*self.space, UserAddr{address}, access_of(esr))) {
        case vm::FaultEnd::resolved: return {};
        case vm::FaultEnd::no_mapping: return {SIGSEGV, SEGV_MAPERR, address};
        case vm::FaultEnd::no_right: return {SIGSEGV, SEGV_ACCERR, address};
        case vm::FaultEnd::no_page: return {SIGBUS, BUS_ADRERR, address};
        case vm::FaultEnd::no_memory: ports::user::threads().yield(); return {};  // looks at signals, then tries again
    }
    return {};
}

// By the exception's own flags, which are valid if TFV is set; several may be.
[[nodiscard]] int floating_point_code(std::uint64_t esr) {
    constexpr std::uint64_t k_valid = 1U << 23;
    constexpr std::array<int, 5> codes{FPE_FLTINV, FPE_FLTDIV, FPE_FLTOVF, FPE_FLTUND, FPE_FLTRES};
    for (unsigned bit = 0; (esr & k_valid) != 0 && bit < codes.size(); ++bit) {
        if ((esr >> bit & 1) != 0) {
            return codes[bit];
        }
    }
    return FPE_FLTUNK;
}

// `mrs` of an identification register, which is undefined at EL0: the value that programs are told. False: it was something else.
[[nodiscard]] bool emulate_id_register(UserFrame& frame) {
    constexpr std::uint32_t k_mask = 0xffff'f000;
    constexpr std::uint32_t k_mrs_id = 0xd538'0000;  // op0 3, op1 0, CRn 0
    const Result<std::uint32_t> read = vm::read(UserPtr<std::uint32_t>{frame.pc});
    if (!read || (*read & k_mask) != k_mrs_id) {
        return false;
    }
    const unsigned crm = *read >> 8 & 0xf;
    const unsigned op2 = *read >> 5 & 7;
    if (!is_id_register(crm, op2)) {
        return false;
    }
    if (const unsigned to = *read & 0x1f; to < 31) {
        frame.x[to] = id_register_for_program(read_id_registers(), midr(), crm, op2);
    }
    frame.pc += 4;
    return true;
}

[[nodiscard]] Verdict verdict_of(ExceptionClass what, std::uint64_t esr, std::uint64_t far, const UserFrame& frame) {
    switch (what) {
        case ExceptionClass::misaligned_pc: return {SIGBUS, BUS_ADRALN, far};
        case ExceptionClass::misaligned_sp: return {SIGBUS, BUS_ADRALN, frame.sp};
        case ExceptionClass::floating_point: return {SIGFPE, floating_point_code(esr), frame.pc};
        case ExceptionClass::brk: return {SIGTRAP, TRAP_BRKPT, frame.pc};
        case ExceptionClass::breakpoint: return {SIGTRAP, TRAP_HWBKPT, frame.pc};
        case ExceptionClass::step: return {SIGTRAP, TRAP_TRACE, frame.pc};
        case ExceptionClass::watchpoint: return {SIGTRAP, TRAP_HWBKPT, far};
        case ExceptionClass::pointer_authentication: return {SIGILL, ILL_ILLOPN, frame.pc};
        default: return {SIGILL, ILL_ILLOPC, frame.pc};
    }
}

[[nodiscard]] const PhxFixup* find_fixup(std::uint64_t pc) {
    auto address = [](const std::int32_t& field) { return reinterpret_cast<std::uintptr_t>(&field) + static_cast<std::int64_t>(field); };
    const PhxFixup* after = std::upper_bound(__phx_fixups_start, __phx_fixups_end, pc,
                                             [&](std::uint64_t value, const PhxFixup& each) { return value < address(each.begin); });
    return after != __phx_fixups_start && pc < address(after[-1].end) ? after - 1 : nullptr;
}

}  // namespace

void UserLevel::on_fault(UserFrame& frame, std::uint64_t syndrome, std::uint64_t far) {
    unmask_interrupts();
    const ExceptionClass what = class_of(syndrome);
    if (what == ExceptionClass::data_abort || what == ExceptionClass::instruction_abort) {
        const std::uint64_t address = untagged(far);
        if (const Verdict verdict = on_abort(syndrome, address); verdict.signal != 0) [[unlikely]] {
            force(verdict, address, esr_for_program(syndrome, address));
        }
        return;
    }
    if ((what == ExceptionClass::unknown || what == ExceptionClass::system_register) && emulate_id_register(frame)) {
        return;
    }
    force(verdict_of(what, syndrome, far, frame), 0, syndrome);
}

// The copy's page is brought in with interrupts as the copy had them.
bool UserLevel::on_kernel_fault(const task::KernelFault& fault) {
    const std::uint64_t address = untagged(fault.address);
    const PhxFixup* fixup = find_fixup(fault.pc);
    if (fixup == nullptr || address >= k_user_limit) {
        return false;
    }
    const bool may_sleep = fault.may_sleep != 0 && !interrupts_masked(static_cast<InterruptState>(fault.state));
    task::UserThread* const self = may_sleep ? task::current().user : nullptr;
    if (self != nullptr && self->space != nullptr && kind_of(fault.syndrome) == AbortKind::page) {
        unmask_interrupts();
        const vm::FaultEnd end = ports::user::memory().fault(*self->space, UserAddr{address}, access_of(fault.syndrome));
        const bool again = end == vm::FaultEnd::resolved || (end == vm::FaultEnd::no_memory && !is_dying(*self));
        if (again && end == vm::FaultEnd::no_memory) {
            ports::user::threads().yield();
        }
        mask_interrupts();
        if (again) {
            return true;
        }
    }
    fault.pc = reinterpret_cast<std::uintptr_t>(&fixup->landing) + static_cast<std::int64_t>(fixup->landing);
    return true;
}

}  // namespace phx::arch
