#include "cmd_crash.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

#include <base/panic.hpp>
#include <ports/cmd_crash.hpp>

namespace phx::debug {
namespace {

constexpr CommandInfo k_commands[] = {
    {"crash", "null|undefined|text|stack|assert|exec|align", "Provokes a fault."},
};

// The compiler must not see where an address comes from, or it may leave the fault out.
template <class T>
T* hidden(T* pointer) {
    asm volatile("" : "+r"(pointer));
    return pointer;
}

void read_null() {
    *hidden(static_cast<volatile int*>(nullptr));
}

void write_text() {
    *hidden(reinterpret_cast<volatile std::uint32_t*>(reinterpret_cast<std::uintptr_t>(&read_null))) = 0;
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
    reinterpret_cast<void (*)()>(hidden(code.data()))();
}

// Load-acquire across a 16-byte boundary: unaligned ones fault on every processor (Arm ARM DDI 0487, B2.5.2).
void load_unaligned() {
    alignas(16) static std::array<std::byte, 32> bytes;
    const auto* word = hidden(reinterpret_cast<const std::uint64_t*>(bytes.data() + 12));
    static_cast<void>(__atomic_load_n(word, __ATOMIC_ACQUIRE));
}

}  // namespace

std::span<const CommandInfo> CmdCrash::commands() const {
    return k_commands;
}

Result<void> CmdCrash::run(std::size_t, std::span<const std::string_view> args, MonitorOutput& out) {
    constexpr std::array<std::string_view, 7> kinds{"null", "undefined", "text", "stack", "assert", "exec", "align"};
    if (args.size() != 1 || std::find(kinds.begin(), kinds.end(), args[0]) == kinds.end()) {
        return Errno::inval;
    }
    const std::string_view kind = args[0];
    ports::cmd_crash::log().warning("crash {}: on purpose", kind);
    if (kind == "null") {
        read_null();
    } else if (kind == "undefined") {
        __builtin_trap();
    } else if (kind == "text") {
        write_text();
    } else if (kind == "stack") {
        overflow_stack(INT32_MAX);
    } else if (kind == "exec") {
        execute_data();
    } else if (kind == "align") {
        load_unaligned();
    } else {
        ASSERT(kind != "assert");
    }
    out.print("{}: nothing happened\n", kind);
    return {};
}

}  // namespace phx::debug
