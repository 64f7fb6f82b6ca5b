// System calls: the numbers that this graph's components implement, each with a direct call.
#pragma once

#include <concepts>

#include <arch/user_frame.hpp>

namespace phx::syscall {

// dispatch(frame): thread context, the running thread's frame, `call` and `original_x0` set. x0 is the result afterwards: a value, or -errno; Errno's
// restart_* are left for Signals::on_return. A number that nobody implements: ENOSYS, and it is counted.
template <class T>
concept SystemCalls = requires(const T& calls, arch::UserFrame& frame) {
    { calls.dispatch(frame) } -> std::same_as<void>;
};

}  // namespace phx::syscall
