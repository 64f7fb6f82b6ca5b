// From a program's registers to a handler's arguments, and back. A component that lists `read` under `system_calls:` in its manifest has a member
//
//   Result<std::size_t> sys_read(int fd, UserPtr<void> to, std::size_t size);
//
// Parameters: integers (the register's low bits, as C passes them), UserPtr<T>; before them `arch::UserFrame&` for who needs all registers. Result: of
// an integer, a UserAddr or nothing; `void` with a frame: the handler has written x0 itself.
#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <utility>

#include <arch/user_frame.hpp>
#include <base/result.hpp>
#include <base/user.hpp>

namespace phx::syscall {

template <class T>
[[gnu::always_inline]] inline T argument(std::uint64_t word) {
    if constexpr (std::is_integral_v<T>) {
        return static_cast<T>(word);
    } else if constexpr (std::is_enum_v<T>) {
        return static_cast<T>(static_cast<std::underlying_type_t<T>>(word));
    } else {
        return T{word};
    }
}

template <class T>
[[gnu::always_inline]] inline std::uint64_t to_register(const Result<T>& result) {
    if (!result) [[unlikely]] {
        return static_cast<std::uint64_t>(-static_cast<std::int64_t>(result.error()));
    }
    if constexpr (std::is_void_v<T>) {
        return 0;
    } else if constexpr (std::is_same_v<T, UserAddr>) {
        return result.value().value();
    } else {
        static_assert(std::is_integral_v<T>, "a system call gives an integer, a UserAddr or nothing");
        return static_cast<std::uint64_t>(static_cast<std::int64_t>(result.value()));
    }
}

// The handler's signature, taken apart.
template <class Method>
struct Handler;

template <class R, class C, class... Args>
struct Handler<R (C::*)(arch::UserFrame&, Args...)> {
    static_assert(sizeof...(Args) <= 6);
    template <auto M>
    [[gnu::always_inline]] static void call(C& component, arch::UserFrame& frame) {
        [&]<std::size_t... I>(std::index_sequence<I...>) {
            if constexpr (std::is_void_v<R>) {
                (component.*M)(frame, argument<Args>(frame.x[I])...);
            } else {
                frame.x[0] = to_register((component.*M)(frame, argument<Args>(frame.x[I])...));
            }
        }(std::index_sequence_for<Args...>{});
    }
};

template <class R, class C, class... Args>
struct Handler<R (C::*)(Args...)> {
    static_assert(sizeof...(Args) <= 6 && !std::is_void_v<R>);
    template <auto M>
    [[gnu::always_inline]] static void call(C& component, arch::UserFrame& frame) {
        [&]<std::size_t... I>(std::index_sequence<I...>) {
            frame.x[0] = to_register((component.*M)(argument<Args>(frame.x[I])...));
        }(std::index_sequence_for<Args...>{});
    }
};

// One entry of the table.
template <auto Method, class Component>
[[gnu::always_inline]] inline void invoke(Component& component, arch::UserFrame& frame) {
    Handler<decltype(Method)>::template call<Method>(component, frame);
}

}  // namespace phx::syscall
