// A console that nobody sees: the last bytes stay in memory.
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <string_view>

#include <base/interrupt_guard.hpp>
#include <base/result.hpp>
#include <params/ring_only.hpp>

namespace phx::console {

// Provides Console. read gives ENODEV.
class RingOnly {
public:
    constexpr RingOnly() = default;

    void write(std::string_view text);
    void write_now(std::string_view text) { write(text); }
    void flush() {}
    Result<char> read() { return Errno::nodev; }

    // The kept bytes, oldest first, as many as fit; returns the part filled. Any context.
    std::span<char> copy(std::span<char> out) const;

private:
    [[clang::requires_capability(interrupts_off)]] void put(char c);

    std::array<char, params::ring_only::bytes> bytes_ __attribute__((guarded_by(interrupts_off))){};
    std::size_t next_ __attribute__((guarded_by(interrupts_off))) = 0;
    std::size_t kept_ __attribute__((guarded_by(interrupts_off))) = 0;
};

}  // namespace phx::console
