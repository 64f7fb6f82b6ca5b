// expect: format_error_bad_specification
#include <base/format.hpp>

std::string_view text(std::span<char> out) {
    static_cast<void>(phx::format_to(out, "{:y}", 1));    // wrong
    static_cast<void>(phx::format_to(out, "{0}", 1));     // wrong
    static_cast<void>(phx::format_to(out, "{:300}", 1));  // wrong
    return phx::format_to(out, "{:<#012x}", 1);
}
