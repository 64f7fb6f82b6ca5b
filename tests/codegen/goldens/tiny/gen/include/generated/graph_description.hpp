// This graph, as the image carries it. Generated.
#pragma once

#include <span>
#include <string_view>

#include <boot/interfaces/graph_description.hpp>

namespace phx::wiring {

struct GraphDescription {
    static std::span<const ::phx::boot::InstanceInfo> instances();
    static constexpr std::string_view graph_name() { return "tiny"; }
    static constexpr std::string_view summary() { return "The shell without devices."; }
};

inline constexpr GraphDescription graph_description{};

}  // namespace phx::wiring
