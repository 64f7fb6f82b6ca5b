// Where the architecture's vectors hand an interrupt over, and the counts of what came.
#pragma once

#include <concepts>
#include <cstdint>

#include <base/types.hpp>

namespace phx::irq {

//   handle()      interrupt context, interrupts masked: serves one; the processor comes again if more are pending. Several CPUs may be
//                 in it at once
//   count(line)   interrupts served since boot on a wired line, 0 for others; any context
//   unexpected()  interrupts of lines that nobody handles (each is disabled when first seen) and spurious ones
template <class T>
concept InterruptEntry = requires(T& entry, const T& const_entry, IrqLine line) {
    { entry.handle() } -> std::same_as<void>;
    { const_entry.count(line) } -> std::same_as<std::uint64_t>;
    { const_entry.unexpected() } -> std::same_as<std::uint64_t>;
};

}  // namespace phx::irq
