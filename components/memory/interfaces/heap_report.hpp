// What a heap that keeps records of its objects can tell.
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace phx::memory {

// Return addresses, innermost first; 0 behind the last.
using AllocationTrace = std::array<std::uintptr_t, 8>;

struct HeapSite {
    AllocationTrace trace{};
    std::uint64_t objects = 0;
    std::uint64_t bytes = 0;
};

// Thread context; interrupts are masked while a provider walks through its objects.
//   sites(into)  live objects by where they were allocated, most bytes first; how many sites there are. Those that do not fit are left out
//   check(text)  looks at every object, live or freed lately, for writes where nobody may write: what is wrong with the first, put into
//                `text`; "" if nothing is
template <class T>
concept HeapReport = requires(T& report, std::span<HeapSite> sites, std::span<char> text) {
    { report.sites(sites) } -> std::same_as<std::size_t>;
    { report.check(text) } -> std::same_as<std::string_view>;
};

}  // namespace phx::memory
