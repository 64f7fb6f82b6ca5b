#pragma once

#include <fs/interfaces/root_image.hpp>

namespace phx::fs::archetype {

struct RootImage {
    Result<void> unpack(const Path&) { __builtin_trap(); }
};

}  // namespace phx::fs::archetype
