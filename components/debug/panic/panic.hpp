// The report of a kernel's death.
#pragma once

#include <atomic>
#include <cstdint>
#include <source_location>
#include <string_view>

#include <base/format.hpp>

namespace phx::debug {

class PanicReport {
public:
    constexpr PanicReport() = default;

    // Panic
    [[noreturn]] void panic(std::string_view reason, std::source_location where);
    [[noreturn]] void exception(std::string_view reason, std::uint64_t pc, const std::uint64_t* frame, std::string_view detail);

private:
    void begin(std::string_view reason);
    void backtrace(std::uint64_t pc, const std::uint64_t* frame);
    void line(std::uint64_t pc, std::uint64_t into);
    [[noreturn]] void end();

    template <Formattable... Args>
    void print(FormatString<std::type_identity_t<Args>...> format, const Args&... args) {
        const std::array<FormatArg, sizeof...(Args)> erased{make_format_arg(args)...};
        vprint(format.text(), erased);
    }
    [[gnu::noinline]] void vprint(std::string_view format, std::span<const FormatArg> args);

    static constexpr std::uint64_t k_nobody = ~std::uint64_t{0};

    std::atomic<std::uint64_t> reporter_{k_nobody};  // the first CPU's MPIDR_EL1: current() may be what is broken
    int depth_ = 0;                                  // a panic inside a panic ends at once
};

}  // namespace phx::debug
