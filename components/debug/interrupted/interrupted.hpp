// The code that an interrupt interrupted, found from the handler's frame records.
#pragma once

#include <cstdint>
#include <span>

#include <base/types.hpp>

namespace phx::debug {

// The memory that a frame record may be read from.
struct StackRange {
    VirtAddr bottom;
    VirtAddr top;

    [[nodiscard]] bool holds(const std::uint64_t* record) const {
        const VirtAddr at{reinterpret_cast<std::uintptr_t>(record)};
        return at.is_aligned(8) && at >= bottom && at + 2 * sizeof(std::uint64_t) <= top && at + 16 > at;
    }
};

// The record after one (AAPCS64, 6.4.6: [0] the caller's record, [1] the return address), if it lies further up the stack; else null.
[[nodiscard]] inline const std::uint64_t* next_record(const std::uint64_t* record, const StackRange& stack) {
    const auto* next = reinterpret_cast<const std::uint64_t*>(record[0]);
    return next > record && stack.holds(next) ? next : nullptr;
}

// From the handler's own record up to the one that the entry code pushed, whose return address is where the interrupt came; `is_entry(pc)`
// knows addresses of that code. Null: there is none on this stack.
template <class IsEntry>
[[nodiscard]] const std::uint64_t* entry_record(const std::uint64_t* record, const StackRange& stack, IsEntry is_entry) {
    if (!stack.holds(record)) {
        return nullptr;
    }
    for (; record != nullptr; record = next_record(record, stack)) {
        if (is_entry(record[1])) {
            return next_record(record, stack);
        }
    }
    return nullptr;
}

// The return addresses from `record` on, innermost first; how many there are.
inline std::size_t walk(const std::uint64_t* record, const StackRange& stack, std::uint64_t base, std::span<std::uint32_t> out) {
    std::size_t count = 0;
    for (; record != nullptr && count < out.size() && record[1] != 0; record = next_record(record, stack)) {
        out[count++] = static_cast<std::uint32_t>(record[1] - base);
    }
    return count;
}

}  // namespace phx::debug
