// Addresses in a program's half of the address space. The kernel never follows one: it copies (vm/user_memory).
#pragma once

#include <cstddef>
#include <cstdint>

#include <base/types.hpp>

namespace phx {

struct UserTag;
using UserAddr = Address<UserTag>;

// Where a program says that a T lies. Not checked, not aligned, perhaps not even in its half.
template <class T>
class UserPtr {
public:
    constexpr UserPtr() = default;
    constexpr explicit UserPtr(std::uint64_t address) : address_{address} {}

    [[nodiscard]] constexpr UserAddr address() const { return address_; }
    [[nodiscard]] constexpr bool is_null() const { return address_ == UserAddr{}; }
    // As an array.
    [[nodiscard]] constexpr UserPtr operator+(std::uint64_t index) const { return UserPtr{address_.value() + index * sizeof(T)}; }
    template <class U>
    [[nodiscard]] constexpr UserPtr<U> as() const {
        return UserPtr<U>{address_.value()};
    }

private:
    UserAddr address_;
};

// Bytes of any meaning, as a call's `void*` is.
template <>
class UserPtr<void> {
public:
    constexpr UserPtr() = default;
    constexpr explicit UserPtr(std::uint64_t address) : address_{address} {}

    [[nodiscard]] constexpr UserAddr address() const { return address_; }
    [[nodiscard]] constexpr bool is_null() const { return address_ == UserAddr{}; }
    template <class U>
    [[nodiscard]] constexpr UserPtr<U> as() const {
        return UserPtr<U>{address_.value()};
    }

private:
    UserAddr address_;
};

}  // namespace phx
