#pragma once

#include <base/result.hpp>

namespace phx::core {

class Gic {
public:
    Result<void> init();
    void unmask(unsigned);
};

}  // namespace phx::core
