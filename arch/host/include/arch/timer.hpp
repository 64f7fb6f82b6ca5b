// A generic timer whose counter moves only when a test moves it.
#pragma once

#include <cstdint>
#include <limits>

namespace phx::arch {

enum class GenericTimer : std::uint8_t { physical, virtual_ };

namespace host {
struct FakeTimer {
    std::uint64_t count = 0;
    std::uint64_t compare = std::numeric_limits<std::uint64_t>::max();
    bool armed = false;

    [[nodiscard]] bool fires() const { return armed && count >= compare; }
};
inline std::uint64_t frequency = 62'500'000;
template <GenericTimer T>
inline FakeTimer timer;
}  // namespace host

[[nodiscard]] inline std::uint64_t counter_frequency() { return host::frequency; }
template <GenericTimer T>
[[nodiscard]] std::uint64_t counter() {
    return host::timer<T>.count;
}
template <GenericTimer T>
void arm_timer(std::uint64_t value) {
    host::timer<T>.compare = value;
    host::timer<T>.armed = true;
}
template <GenericTimer T>
void disarm_timer() {
    host::timer<T>.armed = false;
}

}  // namespace phx::arch
