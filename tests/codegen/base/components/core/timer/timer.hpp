#pragma once

#include <base/result.hpp>

namespace phx::core {

class Timer {
public:
    Result<void> init();
    long now();
    void on_tick();
};

}  // namespace phx::core
