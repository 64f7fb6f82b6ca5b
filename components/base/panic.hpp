// The end of the line: a condition that memory safety rests on does not hold.
#pragma once

#include <source_location>
#include <string_view>

namespace phx {

// Any context. Hands over to the graph's Panic provider; never returns, on the host it ends the test.
[[noreturn, gnu::cold, gnu::noinline]] void panic(std::string_view reason,
                                                  std::source_location where = std::source_location::current());

}  // namespace phx

// Always on. For what no user, disk, packet or device can bring about.
#define ASSERT(condition)                                    \
    do {                                                     \
        if (!(condition)) [[unlikely]] {                     \
            ::phx::panic("assertion failed: " #condition);   \
        }                                                    \
    } while (false)
