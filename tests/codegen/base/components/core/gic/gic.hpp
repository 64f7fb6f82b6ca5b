#pragma once

#include <base/result.hpp>

namespace phx::core {

class Gic {
public:
    Result<void> init();
    Result<void> init_cpu();
    void unmask(unsigned);
};

}  // namespace phx::core
