// Event timers, one for each CPU, that remember what they were armed for. All but reset is about the CPU that calls.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include <arch/thread_head.hpp>
#include <time/interfaces/event_timer.hpp>

namespace phx::time {

class FakeEventTimer {
public:
    constexpr FakeEventTimer() = default;

    void arm(Nanoseconds deadline) {
        own().armed = deadline;
        ++own().changes;
    }
    void disarm() {
        own().armed.reset();
        ++own().changes;
    }

    void reset() { cpus_ = {}; }
    [[nodiscard]] std::optional<Nanoseconds> armed() const { return cpus_.at(arch::current()->cpu).armed; }
    // Whether it fires at `now`, which disarms it; the test then calls the listener.
    [[nodiscard]] bool fire(Nanoseconds now) {
        if (!armed() || *armed() > now) {
            return false;
        }
        own().armed.reset();
        return true;
    }
    // Calls of arm and disarm.
    [[nodiscard]] std::uint64_t changes() const { return cpus_.at(arch::current()->cpu).changes; }

private:
    struct alignas(64) Comparator {
        std::optional<Nanoseconds> armed;
        std::uint64_t changes = 0;
    };
    Comparator& own() { return cpus_.at(arch::current()->cpu); }

    std::array<Comparator, 8> cpus_{};
};

}  // namespace phx::time
