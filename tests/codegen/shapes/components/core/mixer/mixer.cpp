#include <core/mixer/mixer.hpp>

#include <ports/mixer.hpp>

namespace phx::core {

Result<void> Mixer::begin() {
    namespace ports = ports::mixer;
    if (auto log = ports::log(own_)) {
        log->say(own_.name_text);
    }
    ports::for_each_logs(own_, [](auto log) { log.say("one of many"); });
    if (auto* clock = ports::first(own_)) {
        clock->now();
    }
    ports::for_each_clocks(own_, [](auto& clock) { clock.now(); });
    if (Disk* disk = ports::disk(own_)) {
        disk->run();
    }
    for (Disk* disk : ports::disks(own_)) {
        disk->run();
    }
    ports::pages(own_).take();
    return {};
}

}  // namespace phx::core
