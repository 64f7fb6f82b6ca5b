// Turning single CPUs on and off.
#pragma once

#include <concepts>
#include <cstdint>

#include <base/result.hpp>
#include <base/types.hpp>

namespace phx::power {

// Any context.
//   start(mpidr, entry, context)  makes the CPU with that affinity begin at `entry`, MMU off, with `context` in x0; it may take a while.
//                                 EBUSY: it is on or on its way; EINVAL: no such CPU, or an address that the firmware refuses; EPERM:
//                                 not allowed; ENODEV: it cannot be turned on; ENOSYS: the firmware cannot; EIO: it failed
//   stop_this()                   turns the caller off, which must have interrupts masked; never returns
template <class T>
concept CpuPower = requires(T& power, std::uint64_t mpidr, PhysAddr entry, std::uint64_t context) {
    { power.start(mpidr, entry, context) } -> std::same_as<Result<void>>;
    { power.stop_this() } -> std::same_as<void>;
};

}  // namespace phx::power
