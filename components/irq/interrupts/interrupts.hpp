// Between the vectors and the drivers.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>

#include <base/result.hpp>
#include <base/types.hpp>
#include <params/interrupts.hpp>
#include <sync/per_cpu.hpp>

namespace phx::irq {

// Provides InterruptEntry. The generated wiring knows who handles which line; this asks the controller which it is.
class Interrupts {
public:
    constexpr Interrupts() = default;

    // ENOSPC, with a line in the log: more lines are wired than `max_lines`.
    Result<void> init();

    void handle();
    [[nodiscard]] std::uint64_t count(IrqLine line) const;
    [[nodiscard]] std::uint64_t unexpected() const;

private:
    // Only its own CPU adds, with interrupts masked, so adding is no atomic operation; any CPU may read.
    class Count {
    public:
        void add_one() { value_.store(value() + 1, std::memory_order_relaxed); }
        [[nodiscard]] std::uint64_t value() const { return value_.load(std::memory_order_relaxed); }

    private:
        std::atomic<std::uint64_t> value_{0};
    };
    struct Counts {
        std::array<Count, params::interrupts::max_lines> wired{};  // as DeviceInterrupts::lines() orders them
        Count unexpected;
    };

    [[gnu::cold]] void refuse(IrqLine line);

    PerCpu<Counts> counts_;
};

}  // namespace phx::irq
