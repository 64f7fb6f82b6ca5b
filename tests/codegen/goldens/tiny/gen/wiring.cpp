// Graph tiny: The shell without devices. Generated.
#include <wiring.hpp>

#include <concepts>

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

// Each lock is taken while only locks of smaller ranks are held.
namespace phx::sync {
struct DeclaredLocks {
    static constexpr LockClass make(const char* name, std::uint16_t rank) { return {name, rank}; }
};
}  // namespace phx::sync

namespace phx::locks {
constinit const ::phx::sync::LockClass klog::ring = ::phx::sync::DeclaredLocks::make("klog.ring", 1);
}  // namespace phx::locks

namespace phx::wiring {

// graphs/small.yaml:14: hello_command
constinit ::phx::core::HelloCommand hello;
static_assert(std::derived_from<::phx::core::HelloCommand, ::phx::core::Command>);

// graphs/small.yaml:6: klog
constinit ::phx::core::Klog log;
static_assert(::phx::core::Log<::phx::core::Klog>);

// graphs/tiny.yaml:5: bump
constinit ::phx::core::Bump pages;
static_assert(::phx::core::Pages<::phx::core::Bump>);

// graphs/small.yaml:12: ramdisk
constinit ::phx::core::Ramdisk disk{::phx::params::ramdisk::disk};
static_assert(std::derived_from<::phx::core::Ramdisk, ::phx::core::Disk>);

// graphs/small.yaml:13: shell
constinit ::phx::core::Shell shell;
static_assert(::phx::core::Entry<::phx::core::Shell>);

static_assert(::phx::boot::DeviceTable<const DeviceTable>);

static_assert(::phx::boot::GraphDescription<const GraphDescription>);

static_assert(::phx::boot::InitSequence<const InitSequence>);

static_assert(::phx::sync::LockOrder<const LockOrder>);

static_assert(::phx::syscall::SystemCalls<const SystemCalls>);

}  // namespace phx::wiring
