// How much of a CPU a thread is worth.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include <sched/interfaces/scheduler.hpp>

namespace phx::sched {

inline constexpr std::uint32_t k_nice_0_weight = 1024;
inline constexpr std::uint32_t k_idle_weight = 3;

// Nice -20 to 19: about 1024 / 1.25^nice, to the digit as in Linux's sched_prio_to_weight, so that shares are the same ones
// (Documentation/scheduler/sched-nice-design.rst).
inline constexpr std::array<std::uint32_t, 40> k_nice_weights{
    88761, 71755, 56483, 46273, 36291, 29154, 23254, 18705, 14949, 11916,  // -20
    9548,  7620,  6100,  4904,  3906,  3121,  2501,  1991,  1586,  1277,   // -10
    1024,  820,   655,   526,   423,   335,   272,   215,   172,   137,    // 0
    110,   87,    70,    56,    45,    36,    29,    23,    18,    15,     // 10
};

[[nodiscard]] constexpr std::uint32_t weight_of(const Attributes& attributes) {
    switch (attributes.policy) {
    case Policy::normal:
    case Policy::batch:
        return k_nice_weights[static_cast<std::size_t>(attributes.nice + 20)];
    case Policy::idle:
        return k_idle_weight;
    case Policy::fifo:
    case Policy::round_robin:
        break;
    }
    return k_nice_weights.front();
}

}  // namespace phx::sched
