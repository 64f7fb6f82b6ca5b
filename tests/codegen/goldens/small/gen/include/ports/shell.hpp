// shell: Reads commands and runs them.
// What its ports lead to in this graph. Generated; only its .cpp files include this.
#pragma once

#include <array>
#include <cstddef>
#include <span>

#include <boot/interfaces/device_table.hpp>
#include <boot/interfaces/graph_description.hpp>
#include <boot/interfaces/init_sequence.hpp>
#include <boot/interfaces/system_calls.hpp>
#include <core/buddy/buddy.hpp>
#include <core/hello_command/hello_command.hpp>
#include <core/interfaces/clock.hpp>
#include <core/interfaces/command.hpp>
#include <core/interfaces/disk.hpp>
#include <core/interfaces/log.hpp>
#include <core/interfaces/pages.hpp>
#include <core/klog/klog.hpp>
#include <core/ramdisk/ramdisk.hpp>
#include <core/shell/shell.hpp>
#include <core/time_command/time_command.hpp>
#include <core/timer/timer.hpp>
#include <generated/device_table.hpp>
#include <generated/graph_description.hpp>
#include <generated/init_sequence.hpp>
#include <generated/lock_order.hpp>
#include <generated/system_calls.hpp>
#include <sync/interfaces/lock_order.hpp>

namespace phx::wiring {
extern constinit ::phx::core::Buddy pages;
extern constinit ::phx::core::HelloCommand hello;
extern constinit ::phx::core::Klog log;
extern constinit ::phx::core::Ramdisk disk;
extern constinit ::phx::core::Shell shell;
extern constinit ::phx::core::TimeCommand time;
extern constinit ::phx::core::Timer timer;
}  // namespace phx::wiring

namespace phx::ports::shell {

// The instance itself, for code that the hardware enters by name.
inline constexpr auto& self() { return ::phx::wiring::shell; }

// shell.calls -> the wiring: provided by the wiring itself, graphs/small.yaml
inline constexpr auto& calls() { return ::phx::wiring::system_calls; }

// shell.clocks -> timer: the only provider of Clock, graphs/small.yaml
constexpr void for_each_clocks([[maybe_unused]] auto&& f) {
    f(::phx::wiring::timer);
}
inline constexpr std::size_t clocks_count = 1;

// shell.commands -> hello, time: all 2 providers of Command, graphs/small.yaml
inline constexpr std::array<::phx::core::Command*, 2> commands_table{&::phx::wiring::hello, &::phx::wiring::time};
inline constexpr std::span<::phx::core::Command* const> commands() { return commands_table; }

// shell.devices -> the wiring: provided by the wiring itself, graphs/small.yaml
inline constexpr auto& devices() { return ::phx::wiring::device_table; }

// shell.disks -> disk: the only provider of Disk, graphs/small.yaml
inline constexpr std::array<::phx::core::Disk*, 1> disks_table{&::phx::wiring::disk};
inline constexpr std::span<::phx::core::Disk* const> disks() { return disks_table; }

// shell.graph -> the wiring: provided by the wiring itself, graphs/small.yaml
inline constexpr auto& graph() { return ::phx::wiring::graph_description; }

// shell.log -> log: the only provider of Log, graphs/small.yaml
inline constexpr auto log() { return ::phx::core::Logger{::phx::wiring::log, "shell"}; }

// shell.order -> the wiring: provided by the wiring itself, graphs/small.yaml
inline constexpr auto& order() { return ::phx::wiring::lock_order; }

// shell.pages -> pages: the only provider of Pages, graphs/small.yaml
inline constexpr auto& pages() { return ::phx::wiring::pages; }

// shell.sequence -> the wiring: provided by the wiring itself, graphs/small.yaml
inline constexpr auto& sequence() { return ::phx::wiring::init_sequence; }

}  // namespace phx::ports::shell
