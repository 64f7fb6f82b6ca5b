// Pages of the kernel that are mapped one by one, so that what is not mapped faults: guards.
#pragma once

#include <concepts>

#include <base/result.hpp>
#include <base/types.hpp>

namespace phx::memory {

// Any context. Addresses are page aligned and lie in the provider's region for this, from arch::k_mapping_base on.
//   map(virt, phys)  readable and writable, never executable; ENOMEM: no page for a table; EEXIST: something is mapped there
//   unmap(virt)      one page that is mapped, on all CPUs; where it led
template <class T>
concept KernelMappings = requires(T& mappings, VirtAddr virt, PhysAddr phys) {
    { mappings.map(virt, phys) } -> std::same_as<Result<void>>;
    { mappings.unmap(virt) } -> std::same_as<PhysAddr>;
};

}  // namespace phx::memory
