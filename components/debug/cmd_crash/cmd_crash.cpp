#include "cmd_crash.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <iterator>

#include <arch/cpu.hpp>
#include <base/opaque.hpp>
#include <base/panic.hpp>
#include <debug/cmd_crash/misuse.hpp>
#include <ports/cmd_crash.hpp>

namespace phx::debug {
namespace {

// Addresses are opaque: if the compiler saw where one comes from, it might leave the fault out.

constexpr int k_nothing = 0;

void read_null() {
    *opaque(static_cast<volatile int*>(nullptr));
}

void write_text() {
    *opaque(reinterpret_cast<volatile std::uint32_t*>(reinterpret_cast<std::uintptr_t>(&read_null))) = 0;
}

// Grows until it meets the guard page; `levels` is more than any stack holds.
// NOLINTNEXTLINE(misc-no-recursion): it is the point
[[gnu::noinline]] int overflow_stack(int levels) {
    volatile char frame[512];
    frame[0] = static_cast<char>(levels);
    return levels == 0 ? 0 : overflow_stack(levels - 1) + frame[0];
}

void execute_data() {
    static std::array<std::uint32_t, 2> code{0xd65f03c0, 0xd65f03c0};  // ret
    reinterpret_cast<void (*)()>(opaque(code.data()))();
}

// Load-acquire across a 16-byte boundary: unaligned ones fault on every processor (Arm ARM DDI 0487, B2.5.2).
void load_unaligned() {
    alignas(16) static std::array<std::byte, 32> bytes;
    const auto* word = opaque(reinterpret_cast<const std::uint64_t*>(bytes.data() + 12));
    static_cast<void>(__atomic_load_n(word, __ATOMIC_ACQUIRE));
}

struct Kind {
    std::string_view name;
    Result<void> (*provoke)();
};

template <void (*Fault)()>
Result<void> fault() {
    Fault();
    return {};
}

constexpr Kind k_kinds[] = {
    {"null", fault<read_null>},
    {"undefined", fault<arch::undefined_instruction>},
    {"text", fault<write_text>},
    {"stack", fault<[] { overflow_stack(INT32_MAX); }>},
    {"assert", fault<[] { ASSERT(opaque(&k_nothing) == nullptr); }>},
    {"exec", fault<execute_data>},
    {"align", fault<load_unaligned>},
    {"inversion", misuse::invert_locks},
    {"sleep", misuse::sleep_in_atomic},
    {"unlock", misuse::unlock_anothers},
    {"free", misuse::free_twice},
    {"thread_stack", misuse::overflow_a_thread},
    {"two_stacks", misuse::overflow_together},
    {"lockup", misuse::lock_up},
    {"masked", misuse::mask_another_cpu},
    {"hang", misuse::hang_threads},
};

constexpr CommandInfo k_commands[] = {
    {"crash", "null|undefined|text|stack|assert|exec|align|inversion|sleep|unlock|free|thread_stack|two_stacks|lockup|masked|hang",
     "Provokes a fault, or misuse that something should find."},
};

}  // namespace

std::span<const CommandInfo> CmdCrash::commands() const {
    return k_commands;
}

Result<void> CmdCrash::run(std::size_t, std::span<const std::string_view> args, MonitorOutput& out) {
    const auto* kind = args.size() == 1 ? std::ranges::find(k_kinds, args[0], &Kind::name) : std::end(k_kinds);
    if (kind == std::end(k_kinds)) {
        return Errno::inval;
    }
    ports::cmd_crash::log().warning("crash {}: on purpose", kind->name);
    TRY(kind->provoke());
    out.print("{}: came back\n", kind->name);
    return {};
}

}  // namespace phx::debug
