// This graph, as the image carries it. Generated.
#pragma once

#include <span>
#include <string_view>

#include <boot/interfaces/graph_description.hpp>

namespace phx::wiring {

struct GraphDescription {
    static std::span<const ::phx::boot::InstanceInfo> instances();
    static constexpr std::string_view graph_name() { return "small"; }
    static constexpr std::string_view summary() { return "A shell with everything."; }
};

inline constexpr GraphDescription graph_description{};

}  // namespace phx::wiring
