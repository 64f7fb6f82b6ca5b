// A small made-up graph: `uart` on its own, `shell` wired to it and to two more.
#pragma once

#include <array>
#include <span>
#include <string_view>

#include <boot/interfaces/graph_description.hpp>

namespace phx::boot {

class FakeGraphDescription {
public:
    constexpr FakeGraphDescription() = default;

    [[nodiscard]] std::span<const InstanceInfo> instances() const {
        static constexpr std::array shell_wires{WireInfo{"commands", "cmd_log"}, WireInfo{"commands", "cmd_mem"},
                                                WireInfo{"console", "uart"}};
        static constexpr std::array all{InstanceInfo{"uart", "pl011", "console", {}},
                                        InstanceInfo{"shell", "monitor", "debug", shell_wires}};
        return all;
    }
    [[nodiscard]] std::string_view graph_name() const { return "made-up"; }
    [[nodiscard]] std::string_view summary() const { return "A graph of two."; }
};

} // namespace phx::boot
