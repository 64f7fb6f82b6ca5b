// Turns a panic into a C++ exception.
#pragma once

#include <cstdint>
#include <source_location>
#include <stdexcept>
#include <string>
#include <string_view>

namespace phx::debug {

struct PanicCalled : std::runtime_error {
    using std::runtime_error::runtime_error;
};

class FakePanic {
public:
    constexpr FakePanic() = default;

    [[noreturn]] void panic(std::string_view reason, std::source_location) { throw PanicCalled{std::string{reason}}; }
    [[noreturn]] void exception(std::string_view reason, std::uint64_t, const std::uint64_t*, std::string_view) {
        throw PanicCalled{std::string{reason}};
    }
};

}  // namespace phx::debug
