// expect: no matching function for call to 'format_to'
#include <base/format.hpp>

std::string_view text(std::span<char> out) {
    static_cast<void>(phx::format_to(out, "{}", 1.5));  // wrong
    return phx::format_to(out, "{}", 15);
}
