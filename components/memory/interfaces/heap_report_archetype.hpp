#pragma once

#include <memory/interfaces/heap_report.hpp>

namespace phx::memory::archetype {

struct HeapReport {
    std::size_t sites(std::span<HeapSite>) { __builtin_trap(); }
    std::string_view check(std::span<char>) { __builtin_trap(); }
};

}  // namespace phx::memory::archetype
