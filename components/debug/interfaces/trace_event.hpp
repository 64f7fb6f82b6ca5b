// What a trace point says.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace phx::trace {

// A kind of event. It lies in the image, where tools find it by its address: nothing has to be numbered or listed. An argument whose name
// begins with `$` is text, eight characters of it; neighbours of one name are one text. An empty name: no such argument.
struct Event {
    static constexpr std::size_t k_arguments = 4;

    char name[24];
    char arguments[k_arguments][16];
};

using Arguments = std::array<std::uint64_t, Event::k_arguments>;

}  // namespace phx::trace
