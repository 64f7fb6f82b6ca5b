#pragma once

#include <base/result.hpp>

namespace phx::core {

class Box {
public:
    Result<void> begin();
};

}  // namespace phx::core
