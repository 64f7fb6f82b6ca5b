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

// ESR_ELx.EC, Arm ARM DDI 0487, D17.2.37.
enum class ExceptionClass : std::uint8_t {
    unknown = 0x00,
    illegal_state = 0x0e,
    instruction_abort = 0x21,
    pc_alignment = 0x22,
    data_abort = 0x25,
    sp_alignment = 0x26,
    serror = 0x2f,
    brk = 0x3c,
};

[[nodiscard]] ExceptionClass class_of(std::uint64_t esr) { return static_cast<ExceptionClass>((esr >> 26) & 0x3f); }

[[nodiscard]] std::string_view class_name(std::uint64_t esr) {
    switch (class_of(esr)) {
    case ExceptionClass::unknown: return "undefined instruction";
    case ExceptionClass::illegal_state: return "illegal execution state";
    case ExceptionClass::instruction_abort: return "instruction abort";
    case ExceptionClass::pc_alignment: return "misaligned program counter";
    case ExceptionClass::data_abort: return "data abort";
    case ExceptionClass::sp_alignment: return "misaligned stack pointer";
    case ExceptionClass::serror: return "system error";
    case ExceptionClass::brk: return "trap (a check that the compiler put in failed)";
    }
    return "exception";
}

[[nodiscard]] bool is_abort(std::uint64_t esr) {
    return class_of(esr) == ExceptionClass::data_abort || class_of(esr) == ExceptionClass::instruction_abort;
}

// The fault status code, bits [5:0] of an abort's syndrome; the low two bits of the first four are the level.
[[nodiscard]] std::string_view fault_name(std::uint64_t esr) {
    switch ((esr & 0x3f) >> 2) {
    case 0: return "address size fault";
    case 1: return "translation fault (nothing is mapped there)";
    case 2: return "access flag fault";
    case 3: return "permission fault";
    case 4: return "external abort (no device or memory answers there)";
    case 8: return "alignment fault";
    default: return "fault";
    }
}

[[nodiscard]] std::string_view vector_name(unsigned vector) {
    static constexpr std::array<std::string_view, 4> names{"synchronous", "interrupt", "fast interrupt", "system error"};
    return names[vector % 4];
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
    asm volatile("msr vbar_el1, %0\n\tisb" : : "r"(phx_vectors) : "memory");
}

void Exceptions::on_exception(ExceptionFrame& frame, unsigned vector) {
    const bool from_semihosting = frame.elr == reinterpret_cast<std::uintptr_t>(phx_semihosting_hlt);
    if (vector % 4 == 0 && class_of(frame.esr) == ExceptionClass::unknown && from_semihosting) {
        frame.x[0] = ~std::uint64_t{0};
        frame.elr += 4;
        return;
    }
    report(frame, vector);
}

void Exceptions::on_interrupt() {
    if (auto* interrupts = ports::exceptions::interrupts()) {
        interrupts->handle();
        return;
    }
    ports::exceptions::panic().exception("interrupt, but this graph has no InterruptEntry", 0, frame_record(), "");
}

void Exceptions::report(const ExceptionFrame& frame, unsigned vector) {
    std::array<char, 160> buffer;
    std::string_view reason;
    if (vector % 4 != 0) {
        reason = format_to(buffer, "unhandled {} exception", vector_name(vector));
    } else if (is_abort(frame.esr)) {
        const bool write = class_of(frame.esr) == ExceptionClass::data_abort && (frame.esr & (1U << 6)) != 0;
        const std::string_view access = class_of(frame.esr) == ExceptionClass::instruction_abort ? "executing" : write ? "writing" : "reading";
        reason = format_to(buffer, "{}: {} {} at {:#x}", class_name(frame.esr), fault_name(frame.esr), access, frame.far);
    } else {
        reason = format_to(buffer, "{}", class_name(frame.esr));
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
