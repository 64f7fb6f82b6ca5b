// The kernel's clocks.
#pragma once

#include <base/result.hpp>
#include <base/types.hpp>
#include <locks/clocks.hpp>
#include <sync/spinlock.hpp>
#include <time/interfaces/clocks.hpp>

namespace phx::time {

// Provides Clocks. Before init all clocks count from the counter's start.
class KernelClocks {
public:
    constexpr KernelClocks() = default;

    // Boot. Never fails: a real-time clock without a time is reported in the log.
    Result<void> init();

    [[nodiscard]] Nanoseconds monotonic() const;
    [[nodiscard]] Nanoseconds boottime() const;
    [[nodiscard]] Nanoseconds realtime() const;
    Result<void> set_realtime(Nanoseconds time);
    [[nodiscard]] const ClockPage& page() const { return page_; }

private:

    // The page is all that its readers see: the writers' lock is beside it.
    ClockPage page_;
    [[no_unique_address]] SpinLock writers_{locks::clocks::writers};
};

}  // namespace phx::time
