#include <time/clocks/clocks.hpp>

#include <algorithm>
#include <limits>

#include <ports/clocks.hpp>

namespace phx::time {

Result<void> KernelClocks::init() {
    const auto& clock = ports::clocks::clock();
    const std::int64_t resolution = clock.resolution().count();
    {
        const SpinGuard guard{writers_};
        page_.sequence.begin_write();
        if (auto* counter = ports::clocks::counter()) {
            const CounterRate rate = counter->rate();
            page_.source.store(static_cast<std::uint32_t>(rate.source), std::memory_order_relaxed);
            page_.multiplier.store(rate.multiplier, std::memory_order_relaxed);
            page_.shift.store(rate.shift, std::memory_order_relaxed);
        }
        page_.resolution.store(static_cast<std::uint32_t>(std::min<std::int64_t>(resolution, std::numeric_limits<std::uint32_t>::max())),
                               std::memory_order_relaxed);
        page_.sequence.end_write();
    }
    if (auto* rtc = ports::clocks::rtc()) {
        const Result<Nanoseconds> time = rtc->read();
        const Result<void> set = time ? set_realtime(*time) : Result<void>{time.error()};
        if (!set) {
            ports::clocks::log().warning("the real-time clock has no time ({}): it is 1970", errno_name(set.error()));
        }
    }
    return {};
}

Nanoseconds KernelClocks::monotonic() const {
    return ports::clocks::clock().now();
}

// The machine does not sleep: the offset is 0, and stays so.
Nanoseconds KernelClocks::boottime() const {
    return monotonic();
}

Nanoseconds KernelClocks::realtime() const {
    for (;;) {
        const std::uint32_t seen = page_.sequence.begin_read();
        const Nanoseconds offset{page_.realtime_offset.load(std::memory_order_relaxed)};
        const Nanoseconds time = monotonic() + offset;
        if (!page_.sequence.must_retry(seen)) {
            return time;
        }
    }
}

Result<void> KernelClocks::set_realtime(Nanoseconds time) {
    const SpinGuard guard{writers_};
    const Nanoseconds now = monotonic();
    if (time < now) {
        return Errno::inval;
    }
    page_.sequence.begin_write();
    page_.realtime_offset.store((time - now).count(), std::memory_order_relaxed);
    page_.sequence.end_write();
    return {};
}

}  // namespace phx::time
