// Address spaces that know what was mapped, and hold what was written through them. Copies of vm/user_memory go to the few pages of
// arch/host/include/arch/user_access.hpp whichever space is active.
#pragma once

#include <array>
#include <map>
#include <vector>

#include <base/panic.hpp>
#include <vm/interfaces/virtual_memory.hpp>

namespace phx::vm {

class AddressSpace final : public RefCounted {
public:
    UserTable table;
    SpaceLayout layout;
    std::atomic<std::uint32_t> note{0};
    std::vector<MapRequest> maps;
    std::map<std::uint64_t, std::byte> bytes;
    SpaceUsage usage;             // what usage() says
    std::vector<AreaInfo> areas;  // what visit() shows; pages only to who counts them
    int number = 0;
};

class FakeVirtualMemory {
public:
    static constexpr UserAddr k_anywhere{0x10'0000};  // where mappings go that need not be anywhere

    constexpr FakeVirtualMemory() = default;

    Result<AddressSpace*> create() {
        if (live_ >= limit_) {
            return Errno::nomem;
        }
        ++live_;
        auto* const space = new AddressSpace;
        space->number = ++last_;
        return space;
    }
    Result<AddressSpace*> clone(AddressSpace& space) {
        auto* const copy = TRY(create());
        copy->layout = space.layout;
        copy->maps = space.maps;
        return copy;
    }
    void retain(AddressSpace& space) { space.retain(); }
    void release(AddressSpace& space) {
        if (space.drop()) {
            --live_;
            delete &space;
        }
    }
    [[nodiscard]] UserAddr end() const { return UserAddr{std::uint64_t{1} << 39}; }
    UserTable& table_of(AddressSpace& space) { return space.table; }
    Result<UserAddr> map(AddressSpace& space, const MapRequest& request) {
        if (map_error_ != Errno{}) {
            return map_error_;
        }
        MapRequest mapped = request;
        if (mapped.hint == UserAddr{}) {
            mapped.hint = k_anywhere;
        }
        space.maps.push_back(mapped);
        return mapped.hint;
    }
    Result<void> unmap(AddressSpace&, UserAddr, std::uint64_t) { return {}; }
    Result<void> protect(AddressSpace&, UserAddr, std::uint64_t, std::uint32_t) { return {}; }
    Result<UserAddr> remap(AddressSpace&, UserAddr at, std::uint64_t, std::uint64_t, std::uint32_t, UserAddr) { return at; }
    UserAddr set_break(AddressSpace&, UserAddr at) { return at; }
    Result<void> advise(AddressSpace&, UserAddr, std::uint64_t, std::uint32_t) { return {}; }
    Result<void> sync(AddressSpace&, UserAddr, std::uint64_t, std::uint32_t) { return {}; }
    Result<void> resident(AddressSpace&, UserAddr, std::span<std::byte>) { return {}; }
    Result<void> lock(AddressSpace&, UserAddr, std::uint64_t, LockMode) { return {}; }
    Result<void> lock_all(AddressSpace&, LockMode, LockMode) { return {}; }
    FaultEnd fault(AddressSpace&, UserAddr, Access) { return FaultEnd::no_mapping; }
    Result<void> bring_in(AddressSpace&, UserAddr, std::uint64_t, Access) { return {}; }
    std::size_t read(AddressSpace& space, UserAddr at, std::span<std::byte> to) {
        for (std::size_t i = 0; i < to.size(); ++i) {
            const auto found = space.bytes.find(at.value() + i);
            to[i] = found != space.bytes.end() ? found->second : std::byte{0};
        }
        return to.size();
    }
    std::size_t write(AddressSpace& space, UserAddr at, std::span<const std::byte> from) {
        for (std::size_t i = 0; i < from.size(); ++i) {
            space.bytes[at.value() + i] = from[i];
        }
        return from.size();
    }
    std::atomic<std::uint32_t>& note(AddressSpace& space) { return space.note; }
    Result<MemoryPlace> identify(AddressSpace& space, UserAddr at) {
        if (shared_) {
            return MemoryPlace{this, at.value()};
        }
        return MemoryPlace{&space, at.value()};
    }
    SpaceLayout& layout(AddressSpace& space) { return space.layout; }
    Result<UserAddr> map_special(AddressSpace&, UserAddr at, std::span<const Frame>, std::uint32_t, std::string_view) { return at; }
    SpaceUsage usage(AddressSpace& space) { return space.usage; }
    void visit(AddressSpace& space, AreaVisitor& visitor) {
        for (AreaInfo info : space.areas) {
            if (!visitor.counts_pages()) {
                info.resident = info.anonymous = info.shared_pages = 0;
            }
            visitor.area(info);
        }
    }

    // For tests.
    [[nodiscard]] std::size_t live() const { return live_; }
    void set_limit(std::size_t spaces) { limit_ = spaces; }
    // All spaces show the same memory.
    void share_all(bool shared) { shared_ = shared; }
    void fail_maps(Errno error) { map_error_ = error; }

private:
    std::size_t live_ = 0;
    std::size_t limit_ = SIZE_MAX;
    int last_ = 0;
    bool shared_ = false;
    Errno map_error_{};
};

}  // namespace phx::vm
