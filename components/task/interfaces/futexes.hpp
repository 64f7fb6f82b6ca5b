// Waiting for words in programs' memory to change (futex(2)).
#pragma once

#include <concepts>
#include <cstdint>

#include <base/user.hpp>
#include <task/interfaces/process.hpp>

namespace phx::task {

// Thread context, of a program's thread; may sleep.
//   wake(word, count)      of the running thread's memory, shared with other programs or not: FUTEX_WAKE; how many were woken
//   leave_memory(thread)   the running thread lets go of its memory, which is there still: locks of its robust list are given up (set_robust_list(2))
template <class T>
concept Futexes = requires(T& futexes, UserPtr<std::uint32_t> word, std::uint32_t count, UserThread& thread) {
    { futexes.wake(word, count) } -> std::same_as<std::uint32_t>;
    { futexes.leave_memory(thread) } -> std::same_as<void>;
};

}  // namespace phx::task
