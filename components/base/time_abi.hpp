// Between Linux's records of time and Nanoseconds.
#pragma once

#include <cstdint>
#include <limits>

#include <arch/time_abi.hpp>
#include <base/result.hpp>
#include <base/types.hpp>

namespace phx {

inline constexpr std::int64_t k_ns_per_second = 1'000'000'000;
inline constexpr std::int64_t k_ns_per_microsecond = 1'000;
// Longer is for ever: about 292 years, as in Linux (KTIME_MAX).
inline constexpr Nanoseconds k_for_ever{std::numeric_limits<std::int64_t>::max()};

[[nodiscard]] constexpr Nanoseconds saturating_add(Nanoseconds a, Nanoseconds b) {
    std::int64_t sum = 0;
    if (__builtin_add_overflow(a.count(), b.count(), &sum)) {
        return b.count() > 0 ? k_for_ever : Nanoseconds{std::numeric_limits<std::int64_t>::min()};
    }
    return Nanoseconds{sum};
}

// A time span or a time since some start. EINVAL: negative, or the fraction is not one.
[[nodiscard]] constexpr Result<Nanoseconds> to_nanoseconds(const __kernel_timespec& time) {
    if (time.tv_sec < 0 || time.tv_nsec < 0 || time.tv_nsec >= k_ns_per_second) {
        return Errno::inval;
    }
    constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max() / k_ns_per_second;
    return time.tv_sec >= most ? k_for_ever : Nanoseconds{time.tv_sec * k_ns_per_second + time.tv_nsec};
}
[[nodiscard]] constexpr Result<Nanoseconds> to_nanoseconds(const __kernel_old_timeval& time) {
    if (time.tv_usec < 0 || time.tv_usec >= k_ns_per_second / k_ns_per_microsecond) {
        return Errno::inval;
    }
    return to_nanoseconds(__kernel_timespec{.tv_sec = time.tv_sec, .tv_nsec = time.tv_usec * k_ns_per_microsecond});
}

[[nodiscard]] constexpr __kernel_timespec to_timespec(Nanoseconds time) {
    return {.tv_sec = time.count() / k_ns_per_second, .tv_nsec = time.count() % k_ns_per_second};
}
[[nodiscard]] constexpr __kernel_old_timeval to_timeval(Nanoseconds time) {
    return {.tv_sec = time.count() / k_ns_per_second, .tv_usec = time.count() % k_ns_per_second / k_ns_per_microsecond};
}

}  // namespace phx
