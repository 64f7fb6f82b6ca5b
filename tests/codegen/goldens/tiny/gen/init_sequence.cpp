// Start-up of this graph, in the order of its init edges. Generated.
#include <generated/init_sequence.hpp>

#include <core/ramdisk/ramdisk.hpp>

namespace phx::wiring {

extern constinit ::phx::core::Ramdisk disk;

void InitSequence::run([[maybe_unused]] ::phx::boot::InitObserver& observer) {
    // 1. disk, graphs/small.yaml:12
    if (const auto done = ::phx::wiring::disk.init(); !done) {
        static constexpr ::phx::boot::InitStep step{"disk", "ramdisk", false};
        observer.on_failure(step, done.error());
    }
}

void InitSequence::run_cpu([[maybe_unused]] ::phx::boot::InitObserver& observer) {
}

}  // namespace phx::wiring
