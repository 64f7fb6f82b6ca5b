#include <debug/trace_ring/trace_ring.hpp>

#include <arch/image.hpp>
#include <base/interrupt_guard.hpp>
#include <debug/recording/recording.hpp>
#include <debug/trace_ring/trace_record.hpp>
#include <params/trace_ring.hpp>
#include <ports/trace_ring.hpp>

using Events = phx::debug::Recording<phx::debug::TraceRecord, phx::params::trace_ring::records>;
extern "C" [[gnu::used]] constinit Events phx_events{};
extern "C" [[gnu::used, gnu::retain]] constinit const phx::debug::RecordingHeader phx_events_header = phx_events.describe();

namespace phx::debug {

constinit std::atomic<bool> TraceRing::on_{false};

// Not before: until threads are there, nobody can be asked who runs.
Result<void> TraceRing::init() {
    set_on(params::trace_ring::start);
    return {};
}

void TraceRing::record(const trace::Event& event, const trace::Arguments& arguments) {
    const InterruptGuard guard;
    TraceRecord& record = phx_events.next();
    auto* clock = ports::trace_ring::clock();
    record.time = clock != nullptr ? clock->now().count() : 0;
    record.event = static_cast<std::uint32_t>(reinterpret_cast<std::uintptr_t>(&event) - arch::image_start().value());
    record.thread = ports::trace_ring::threads() != nullptr ? task::current().id : 0;
    record.arguments = arguments;
    phx_events.commit();
}

void TraceRing::clear() {
    phx_events.clear();
}

std::uint64_t TraceRing::recorded() {
    std::uint64_t sum = 0;
    for (unsigned cpu = 0; cpu < PerCpu<int>::count; ++cpu) {
        sum += phx_events.kept(cpu);
    }
    return sum;
}

}  // namespace phx::debug
