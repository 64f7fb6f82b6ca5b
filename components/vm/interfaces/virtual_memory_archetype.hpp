#pragma once

#include <vm/interfaces/virtual_memory.hpp>

namespace phx::vm::archetype {

struct VirtualMemory {
    Result<AddressSpace*> create() { __builtin_trap(); }
    Result<AddressSpace*> clone(AddressSpace&) { __builtin_trap(); }
    void retain(AddressSpace&) { __builtin_trap(); }
    void release(AddressSpace&) { __builtin_trap(); }
    UserTable& table_of(AddressSpace&) { __builtin_trap(); }
    UserAddr end() { __builtin_trap(); }
    Result<UserAddr> map(AddressSpace&, const MapRequest&) { __builtin_trap(); }
    Result<void> unmap(AddressSpace&, UserAddr, std::uint64_t) { __builtin_trap(); }
    Result<void> protect(AddressSpace&, UserAddr, std::uint64_t, std::uint32_t) { __builtin_trap(); }
    Result<UserAddr> remap(AddressSpace&, UserAddr, std::uint64_t, std::uint64_t, std::uint32_t, UserAddr) { __builtin_trap(); }
    UserAddr set_break(AddressSpace&, UserAddr) { __builtin_trap(); }
    Result<void> advise(AddressSpace&, UserAddr, std::uint64_t, std::uint32_t) { __builtin_trap(); }
    Result<void> sync(AddressSpace&, UserAddr, std::uint64_t, std::uint32_t) { __builtin_trap(); }
    Result<void> resident(AddressSpace&, UserAddr, std::span<std::byte>) { __builtin_trap(); }
    Result<void> lock(AddressSpace&, UserAddr, std::uint64_t, LockMode) { __builtin_trap(); }
    Result<void> lock_all(AddressSpace&, LockMode, LockMode) { __builtin_trap(); }
    FaultEnd fault(AddressSpace&, UserAddr, Access) { __builtin_trap(); }
    Result<void> bring_in(AddressSpace&, UserAddr, std::uint64_t, Access) { __builtin_trap(); }
    std::size_t read(AddressSpace&, UserAddr, std::span<std::byte>) { __builtin_trap(); }
    std::size_t write(AddressSpace&, UserAddr, std::span<const std::byte>) { __builtin_trap(); }
    Result<MemoryPlace> identify(AddressSpace&, UserAddr) { __builtin_trap(); }
    SpaceLayout& layout(AddressSpace&) { __builtin_trap(); }
    Result<UserAddr> map_special(AddressSpace&, UserAddr, std::span<const Frame>, std::uint32_t, std::string_view) { __builtin_trap(); }
    SpaceUsage usage(AddressSpace&) { __builtin_trap(); }
    void visit(AddressSpace&, AreaVisitor&) { __builtin_trap(); }
    std::atomic<std::uint32_t>& note(AddressSpace&) { __builtin_trap(); }
};

}  // namespace phx::vm::archetype
