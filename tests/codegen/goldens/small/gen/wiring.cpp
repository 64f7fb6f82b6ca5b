// Graph small: A shell with everything. Generated.
#include <wiring.hpp>

#include <concepts>

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

// Each lock is taken while only locks of smaller ranks are held.
namespace phx::sync {
struct DeclaredLocks {
    static constexpr LockClass make(const char* name, std::uint16_t rank) { return {name, rank}; }
};
}  // namespace phx::sync

namespace phx::locks {
constinit const ::phx::sync::LockClass uart::line = ::phx::sync::DeclaredLocks::make("uart.line", 1);
// inside uart.line
constinit const ::phx::sync::LockClass uart::settings = ::phx::sync::DeclaredLocks::make("uart.settings", 2);
constinit const ::phx::sync::LockClass uart::device = ::phx::sync::DeclaredLocks::make("uart.device", 3);
// inside uart.device
constinit const ::phx::sync::LockClass klog::ring = ::phx::sync::DeclaredLocks::make("klog.ring", 4);
// inside klog.ring
constinit const ::phx::sync::LockClass timer::armed = ::phx::sync::DeclaredLocks::make("timer.armed", 5);
// inside klog.ring, timer.armed
constinit const ::phx::sync::LockClass timer::wheel = ::phx::sync::DeclaredLocks::make("timer.wheel", 6);
}  // namespace phx::locks

namespace phx::wiring {

// graphs/small.yaml:7: gic
constinit ::phx::core::Gic gic;
static_assert(::phx::core::Irq<::phx::core::Gic>);

// graphs/small.yaml:10: uart
constinit ::phx::core::Uart console{::phx::params::uart::console};

// graphs/small.yaml:16: handles
constinit ::phx::core::Handles handles;

// graphs/small.yaml:14: hello_command
constinit ::phx::core::HelloCommand hello;
static_assert(std::derived_from<::phx::core::HelloCommand, ::phx::core::Command>);

// graphs/small.yaml:6: klog
constinit ::phx::core::Klog log;
static_assert(::phx::core::Log<::phx::core::Klog>);

// graphs/small.yaml:11: buddy
constinit ::phx::core::Buddy pages;
static_assert(::phx::core::Pages<::phx::core::Buddy>);

// graphs/small.yaml:12: ramdisk
constinit ::phx::core::Ramdisk disk{::phx::params::ramdisk::disk};
static_assert(std::derived_from<::phx::core::Ramdisk, ::phx::core::Disk>);

// graphs/small.yaml:17: refuser
constinit ::phx::core::Refuser refuser;

// graphs/small.yaml:13: shell
constinit ::phx::core::Shell shell;
static_assert(::phx::core::Entry<::phx::core::Shell>);

// graphs/small.yaml:15: time_command
constinit ::phx::core::TimeCommand time;
static_assert(std::derived_from<::phx::core::TimeCommand, ::phx::core::Command>);

// graphs/small.yaml:8: timer
constinit ::phx::core::Timer timer;
static_assert(::phx::core::Clock<::phx::core::Timer>);

// graphs/small.yaml:9: uart
constinit ::phx::core::Uart uart{::phx::params::uart::uart};

static_assert(::phx::irq::DeviceInterrupts<const DeviceInterrupts>);

static_assert(::phx::boot::DeviceTable<const DeviceTable>);

static_assert(::phx::boot::GraphDescription<const GraphDescription>);

static_assert(::phx::boot::InitSequence<const InitSequence>);

static_assert(::phx::sync::LockOrder<const LockOrder>);

static_assert(::phx::syscall::SystemCalls<const SystemCalls>);

}  // namespace phx::wiring
