// Graph tiny, as the image carries it. Generated.
#include <generated/graph_description.hpp>

#include <array>

namespace phx::wiring {
namespace {

constexpr std::array<::phx::boot::WireInfo, 1> disk_wires_{{
    {"pages", "pages"},
}};
constexpr std::array<::phx::boot::WireInfo, 9> shell_wires_{{
    {"calls", "wiring"},
    {"commands", "hello"},
    {"devices", "wiring"},
    {"disks", "disk"},
    {"graph", "wiring"},
    {"log", "log"},
    {"order", "wiring"},
    {"pages", "pages"},
    {"sequence", "wiring"},
}};
constexpr std::array<::phx::boot::InstanceInfo, 5> instances_{{
    {"hello", "hello_command", "core", {}},
    {"log", "klog", "core", {}},
    {"pages", "bump", "core", {}},
    {"disk", "ramdisk", "core", disk_wires_},
    {"shell", "shell", "core", shell_wires_},
}};

}  // namespace

std::span<const ::phx::boot::InstanceInfo> GraphDescription::instances() {
    return instances_;
}

}  // namespace phx::wiring
