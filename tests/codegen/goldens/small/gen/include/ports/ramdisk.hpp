// ramdisk: A disk in memory.
// What its ports lead to in this graph. Generated; only its .cpp files include this.
#pragma once

#include <array>

#include <core/buddy/buddy.hpp>
#include <core/interfaces/pages.hpp>
#include <params/ramdisk.hpp>

namespace phx::wiring {
extern constinit ::phx::core::Buddy pages;
}  // namespace phx::wiring

namespace phx::ports::ramdisk {

// disk.pages -> pages: the only provider of Pages, graphs/small.yaml
inline constexpr auto& pages([[maybe_unused]] const ::phx::params::ramdisk::Instance& user) { return ::phx::wiring::pages; }

}  // namespace phx::ports::ramdisk
