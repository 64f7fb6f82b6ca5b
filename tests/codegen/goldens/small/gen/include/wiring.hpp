// Every instance of this graph. Generated; for the wiring itself and for host tests, never for components.
#pragma once

#include <core/buddy/buddy.hpp>
#include <core/gic/gic.hpp>
#include <core/handles/handles.hpp>
#include <core/hello_command/hello_command.hpp>
#include <core/interfaces/clock.hpp>
#include <core/interfaces/command.hpp>
#include <core/interfaces/disk.hpp>
#include <core/interfaces/entry.hpp>
#include <core/interfaces/irq.hpp>
#include <core/interfaces/log.hpp>
#include <core/interfaces/pages.hpp>
#include <core/klog/klog.hpp>
#include <core/ramdisk/ramdisk.hpp>
#include <core/refuser/refuser.hpp>
#include <core/shell/shell.hpp>
#include <core/time_command/time_command.hpp>
#include <core/timer/timer.hpp>
#include <core/uart/uart.hpp>
#include <generated/device_interrupts.hpp>
#include <generated/device_table.hpp>
#include <generated/graph_description.hpp>
#include <generated/init_sequence.hpp>
#include <generated/lock_order.hpp>
#include <generated/system_calls.hpp>
#include <locks/klog.hpp>
#include <locks/timer.hpp>
#include <locks/uart.hpp>
#include <params/ramdisk.hpp>
#include <params/uart.hpp>

namespace phx::wiring {

extern constinit ::phx::core::Gic gic;
extern constinit ::phx::core::Uart console;
extern constinit ::phx::core::Handles handles;
extern constinit ::phx::core::HelloCommand hello;
extern constinit ::phx::core::Klog log;
extern constinit ::phx::core::Buddy pages;
extern constinit ::phx::core::Ramdisk disk;
extern constinit ::phx::core::Refuser refuser;
extern constinit ::phx::core::Shell shell;
extern constinit ::phx::core::TimeCommand time;
extern constinit ::phx::core::Timer timer;
extern constinit ::phx::core::Uart uart;

}  // namespace phx::wiring
