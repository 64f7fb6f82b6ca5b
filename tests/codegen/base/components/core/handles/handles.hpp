#pragma once

#include <arch/user_frame.hpp>
#include <base/result.hpp>

namespace phx::core {

class Handles {
public:
    Result<int> sys_dup3(int from, int to, int) { return from + to; }
    void sys_fcntl(arch::UserFrame& frame, int) { frame.x[0] = 0; }
};

}  // namespace phx::core
