// Graph small, as the image carries it. Generated.
#pragma once

#include <array>
#include <span>
#include <string_view>

#include <boot/interfaces/graph_description.hpp>

namespace phx::wiring {

struct GraphDescription {
    static constexpr std::span<const ::phx::boot::InstanceInfo> instances() { return instances_; }
    static constexpr std::string_view graph_name() { return "small"; }
    static constexpr std::string_view summary() { return "A shell with everything."; }

private:
    static constexpr std::array<::phx::boot::WireInfo, 1> gic_wires_{{
        {"lines", "wiring"},
    }};
    static constexpr std::array<::phx::boot::WireInfo, 2> console_wires_{{
        {"irq", "gic"},
        {"log", "log"},
    }};
    static constexpr std::array<::phx::boot::WireInfo, 1> log_wires_{{
        {"clock", "timer"},
    }};
    static constexpr std::array<::phx::boot::WireInfo, 1> pages_wires_{{
        {"log", "log"},
    }};
    static constexpr std::array<::phx::boot::WireInfo, 1> disk_wires_{{
        {"pages", "pages"},
    }};
    static constexpr std::array<::phx::boot::WireInfo, 9> shell_wires_{{
        {"clocks", "timer"},
        {"commands", "hello"},
        {"commands", "time"},
        {"devices", "wiring"},
        {"disks", "disk"},
        {"graph", "wiring"},
        {"log", "log"},
        {"pages", "pages"},
        {"sequence", "wiring"},
    }};
    static constexpr std::array<::phx::boot::WireInfo, 1> time_wires_{{
        {"clock", "timer"},
    }};
    static constexpr std::array<::phx::boot::WireInfo, 2> timer_wires_{{
        {"irq", "gic"},
        {"log", "log"},
    }};
    static constexpr std::array<::phx::boot::WireInfo, 3> uart_wires_{{
        {"clock", "timer"},
        {"irq", "gic"},
        {"log", "log"},
    }};
    static constexpr std::array<::phx::boot::InstanceInfo, 10> instances_{{
        {"gic", "gic", "core", gic_wires_},
        {"console", "uart", "core", console_wires_},
        {"hello", "hello_command", "core", {}},
        {"log", "klog", "core", log_wires_},
        {"pages", "buddy", "core", pages_wires_},
        {"disk", "ramdisk", "core", disk_wires_},
        {"shell", "shell", "core", shell_wires_},
        {"time", "time_command", "core", time_wires_},
        {"timer", "timer", "core", timer_wires_},
        {"uart", "uart", "core", uart_wires_},
    }};
};

inline constexpr GraphDescription graph_description{};

}  // namespace phx::wiring
