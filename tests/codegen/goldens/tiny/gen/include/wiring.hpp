// Every instance of this graph. Generated; for the wiring itself and for host tests, never for components.
#pragma once

#include <core/bump/bump.hpp>
#include <core/hello_command/hello_command.hpp>
#include <core/interfaces/command.hpp>
#include <core/interfaces/disk.hpp>
#include <core/interfaces/entry.hpp>
#include <core/interfaces/log.hpp>
#include <core/interfaces/pages.hpp>
#include <core/klog/klog.hpp>
#include <core/ramdisk/ramdisk.hpp>
#include <core/shell/shell.hpp>
#include <generated/device_table.hpp>
#include <generated/graph_description.hpp>
#include <generated/init_sequence.hpp>
#include <generated/lock_order.hpp>
#include <generated/system_calls.hpp>
#include <locks/klog.hpp>
#include <params/ramdisk.hpp>

namespace phx::wiring {

extern constinit ::phx::core::HelloCommand hello;
extern constinit ::phx::core::Klog log;
extern constinit ::phx::core::Bump pages;
extern constinit ::phx::core::Ramdisk disk;
extern constinit ::phx::core::Shell shell;

}  // namespace phx::wiring
