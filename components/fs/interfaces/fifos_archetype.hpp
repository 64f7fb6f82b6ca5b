#pragma once

#include <fs/interfaces/fifos.hpp>

namespace phx::fs::archetype {

struct Fifos {
    Result<Ref<File>> open(Inode&, std::uint32_t) { __builtin_trap(); }
};

}  // namespace phx::fs::archetype
