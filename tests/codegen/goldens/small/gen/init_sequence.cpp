// Start-up of this graph, in the order of its init edges. Generated.
#include <generated/init_sequence.hpp>

#include <core/buddy/buddy.hpp>
#include <core/gic/gic.hpp>
#include <core/ramdisk/ramdisk.hpp>
#include <core/timer/timer.hpp>
#include <core/uart/uart.hpp>

namespace phx::wiring {

extern constinit ::phx::core::Gic gic;
extern constinit ::phx::core::Uart console;
extern constinit ::phx::core::Buddy pages;
extern constinit ::phx::core::Ramdisk disk;
extern constinit ::phx::core::Timer timer;
extern constinit ::phx::core::Uart uart;

// What may have failed to start, and is asked for on each further CPU.
namespace {
constinit bool console_up = false;
}  // namespace

void InitSequence::run([[maybe_unused]] ::phx::boot::InitObserver& observer) {
    // 1. gic, graphs/small.yaml:7
    if (const auto done = ::phx::wiring::gic.init(); !done) {
        static constexpr ::phx::boot::InitStep step{"gic", "gic", true};
        observer.on_failure(step, done.error());
    }
    // 2. console, graphs/small.yaml:10, after gic
    if (const auto done = ::phx::wiring::console.init(); !done) {
        static constexpr ::phx::boot::InitStep step{"console", "uart", false};
        observer.on_failure(step, done.error());
    } else {
        console_up = true;
    }
    // 3. pages, graphs/small.yaml:11
    if (const auto done = ::phx::wiring::pages.init(); !done) {
        static constexpr ::phx::boot::InitStep step{"pages", "buddy", true};
        observer.on_failure(step, done.error());
    }
    // 4. disk, graphs/small.yaml:12, after pages
    if (const auto done = ::phx::wiring::disk.init(); !done) {
        static constexpr ::phx::boot::InitStep step{"disk", "ramdisk", false};
        observer.on_failure(step, done.error());
    }
    // 5. timer, graphs/small.yaml:8, after gic
    if (const auto done = ::phx::wiring::timer.init(); !done) {
        static constexpr ::phx::boot::InitStep step{"timer", "timer", true};
        observer.on_failure(step, done.error());
    }
    // 6. uart, graphs/small.yaml:9, after gic
    if (const auto done = ::phx::wiring::uart.init(); !done) {
        static constexpr ::phx::boot::InitStep step{"uart", "uart", true};
        observer.on_failure(step, done.error());
    }
}

void InitSequence::run_cpu([[maybe_unused]] ::phx::boot::InitObserver& observer) {
    // 1. gic, graphs/small.yaml:7
    if (const auto done = ::phx::wiring::gic.init_cpu(); !done) {
        static constexpr ::phx::boot::InitStep step{"gic", "gic", true};
        observer.on_failure(step, done.error());
    }
    // 2. console, graphs/small.yaml:10
    if (!(console_up)) {
        // Not started, so nothing to do here either.
    } else if (const auto done = ::phx::wiring::console.init_cpu(); !done) {
        static constexpr ::phx::boot::InitStep step{"console", "uart", false};
        observer.on_failure(step, done.error());
    }
    // 3. timer, graphs/small.yaml:8
    if (const auto done = ::phx::wiring::timer.start_here(); !done) {
        static constexpr ::phx::boot::InitStep step{"timer", "timer", true};
        observer.on_failure(step, done.error());
    }
    // 4. uart, graphs/small.yaml:9
    if (const auto done = ::phx::wiring::uart.init_cpu(); !done) {
        static constexpr ::phx::boot::InitStep step{"uart", "uart", true};
        observer.on_failure(step, done.error());
    }
}

}  // namespace phx::wiring
