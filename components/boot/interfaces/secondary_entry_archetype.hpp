#pragma once

#include <boot/interfaces/secondary_entry.hpp>

namespace phx::boot::archetype {

struct SecondaryEntry {
    EntryPoint prepare(unsigned, const SecondaryStart&) { __builtin_trap(); }
};

}  // namespace phx::boot::archetype
