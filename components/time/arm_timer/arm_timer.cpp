#include <time/arm_timer/arm_timer.hpp>

#include <algorithm>
#include <limits>

#include <arch/timer.hpp>
#include <params/arm_timer.hpp>
#include <ports/arm_timer.hpp>

namespace phx::time {
namespace {

constexpr auto k_timer = params::arm_timer::counter == params::arm_timer::Counter::physical
                             ? arch::GenericTimer::physical
                             : arch::GenericTimer::virtual_;

// Bits 63 to 32 of CNTFRQ_EL0 are reserved.
std::uint32_t frequency() {
    return static_cast<std::uint32_t>(arch::counter_frequency());
}

}  // namespace

Result<void> ArmTimer::init() {
    const auto log = ports::arm_timer::log();
    const std::uint32_t hertz = frequency();
    if (hertz == 0) {
        log.error("CNTFRQ_EL0 is 0: the firmware did not say how fast the counter runs");
        return Errno::nodev;
    }
    scale_ = TickScale::of(hertz);
    TRY(init_cpu());
    log.info("{} counter, {} Hz", k_timer == arch::GenericTimer::physical ? "physical" : "virtual", hertz);
    return {};
}

Result<void> ArmTimer::init_cpu() {
    disarm();
    if (auto* irq = ports::arm_timer::irq()) {
        TRY(irq->enable(params::arm_timer::interrupts::tick));
    }
    return {};
}

// Before init, and in a log message before that: worked out anew each time, from what the firmware said.
TickScale ArmTimer::scale() const {
    if (scale_.ns_per_tick != 0) {
        return scale_;
    }
    const std::uint32_t hertz = frequency();
    return hertz == 0 ? TickScale{} : TickScale::of(hertz);
}

Nanoseconds ArmTimer::now() const {
    return Nanoseconds{static_cast<std::int64_t>(scale().to_nanoseconds(arch::counter<k_timer>()))};
}

Nanoseconds ArmTimer::resolution() const {
    const std::uint64_t tick = (scale().ns_per_tick + 0xffff'ffff) >> 32;
    return Nanoseconds{static_cast<std::int64_t>(std::max<std::uint64_t>(tick, 1))};
}

CounterRate ArmTimer::rate() const {
    constexpr auto source = k_timer == arch::GenericTimer::physical ? CounterSource::physical : CounterSource::virtual_;
    return {.source = source, .shift = TickScale::shift, .multiplier = scale().ns_per_tick};
}

// From here on rather than from zero: the factor's error then counts for the distance alone.
void ArmTimer::arm(Nanoseconds deadline) {
    const TickScale by = scale();
    const std::uint64_t start = arch::counter<k_timer>();
    const std::int64_t distance = deadline.count() - static_cast<std::int64_t>(by.to_nanoseconds(start));
    std::uint64_t compare = start;
    if (distance > 0 && by.ticks_per_ns != 0) {
        const std::uint64_t ticks = by.to_ticks(static_cast<std::uint64_t>(distance));
        compare += std::min(ticks, std::numeric_limits<std::uint64_t>::max() - start);
    }
    arch::arm_timer<k_timer>(compare);
}

void ArmTimer::disarm() {
    arch::disarm_timer<k_timer>();
}

// The interrupt is a level that stands while the timer is on and due (D12.2.4): off first, else it would come again at
// once.
void ArmTimer::on_interrupt() {
    disarm();
    if (auto* listener = ports::arm_timer::listener()) {
        listener->on_timer(now());
    }
}

}  // namespace phx::time
