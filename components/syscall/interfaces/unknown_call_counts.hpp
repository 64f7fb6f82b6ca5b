// How often programs asked for system calls that the graph lacks.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>

namespace phx::syscall {

// for_each(f)  any context: f(number, count) for each number that was asked for, ascending
template <class T>
concept UnknownCallCounts = requires(const T& calls) {
    { calls.for_each([](std::size_t, std::uint32_t) {}) } -> std::same_as<void>;
};

}  // namespace phx::syscall
