// Start-up of graph small, in the order of its init edges. Generated.
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

void InitSequence::run([[maybe_unused]] ::phx::boot::InitObserver& observer) {
    // 1. gic, graphs/small.yaml:7
    if (const auto done = ::phx::wiring::gic.init(); !done) {
        observer.on_failure(::phx::boot::InitStep{"gic", "gic", true}, done.error());
    }
    // 2. console, graphs/small.yaml:10, after gic
    if (const auto done = ::phx::wiring::console.init(); !done) {
        observer.on_failure(::phx::boot::InitStep{"console", "uart", false}, done.error());
    }
    // 3. pages, graphs/small.yaml:11
    if (const auto done = ::phx::wiring::pages.init(); !done) {
        observer.on_failure(::phx::boot::InitStep{"pages", "buddy", true}, done.error());
    }
    // 4. disk, graphs/small.yaml:12, after pages
    if (const auto done = ::phx::wiring::disk.init(); !done) {
        observer.on_failure(::phx::boot::InitStep{"disk", "ramdisk", false}, done.error());
    }
    // 5. timer, graphs/small.yaml:8, after gic
    if (const auto done = ::phx::wiring::timer.init(); !done) {
        observer.on_failure(::phx::boot::InitStep{"timer", "timer", true}, done.error());
    }
    // 6. uart, graphs/small.yaml:9, after gic
    if (const auto done = ::phx::wiring::uart.init(); !done) {
        observer.on_failure(::phx::boot::InitStep{"uart", "uart", true}, done.error());
    }
}

}  // namespace phx::wiring
