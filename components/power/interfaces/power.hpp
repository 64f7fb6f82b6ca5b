// Ending the machine.
#pragma once

#include <concepts>

namespace phx::power {

// Any context; neither returns. status 0 is success; where the machine cannot pass it on, it is lost.
template <class T>
concept Power = requires(T& power, int status) {
    power.off(status);
    power.reset();
};

}  // namespace phx::power
