#pragma once

#include <arch/user_frame.hpp>

namespace phx::core {

class Refuser {
public:
    void refuse(arch::UserFrame& frame) { ++frame.x[0]; }
};

}  // namespace phx::core
