#include "exceptions.hpp"

#include <array>
#include <string_view>

#include <arch/cpu.hpp>
#include <base/format.hpp>
#include <base/types.hpp>
#include <ports/exceptions.hpp>

extern "C" const char phx_vectors[];
extern "C" const char phx_semihosting_hlt[];

namespace phx::arch {
namespace {

// ESR_ELx.EC, Arm ARM DDI 0487, D17.2.37: those that something is done about.
enum class ExceptionClass : std::uint8_t {
    unknown = 0x00,
    instruction_abort = 0x21,
    data_abort = 0x25,
};

constexpr unsigned k_own_synchronous = 4;  // vector: from EL1 itself, on its own stack

[[nodiscard]] ExceptionClass class_of(std::uint64_t esr) { return static_cast<ExceptionClass>((esr >> 26) & 0x3f); }

struct Name {
    std::uint64_t value;
    const char* text;
};
constexpr std::uint64_t k_any = ~std::uint64_t{0};

// All classes that get a name (D17.2.37).
constexpr Name k_classes[] = {
    {0x00, "undefined instruction"},
    {0x0e, "illegal execution state"},
    {0x21, "instruction abort"},
    {0x22, "misaligned program counter"},
    {0x25, "data abort"},
    {0x26, "misaligned stack pointer"},
    {0x2f, "system error"},
    {0x3c, "trap (a check that the compiler put in failed)"},
    {k_any, "exception"},
};

// The fault status code, bits [5:0] of an abort's syndrome, without the two low bits: in the first four they are the level.
constexpr Name k_faults[] = {
    {0, "address size fault"},
    {1, "translation fault (nothing is mapped there)"},
    {2, "access flag fault"},
    {3, "permission fault"},
    {4, "external abort (no device or memory answers there)"},
    {8, "alignment fault"},
    {k_any, "fault"},
};

// By the low two bits of the vector's number; the first goes by its class.
constexpr Name k_vectors[] = {
    {1, "interrupt"},
    {2, "fast interrupt"},
    {k_any, "system error"},
};

// The first that fits; the last of each list fits all.
[[nodiscard]] const char* name_of(const Name* name, std::uint64_t value) {
    while (name->value != value && name->value != k_any) {
        ++name;
    }
    return name->text;
}

// Room for 31 registers in lines of three and the special ones; static, because the stack may be what is broken.
constinit std::array<char, 1600> g_detail{};

std::string_view describe(const ExceptionFrame& frame) {
    std::size_t used = 0;
    auto put = [&used]<class... A>(FormatString<std::type_identity_t<A>...> format, const A&... args) {
        used += format_to(std::span{g_detail}.subspan(used), format, args...).size();
    };
    put("pc {:016x}  sp {:016x}  pstate {:08x}\nesr {:08x}  far {:016x}\n", frame.elr, frame.sp, frame.spsr, frame.esr, frame.far);
    for (unsigned i = 0; i < 31; ++i) {
        put("x{:<2} {:016x}{}", i, frame.x[i], i % 3 == 2 || i == 30 ? "\n" : "  ");
    }
    return {g_detail.data(), used};
}

}  // namespace

void Exceptions::install() {
    const char* table = phx_vectors;
    if (auto* programs = ports::exceptions::programs()) {
        table = programs->vectors();
    }
    asm volatile("msr vbar_el1, %0\n\tisb" : : "r"(table) : "memory");
}

void Exceptions::on_exception(ExceptionFrame& frame, unsigned vector) {
    const bool from_semihosting = frame.elr == reinterpret_cast<std::uintptr_t>(phx_semihosting_hlt);
    if (vector % 4 == 0 && class_of(frame.esr) == ExceptionClass::unknown && from_semihosting) {
        frame.x[0] = ~std::uint64_t{0};
        frame.elr += 4;
        return;
    }
    if (auto* programs = ports::exceptions::programs()) {
        if (vector == k_own_synchronous && class_of(frame.esr) == ExceptionClass::data_abort &&
            programs->on_kernel_fault({frame.elr, frame.esr, frame.far, frame.spsr, frame.x[3]})) {
            return;
        }
    }
    report(frame, vector);
}

void Exceptions::on_interrupt() {
    if (auto* interrupts = ports::exceptions::interrupts()) {
        interrupts->handle();
        if (auto* preemption = ports::exceptions::preemption()) {
            preemption->on_interrupt_exit();
        }
        return;
    }
    ports::exceptions::panic().exception("interrupt, but this graph has no InterruptEntry", 0, frame_record(), "");
}

void Exceptions::report(ExceptionFrame& frame, unsigned vector) {
    std::array<char, 160> buffer;
    const ExceptionClass what = class_of(frame.esr);
    std::string_view reason = name_of(k_classes, static_cast<std::uint64_t>(what));
    if (vector % 4 != 0) {
        reason = format_to(buffer, "unhandled {} exception", name_of(k_vectors, vector % 4));
    } else if (what == ExceptionClass::data_abort || what == ExceptionClass::instruction_abort) {
        const bool write = (frame.esr & (1U << 6)) != 0;  // WnR
        const char* access = what == ExceptionClass::instruction_abort ? "executing" : write ? "writing" : "reading";
        reason = format_to(buffer, "{}: {} {} at {:#x}", reason, name_of(k_faults, (frame.esr & 0x3f) >> 2), access, frame.far);
    }
    if (what == ExceptionClass::instruction_abort) {
        frame.record[1] = frame.x[30];  // a jump to where no code is: only the link register tells where from
    }
    ports::exceptions::panic().exception(reason, frame.elr, frame.record, describe(frame));
}

void Exceptions::on_stack_overflow(ExceptionFrame& frame) {
    ports::exceptions::panic().exception("kernel stack overflow", frame.elr, frame.record, describe(frame));
}

}  // namespace phx::arch

extern "C" [[gnu::used]] void phx_on_exception(phx::arch::ExceptionFrame* frame, unsigned vector) {
    phx::ports::exceptions::self().on_exception(*frame, vector);
}
extern "C" [[gnu::used]] void phx_on_interrupt() {
    phx::ports::exceptions::self().on_interrupt();
}
extern "C" [[gnu::used, noreturn]] void phx_on_stack_overflow(phx::arch::ExceptionFrame* frame) {
    phx::ports::exceptions::self().on_stack_overflow(*frame);
}
