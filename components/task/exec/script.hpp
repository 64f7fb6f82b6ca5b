// The first line of a script: "#!interpreter argument" (execve(2), "Interpreter scripts").
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

#include <base/result.hpp>

namespace phx::task {

inline constexpr std::size_t k_script_line = 256;  // of the file is looked at, as in Linux since 5.1 (BINPRM_BUF_SIZE)

struct ScriptLine {
    std::string_view interpreter;
    std::string_view argument;  // all after it, without spaces around; empty: none
};

[[nodiscard]] inline bool is_script(std::string_view head) { return head.starts_with("#!"); }

// `head`: the first 256 bytes of the file, or all if it is shorter. ENOEXEC: it names none, or the name may go on beyond.
Result<ScriptLine> read_script_line(std::string_view head);

}  // namespace phx::task
