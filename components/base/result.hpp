// Result<T>: a value or a Linux error number, never both, never silently dropped.
//
//   Result<Frame> frame = pages.allocate(0);
//   if (!frame) return frame.error();
//   Frame f = TRY(pages.allocate(0));        // the same, in one line
#pragma once

#include <memory>
#include <type_traits>
#include <utility>

#include <base/errno.hpp>

namespace phx {

template <class T = void>
class [[nodiscard]] Result {
    static_assert(!std::is_reference_v<T> && !std::is_same_v<T, Errno>);

public:
    using value_type = T;

    constexpr Result(T value) : value_{std::move(value)}, ok_{true} {}  // NOLINT(google-explicit-constructor)
    constexpr Result(Errno error) : error_{error}, ok_{false} {}        // NOLINT(google-explicit-constructor)

    constexpr Result(const Result&) requires std::is_trivially_copyable_v<T> = default;
    constexpr Result& operator=(const Result&) requires std::is_trivially_copyable_v<T> = default;
    constexpr Result& operator=(Result&&) requires std::is_trivially_copyable_v<T> = default;
    Result& operator=(Result&&) = delete;
    constexpr Result(Result&&) requires std::is_trivially_copyable_v<T> = default;
    constexpr Result(Result&& other) : error_{}, ok_{other.ok_} {
        if (ok_) {
            std::construct_at(std::addressof(value_), std::move(other.value_));
        } else {
            error_ = other.error_;
        }
    }
    constexpr ~Result() requires std::is_trivially_destructible_v<T> = default;
    constexpr ~Result() {
        if (ok_) {
            value_.~T();
        }
    }

    [[nodiscard]] constexpr explicit operator bool() const { return ok_; }

    // Only where the result holds a value: a wrong call stops the machine.
    [[nodiscard]] constexpr T& value() & { return check(), value_; }
    [[nodiscard]] constexpr const T& value() const& { return check(), value_; }
    [[nodiscard]] constexpr T&& value() && { return check(), std::move(value_); }
    [[nodiscard]] constexpr T& operator*() & { return value(); }
    [[nodiscard]] constexpr const T& operator*() const& { return value(); }
    [[nodiscard]] constexpr T* operator->() { return std::addressof(value()); }
    [[nodiscard]] constexpr const T* operator->() const { return std::addressof(value()); }
    [[nodiscard]] constexpr T value_or(T other) const { return ok_ ? value_ : other; }

    // Only where the result holds an error.
    [[nodiscard]] constexpr Errno error() const {
        if (ok_) {
            __builtin_trap();
        }
        return error_;
    }

private:
    constexpr void check() const {
        if (!ok_) {
            __builtin_trap();
        }
    }

    union {
        T value_;
        Errno error_;
    };
    bool ok_;
};

template <>
class [[nodiscard]] Result<void> {
public:
    using value_type = void;

    constexpr Result() = default;
    constexpr Result(Errno error) : error_{error} {}  // NOLINT(google-explicit-constructor)

    [[nodiscard]] constexpr explicit operator bool() const { return error_ == Errno{}; }
    constexpr void value() const {
        if (error_ != Errno{}) {
            __builtin_trap();
        }
    }
    [[nodiscard]] constexpr Errno error() const { return error_; }

private:
    Errno error_{};
};

}  // namespace phx

// The value of a Result, or return of its error from the enclosing function.
#define TRY(expression)                          \
    ({                                           \
        auto&& try_result_ = (expression);       \
        if (!try_result_) {                      \
            return try_result_.error();          \
        }                                        \
        std::move(try_result_).value();          \
    })
