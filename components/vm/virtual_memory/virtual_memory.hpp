// Address spaces of programs.
#pragma once

#include <atomic>
#include <cstdint>

#include <memory/interfaces/reclaimer.hpp>
#include <vm/interfaces/virtual_memory.hpp>

namespace phx::vm {

class Area;
struct AreaKind;
class Removal;

// Provides VirtualMemory and Reclaimer.
class MemoryManager final : public memory::Reclaimer {
public:
    constexpr MemoryManager() = default;

    Result<void> init();

    // VirtualMemory
    Result<AddressSpace*> create();
    Result<AddressSpace*> clone(AddressSpace& space);
    void retain(AddressSpace& space);
    void release(AddressSpace& space);
    UserTable& table_of(AddressSpace& space);
    UserAddr end();
    Result<UserAddr> map(AddressSpace& space, const MapRequest& request);
    Result<void> unmap(AddressSpace& space, UserAddr at, std::uint64_t size);
    Result<void> protect(AddressSpace& space, UserAddr at, std::uint64_t size, std::uint32_t protection);
    Result<UserAddr> remap(AddressSpace& space, UserAddr at, std::uint64_t old_size, std::uint64_t new_size, std::uint32_t flags, UserAddr new_at);
    UserAddr set_break(AddressSpace& space, UserAddr at);
    Result<void> advise(AddressSpace& space, UserAddr at, std::uint64_t size, std::uint32_t advice);
    Result<void> sync(AddressSpace& space, UserAddr at, std::uint64_t size, std::uint32_t flags);
    Result<void> resident(AddressSpace& space, UserAddr at, std::span<std::byte> pages);
    Result<void> lock(AddressSpace& space, UserAddr at, std::uint64_t size, LockMode mode);
    Result<void> lock_all(AddressSpace& space, LockMode current, LockMode future);
    FaultEnd fault(AddressSpace& space, UserAddr at, Access access);
    Result<void> bring_in(AddressSpace& space, UserAddr at, std::uint64_t size, Access access);
    std::size_t read(AddressSpace& space, UserAddr at, std::span<std::byte> to);
    std::size_t write(AddressSpace& space, UserAddr at, std::span<const std::byte> from);
    SpaceLayout& layout(AddressSpace& space);
    Result<UserAddr> map_special(AddressSpace& space, UserAddr at, std::span<const Frame> frames, std::uint32_t protection, std::string_view name);
    Result<MemoryPlace> identify(AddressSpace& space, UserAddr at);
    SpaceUsage usage(AddressSpace& space);
    void visit(AddressSpace& space, AreaVisitor& visitor);
    std::atomic<std::uint32_t>& note(AddressSpace& space);

    // Reclaimer: clean pages of caches.
    std::size_t reclaim(std::size_t frames_wanted) override;

private:
    FaultEnd out_of_memory();

    std::uint64_t all_frames_ = 0;
    std::atomic<std::int32_t> victim_{0};  // the process that was picked last
};

}  // namespace phx::vm
