// Virtual time: nanoseconds of running, divided by weight / 1024.
#pragma once

#include <cstdint>

#include <base/types.hpp>
#include <sched/fair/weights.hpp>

namespace phx::sched {

// A point of a queue's virtual time. It starts anywhere and wraps around: only differences mean something, and points that are compared
// are less than 2^63 ns apart, which is more than ten months even where nobody but threads of policy idle runs.
using VirtualTime = std::uint64_t;

[[nodiscard]] constexpr std::int64_t since(VirtualTime earlier, VirtualTime later) { return static_cast<std::int64_t>(later - earlier); }
[[nodiscard]] constexpr bool is_before(VirtualTime a, VirtualTime b) { return since(a, b) > 0; }
[[nodiscard]] constexpr VirtualTime later_of(VirtualTime a, VirtualTime b) { return is_before(a, b) ? b : a; }

// More than a thread can run in one piece, and little enough to be multiplied by any weight's ratio to 1024.
inline constexpr std::int64_t k_longest_run = std::int64_t{1} << 50;  // 13 days

// How far virtual time gets for a thread of `weight` that runs for `ran`.
[[nodiscard]] constexpr std::uint64_t virtual_span(Nanoseconds ran, std::uint32_t weight) {
    const std::int64_t bounded = ran.count() < k_longest_run ? ran.count() : k_longest_run;
    return bounded <= 0 ? 0 : static_cast<std::uint64_t>(bounded) * k_nice_0_weight / weight;
}

// How long a thread of `weight` must run for virtual time to get as far as `span`, which is positive: rounded up.
[[nodiscard]] constexpr Nanoseconds real_span(std::int64_t span, std::uint32_t weight) {
    constexpr std::int64_t k_longest = INT64_MAX / k_nice_weights.front() - 1;
    const std::int64_t bounded = span < k_longest ? span : k_longest;
    return Nanoseconds{(bounded * weight + k_nice_0_weight - 1) / k_nice_0_weight};
}

}  // namespace phx::sched
