#pragma once

#include <string_view>

#include <base/errno.hpp>
#include <base/result.hpp>

#include "boot_arguments.hpp"

namespace phx::boot {

class InitProgram {
public:
    // Thread context. Process 1's exit status.
    int run();

private:
    Result<void> prepare_root();
    // On process 1's thread: it becomes the program. False: there is none.
    bool become_program();
    void open_console();
    Errno try_program(std::string_view path);

    InitWords words_;
};

}  // namespace phx::boot
