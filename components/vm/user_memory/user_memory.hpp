// Copies between the kernel and the running program's memory. Every one checks that the memory lies in the program's half, and may meet a page that
// is not there: it is brought in, or the copy ends with EFAULT. So all of these may sleep, and no lock is held that a page fault might take, but for
// those ending in `_now`, which fail instead.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <type_traits>

#include <arch/user_access.hpp>
#include <base/interrupt_guard.hpp>
#include <base/result.hpp>
#include <base/user.hpp>

namespace phx::vm {

// In the half where programs live; what of it is mapped shows in the copy.
[[nodiscard]] constexpr bool in_user_half(UserAddr at, std::size_t size) {
    return size <= arch::k_user_limit && at.value() <= arch::k_user_limit - size;
}

// The bytes copied, up to the first that cannot be; 0 may mean none.
std::size_t copy_in_some(void* to, UserAddr from, std::size_t size) __attribute__((locks_excluded(interrupts_off)));
std::size_t copy_out_some(UserAddr to, const void* from, std::size_t size) __attribute__((locks_excluded(interrupts_off)));
std::size_t clear_some(UserAddr to, std::size_t size) __attribute__((locks_excluded(interrupts_off)));

// Any context: only what is mapped, with the rights that it takes.
std::size_t copy_in_now(void* to, UserAddr from, std::size_t size);
std::size_t copy_out_now(UserAddr to, const void* from, std::size_t size);
std::size_t clear_now(UserAddr to, std::size_t size);

// All or EFAULT.
Result<void> copy_in(void* to, UserAddr from, std::size_t size) __attribute__((locks_excluded(interrupts_off)));
Result<void> copy_out(UserAddr to, const void* from, std::size_t size) __attribute__((locks_excluded(interrupts_off)));

// A string that ends with a 0, which is not counted; EFAULT, ENAMETOOLONG: it does not fit with its 0, and `to` is full of its beginning.
Result<std::string_view> string_in(std::span<char> to, UserPtr<const char> from) __attribute__((locks_excluded(interrupts_off)));

template <class T>
    requires std::is_trivially_copyable_v<T>
__attribute__((locks_excluded(interrupts_off))) Result<std::remove_const_t<T>> read(UserPtr<T> from) {
    using Value = std::remove_const_t<T>;
    if constexpr (std::is_integral_v<Value> && (sizeof(Value) == 4 || sizeof(Value) == 8)) {
        if (!in_user_half(from.address(), sizeof(T))) {
            return Errno::fault;
        }
        const std::uint64_t at = from.address().value();
        const arch::UserWord word = sizeof(Value) == 4 ? arch::load_user_32(at, true) : arch::load_user_64(at, true);
        if (word.failed != 0) {
            return Errno::fault;
        }
        return static_cast<Value>(word.value);
    } else {
        Value value;
        TRY(copy_in(&value, from.address(), sizeof(T)));
        return value;
    }
}
// What is between a structure's members is whatever was on the stack, and the program would see it: a `Zeroed` is for those that have holes.
template <class T>
concept WithoutHoles = std::is_trivially_copyable_v<T> && std::has_unique_object_representations_v<T>;
template <WithoutHoles T>
__attribute__((locks_excluded(interrupts_off))) Result<void> write(UserPtr<T> to, const std::type_identity_t<T>& value) {
    if constexpr (std::is_integral_v<T> && (sizeof(T) == 4 || sizeof(T) == 8)) {
        const std::uint64_t at = to.address().value();
        if (!in_user_half(to.address(), sizeof(T)) ||
            !(sizeof(T) == 4 ? arch::store_user_32(at, static_cast<std::uint32_t>(value), true) : arch::store_user_64(at, static_cast<std::uint64_t>(value), true))) {
            return Errno::fault;
        }
        return {};
    } else {
        return copy_out(to.address(), &value, sizeof(T));
    }
}

// A structure with holes between its members, for a program: zeros at first, and filled in place.
template <class T>
    requires std::is_trivially_copyable_v<T>
class Zeroed {
public:
    Zeroed() { __builtin_memset(static_cast<void*>(&value_), 0, sizeof value_); }
    T* operator->() { return &value_; }
    T& operator*() { return value_; }
    [[nodiscard]] const T* get() const { return &value_; }

private:
    T value_;
};
// All of it, holes too, as the program has it.
template <class T>
__attribute__((locks_excluded(interrupts_off))) Result<void> read(UserPtr<T> from, Zeroed<T>& value) {
    return copy_in(&*value, from.address(), sizeof(T));
}
template <class T>
__attribute__((locks_excluded(interrupts_off))) Result<void> write(UserPtr<T> to, const Zeroed<T>& value) {
    return copy_out(to.address(), value.get(), sizeof(T));
}

// Single accesses to aligned words (futex(2)); EINVAL: not aligned. Atomic against the program's own.
Result<std::uint32_t> load_word(UserPtr<std::uint32_t> from) __attribute__((locks_excluded(interrupts_off)));
Result<std::uint32_t> load_word_now(UserPtr<std::uint32_t> from);  // EFAULT: it must be brought in
// The value before; it was exchanged if that is `expected`.
Result<std::uint32_t> exchange_word(UserPtr<std::uint32_t> at, std::uint32_t expected, std::uint32_t wanted)
    __attribute__((locks_excluded(interrupts_off)));
// EFAULT: not there, or not to be written, and bring_in must see to it.
Result<std::uint32_t> exchange_word_now(UserPtr<std::uint32_t> at, std::uint32_t expected, std::uint32_t wanted);

// The page of `at` is there, and may be written if asked for, unless it goes again; EFAULT: it cannot be.
Result<void> bring_in(UserAddr at, bool for_write) __attribute__((locks_excluded(interrupts_off)));

}  // namespace phx::vm
