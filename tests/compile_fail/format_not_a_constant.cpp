// expect: not a constant expression
#include <base/format.hpp>

std::string_view text(std::span<char> out, const char* format) {
    static_cast<void>(phx::format_to(out, format, 1));  // wrong
    return phx::format_to(out, "{}", format);
}
