// One call of execve(2), on its way.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include <task/exec/image.hpp>
#include <task/exec/privileges.hpp>
#include <task/exec/script.hpp>
#include <task/exec/stack.hpp>
#include <task/exec/words.hpp>

namespace phx::task {

struct Execution {
    static constexpr std::size_t k_most_scripts = 5;

    Execution() {}  // NOLINT: the buffers stay as they are

    std::string_view path;  // as the program was asked for
    bool is_reachable = true;  // by that path, once descriptors are closed
    Words before;           // in front of the arguments, for a script
    Words arguments;
    Words environment;
    Image image;
    Image interpreter;
    bool is_dynamic = false;

    // Each script's first line, the first one's first.
    std::size_t scripts = 0;
    std::array<std::array<char, k_script_line>, k_most_scripts> lines;
};
static_assert(sizeof(Execution) <= k_page_size);

}  // namespace phx::task
