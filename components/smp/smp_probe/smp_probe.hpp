// Tries what several CPUs have to do with each other.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>

#include <base/types.hpp>

namespace phx::smp {

class SmpProbe {
public:
    constexpr SmpProbe() = default;

    // Application: 0 if all was as it should be.
    int run();

    // TimerListener
    void on_timer(Nanoseconds now);

private:
    static constexpr unsigned k_cpus = 64;

    void check(bool good, const char* what);
    void call_each();
    void call_in_circles();
    void ring_timers();
    void measure();
    static void storm(void*);

    std::array<std::atomic<std::uint64_t>, k_cpus> counts_{};
    std::atomic<std::uint64_t> rung_{0};  // bit n: the timer of CPU n
    int failures_ = 0;
};

}  // namespace phx::smp
