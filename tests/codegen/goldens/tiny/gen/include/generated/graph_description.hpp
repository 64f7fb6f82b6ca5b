// Graph tiny, as the image carries it. Generated.
#pragma once

#include <array>
#include <span>
#include <string_view>

#include <boot/interfaces/graph_description.hpp>

namespace phx::wiring {

struct GraphDescription {
    static constexpr std::span<const ::phx::boot::InstanceInfo> instances() { return instances_; }
    static constexpr std::string_view graph_name() { return "tiny"; }
    static constexpr std::string_view summary() { return "The shell without devices."; }

private:
    static constexpr std::array<::phx::boot::WireInfo, 1> disk_wires_{{
        {"pages", "pages"},
    }};
    static constexpr std::array<::phx::boot::WireInfo, 7> shell_wires_{{
        {"commands", "hello"},
        {"devices", "wiring"},
        {"disks", "disk"},
        {"graph", "wiring"},
        {"log", "log"},
        {"pages", "pages"},
        {"sequence", "wiring"},
    }};
    static constexpr std::array<::phx::boot::InstanceInfo, 5> instances_{{
        {"hello", "hello_command", "core", {}},
        {"log", "klog", "core", {}},
        {"pages", "bump", "core", {}},
        {"disk", "ramdisk", "core", disk_wires_},
        {"shell", "shell", "core", shell_wires_},
    }};
};

inline constexpr GraphDescription graph_description{};

}  // namespace phx::wiring
