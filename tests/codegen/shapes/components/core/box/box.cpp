#include <core/box/box.hpp>

#include <ports/box.hpp>

namespace phx::core {

Result<void> Box::begin() {
    namespace ports = ports::box;
    if (auto log = ports::log()) {
        log->say("text");
    }
    ports::for_each_logs([](auto log) { log.say("one of many"); });
    if (auto* clock = ports::first()) {
        clock->now();
    }
    ports::for_each_clocks([](auto& clock) { clock.now(); });
    if (Disk* disk = ports::disk()) {
        disk->run();
    }
    for (Disk* disk : ports::disks()) {
        disk->run();
    }
    return {};
}

}  // namespace phx::core
