#pragma once

#include <boot/interfaces/graph_description.hpp>

namespace phx::boot::archetype {

struct GraphDescription {
    [[nodiscard]] std::span<const InstanceInfo> instances() const { __builtin_trap(); }
    [[nodiscard]] std::string_view graph_name() const { __builtin_trap(); }
    [[nodiscard]] std::string_view summary() const { __builtin_trap(); }
};

}  // namespace phx::boot::archetype
