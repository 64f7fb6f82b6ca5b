// What each CPU does, seen at regular times.
#pragma once

#include <array>
#include <cstdint>

#include <base/result.hpp>
#include <params/profiler.hpp>
#include <sync/per_cpu.hpp>
#include <time/interfaces/timers.hpp>

namespace phx::debug {

// tools/phoenix_tools/profile_data.py knows this layout.
struct Sample {
    static constexpr std::uint16_t k_idle = 1;  // the CPU had nothing to run

    std::int64_t time;  // nanoseconds
    std::uint32_t thread;
    std::uint16_t depth;  // valid entries of `calls`
    std::uint16_t flags;
    std::array<char, 16> name;
    std::uint32_t link;  // the link register: the way back of a function that has no frame record yet
    std::array<std::uint32_t, params::profiler::depth> calls;  // innermost first; all addresses count from the image's start
};

class Profiler {
public:
    constexpr Profiler() = default;

    Result<void> init();
    Result<void> init_cpu();

private:
    class Ticker final : public time::Timer {
    public:
        constexpr Ticker() : Timer{"profiler"} {}
        void on_expired(Nanoseconds now) override;
        void arm(Nanoseconds now);

    private:
        std::uint64_t random_ = 0;
    };

    PerCpu<Ticker> tickers_;
};

}  // namespace phx::debug
