// expect: format_error_bad_specification
#include <base/format.hpp>

std::string_view text(std::span<char> out) {
    static_cast<void>(phx::format_to(out, "{:x}", "text"));  // wrong
    return phx::format_to(out, "{:8}", "text");
}
