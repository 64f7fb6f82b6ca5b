#pragma once

#include <task/interfaces/programs.hpp>

namespace phx::task::archetype {

struct Programs {
    Result<void> execute(std::string_view, std::span<const std::string_view>, std::span<const std::string_view>) { __builtin_trap(); }
};

}  // namespace phx::task::archetype
