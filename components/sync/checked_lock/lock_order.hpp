// The orders in which classes of locks have been taken, and what to say when two of them contradict.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include <arch/thread_head.hpp>
#include <base/format.hpp>
#include <sync/interfaces/lock_report.hpp>

namespace phx::sync::lock_order {

// From the first mistake on nothing is checked, so that it can be described.
[[nodiscard]] bool is_checking();
void stop_checking();

// Who takes locks: a CPU spinlocks, a thread mutexes.
struct Taker {
    unsigned cpu;
    const arch::ThreadHead* thread = nullptr;
};

// `taken` is about to be waited for while `held`, innermost last, are held. Stops the machine if that order contradicts another.
void check(const Taker& taker, std::span<const HeldLock> held, const HeldLock& taken);

std::span<LockEdge> edges(std::span<LockEdge> out, std::size_t skip);

void vprint(std::string_view format, std::span<const FormatArg> args);
// One line to the console.
template <Formattable... Args>
void print(FormatString<std::type_identity_t<Args>...> format, const Args&... args) {
    const std::array<FormatArg, sizeof...(Args)> erased{make_format_arg(args)...};
    vprint(format.text(), erased);
}
void print_held(const Taker& taker, std::span<const HeldLock> held);

}  // namespace phx::sync::lock_order
