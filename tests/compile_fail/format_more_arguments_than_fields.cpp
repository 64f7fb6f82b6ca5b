// expect: format_error_more_arguments_than_fields
#include <base/format.hpp>

std::string_view text(std::span<char> out) {
    static_cast<void>(phx::format_to(out, "{}", 1, 2));  // wrong
    return phx::format_to(out, "{}", 1);
}
