#pragma once

#include <base/result.hpp>

namespace phx::core {

class Buddy {
public:
    Result<void> init();
    long take();
};

}  // namespace phx::core
