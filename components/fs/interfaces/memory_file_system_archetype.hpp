#pragma once

#include <fs/interfaces/memory_file_system.hpp>

namespace phx::fs::archetype {

struct MemoryFileSystem {
    Result<Ref<SuperBlock>> make(std::string_view, std::string_view) { __builtin_trap(); }
    Result<Ref<File>> make_file(std::string_view, bool) { __builtin_trap(); }
};

}  // namespace phx::fs::archetype
