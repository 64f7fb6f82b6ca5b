#pragma once

#include <span>
#include <string_view>

namespace phx::boot {

struct WireInfo {
    std::string_view port;
    std::string_view provider;
};

struct InstanceInfo {
    std::string_view name;
    std::string_view component;
    std::string_view domain;
    std::span<const WireInfo> wires;
};

template <class T>
concept GraphDescription = requires(T& graph) { graph.instances(), graph.graph_name(), graph.summary(); };

namespace archetype {
struct GraphDescription {
    std::span<const InstanceInfo> instances() { return {}; }
    std::string_view graph_name() { return {}; }
    std::string_view summary() { return {}; }
};
}  // namespace archetype

}  // namespace phx::boot
