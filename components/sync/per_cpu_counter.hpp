// A count that every CPU adds to on a cache line of its own. Adding is cheap, the sum is not.
#pragma once

#include <atomic>
#include <cstdint>

#include <sync/per_cpu.hpp>

namespace phx {

class PerCpuCounter {
public:
    constexpr PerCpuCounter() = default;

    // Any context. Atomic, so that neither an interrupt nor a move to another CPU in between loses anything; nobody else is likely to be at
    // this CPU's part, so that costs a few instructions and no waiting.
    void add(std::int64_t delta) { parts_.local().fetch_add(delta, std::memory_order_relaxed); }
    void increment() { add(1); }
    // Any context. Exact if nobody adds meanwhile; else some of that is in.
    [[nodiscard]] std::int64_t sum() const {
        std::int64_t sum = 0;
        for (unsigned cpu = 0; cpu < PerCpu<Part>::count; ++cpu) {
            sum += parts_.of(cpu).load(std::memory_order_relaxed);
        }
        return sum;
    }

private:
    using Part = std::atomic<std::int64_t>;
    PerCpu<Part> parts_;
};

}  // namespace phx
