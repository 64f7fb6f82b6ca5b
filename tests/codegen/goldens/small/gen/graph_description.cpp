// Graph small, as the image carries it. Generated.
#include <generated/graph_description.hpp>

#include <array>

namespace phx::wiring {
namespace {

constexpr std::array<::phx::boot::WireInfo, 1> gic_wires_{{
    {"lines", "wiring"},
}};
constexpr std::array<::phx::boot::WireInfo, 2> console_wires_{{
    {"irq", "gic"},
    {"log", "log"},
}};
constexpr std::array<::phx::boot::WireInfo, 1> log_wires_{{
    {"clock", "timer"},
}};
constexpr std::array<::phx::boot::WireInfo, 1> pages_wires_{{
    {"log", "log"},
}};
constexpr std::array<::phx::boot::WireInfo, 1> disk_wires_{{
    {"pages", "pages"},
}};
constexpr std::array<::phx::boot::WireInfo, 11> shell_wires_{{
    {"calls", "wiring"},
    {"clocks", "timer"},
    {"commands", "hello"},
    {"commands", "time"},
    {"devices", "wiring"},
    {"disks", "disk"},
    {"graph", "wiring"},
    {"log", "log"},
    {"order", "wiring"},
    {"pages", "pages"},
    {"sequence", "wiring"},
}};
constexpr std::array<::phx::boot::WireInfo, 1> time_wires_{{
    {"clock", "timer"},
}};
constexpr std::array<::phx::boot::WireInfo, 2> timer_wires_{{
    {"irq", "gic"},
    {"log", "log"},
}};
constexpr std::array<::phx::boot::WireInfo, 3> uart_wires_{{
    {"clock", "timer"},
    {"irq", "gic"},
    {"log", "log"},
}};
constexpr std::array<::phx::boot::InstanceInfo, 12> instances_{{
    {"gic", "gic", "core", gic_wires_},
    {"console", "uart", "core", console_wires_},
    {"handles", "handles", "core", {}},
    {"hello", "hello_command", "core", {}},
    {"log", "klog", "core", log_wires_},
    {"pages", "buddy", "core", pages_wires_},
    {"disk", "ramdisk", "core", disk_wires_},
    {"refuser", "refuser", "core", {}},
    {"shell", "shell", "core", shell_wires_},
    {"time", "time_command", "core", time_wires_},
    {"timer", "timer", "core", timer_wires_},
    {"uart", "uart", "core", uart_wires_},
}};

}  // namespace

std::span<const ::phx::boot::InstanceInfo> GraphDescription::instances() {
    return instances_;
}

}  // namespace phx::wiring
