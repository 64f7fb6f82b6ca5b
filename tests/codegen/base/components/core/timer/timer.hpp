#pragma once

#include <base/result.hpp>

namespace phx::core {

class Timer {
public:
    Result<void> init();
    Result<void> start_here();
    long now();
    void on_tick();
    void on_poke();
    void on_stop();
};

}  // namespace phx::core
