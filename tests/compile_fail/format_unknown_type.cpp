// expect: no matching function for call to 'format_to'
// expect: with Args = <Opaque>]: constraints not satisfied
#include <base/format.hpp>

struct Opaque {};

std::string_view text(std::span<char> out) {
    static_cast<void>(phx::format_to(out, "{}", Opaque{}));  // wrong
    return phx::format_to(out, "{}", phx::Frame{1});
}
