// The resolved graph, as the image carries it. The wiring provides it.
#pragma once

#include <concepts>
#include <span>
#include <string_view>

namespace phx::boot {

struct WireInfo {
    std::string_view port;
    std::string_view provider;  // instance; a `many` port has one entry per provider
};

struct InstanceInfo {
    std::string_view name;
    std::string_view component;
    std::string_view domain;
    std::span<const WireInfo> wires;
};

// Constants; any context. Instances in start-up order.
template <class T>
concept GraphDescription = requires(const T& graph) {
    { graph.instances() } -> std::same_as<std::span<const InstanceInfo>>;
    { graph.graph_name() } -> std::same_as<std::string_view>;
    { graph.summary() } -> std::same_as<std::string_view>;
};

}  // namespace phx::boot
