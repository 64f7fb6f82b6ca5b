// What a lock that keeps track of itself knows: who holds what, and in which order locks have been taken.
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include <base/types.hpp>
#include <sync/interfaces/lock_class.hpp>

namespace phx::sync {

struct HeldLock {
    const void* lock = nullptr;
    const LockClass* lock_class = nullptr;
    std::uintptr_t taken_at = 0;  // the code behind the call that took it
    Nanoseconds since;            // 0 without a clock
    bool waiting = false;         // the CPU waits for it, and does not hold it yet
};

// A lock of class `after` may be taken, or was taken, while one of class `before` was held.
struct LockEdge {
    const LockClass* before = nullptr;
    const LockClass* after = nullptr;
    std::uintptr_t before_taken_at = 0;
    std::uintptr_t after_taken_at = 0;
    const char* declared_at = nullptr;  // the manifest's line that says so; null: it was seen, and does not follow from one line alone
};

struct LongHold {
    const LockClass* lock_class = nullptr;  // null: none has been measured
    std::uintptr_t taken_at = 0;
    Nanoseconds duration;
};

// An address in words: "function+0x24", or the bare number.
struct LockPlace {
    std::array<char, 72> buffer{};
    std::size_t size = 0;
};
constexpr std::string_view format_as(const LockPlace& place) {
    return {place.buffer.data(), place.size};
}

// Any context, also a broken one: nothing waits for a lock.
//   held(cpu, out)    the spinlocks that a CPU holds, in the order of taking; the part filled. Of another CPU a moment's impression
//   edges(out, skip)  the orders that are declared, then those seen so far, but for the first `skip`; the part filled
//   longest()         the longest that one was held
//   place(address)    for reading
template <class T>
concept LockReport = requires(T& report, unsigned cpu, std::span<HeldLock> held, std::span<LockEdge> edges, std::size_t skip, std::uintptr_t address) {
    { report.held(cpu, held) } -> std::same_as<std::span<HeldLock>>;
    { report.edges(edges, skip) } -> std::same_as<std::span<LockEdge>>;
    { report.longest() } -> std::same_as<LongHold>;
    { report.place(address) } -> std::same_as<LockPlace>;
};

}  // namespace phx::sync
