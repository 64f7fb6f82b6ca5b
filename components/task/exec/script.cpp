#include <task/exec/script.hpp>

namespace phx::task {
namespace {

constexpr std::string_view k_blanks = " \t";
constexpr std::string_view k_ends{" \t\0", 3};

[[nodiscard]] std::string_view without_leading_blanks(std::string_view text) {
    const std::size_t begin = text.find_first_not_of(k_blanks);
    return begin == text.npos ? std::string_view{} : text.substr(begin);
}

}  // namespace

Result<ScriptLine> read_script_line(std::string_view head) {
    head = head.substr(0, k_script_line);
    const bool is_whole = head.size() < k_script_line;  // then zeros follow
    const std::size_t newline = head.find('\n');
    std::string_view line = head.substr(2, newline == head.npos ? head.npos : newline - 2);
    if (newline == head.npos && !is_whole) {
        // Cut off: at least the interpreter's name must have ended before.
        line = head.substr(2, k_script_line - 1 - 2);
        if (without_leading_blanks(line).find_first_of(k_ends) == line.npos) {
            return Errno::noexec;
        }
    }
    while (!line.empty() && k_blanks.contains(line.back())) {
        line.remove_suffix(1);
    }
    line = without_leading_blanks(line);
    const std::size_t end = line.find_first_of(k_ends);
    ScriptLine result{.interpreter = line.substr(0, end), .argument = {}};
    if (result.interpreter.empty()) {
        return Errno::noexec;
    }
    if (end != line.npos && line[end] != '\0') {
        result.argument = without_leading_blanks(line.substr(end));
        result.argument = result.argument.substr(0, result.argument.find('\0'));
    }
    return result;
}

}  // namespace phx::task
