#include <memory/buddy/buddy.hpp>

#include <algorithm>
#include <bit>

#include <base/format.hpp>
#include <base/panic.hpp>
#include <debug/trace/trace.hpp>
#include <ports/buddy.hpp>

namespace phx::memory {
namespace {

// The state of a block's head; the low bits hold the block's order.
constexpr std::uint8_t k_free = 0x40;
constexpr std::uint8_t k_allocated = 0x80;

constexpr trace::Event k_allocation{"page_allocation", {"order"}};

constexpr std::uint8_t state(std::uint8_t kind, unsigned order) {
    return static_cast<std::uint8_t>(kind | order);
}

[[noreturn, gnu::cold, gnu::noinline]] void reject(std::string_view reason, Frame frame, unsigned order) {
    std::array<char, 96> text;
    panic(format_to(text, "{}: frame {:#x}, order {}", reason, frame.number(), order));
}

}  // namespace

Result<void> Buddy::init() {
    if (const auto reserved = reserve_records(); !reserved) {
        return reserved;
    }
    if (const auto added = add_regions(ports::buddy::boot_allocator().hand_over()); !added) {
        return added;
    }
    const PageStats found = stats();
    if (found.total_frames == 0) {
        ports::buddy::log().error("no free RAM is left");
        return Errno::nomem;
    }
    ports::buddy::log().info("{} KiB, records take {} KiB", found.total_frames * k_page_size / KiB,
                             records_ * (sizeof(Links) + 1) / KiB);
    return {};
}

// Sized for all of RAM, because what is left is known only once the boot allocator has nothing more to give.
Result<void> Buddy::reserve_records() {
    records_ = ports::buddy::boot_allocator().total() / k_page_size;
    if (records_ >= k_none) {
        return Errno::overflow;
    }
    const PhysAddr links = TRY(ports::buddy::boot_allocator().allocate(records_ * sizeof(Links), k_page_size));
    const PhysAddr states = TRY(ports::buddy::boot_allocator().allocate(records_, k_page_size));
    const SpinGuard guard{lock_};
    links_ = reinterpret_cast<Links*>(ports::buddy::map().to_virtual(links));
    states_ = reinterpret_cast<std::uint8_t*>(ports::buddy::map().to_virtual(states));
    return {};
}

Result<void> Buddy::add_regions(std::span<const PhysRange> ranges) {
    const SpinGuard guard{lock_};
    heads_.fill(k_none);
    nonempty_ = 0;
    stats_ = {};
    region_count_ = 0;
    if (ranges.size() > regions_.size()) {
        ports::buddy::log().error("{} free ranges of RAM: raise parameter `max_ranges` ({})", ranges.size(),
                                  regions_.size());
        return Errno::nospc;
    }
    for (const PhysRange& range : ranges) {
        const Frame first = Frame::containing(range.base);
        const std::uint64_t frames = range.size / k_page_size;
        if (frames == 0) {
            continue;
        }
        regions_[region_count_++] = {first, first, first + frames, static_cast<Index>(stats_.total_frames)};
        stats_.total_frames += frames;
    }
    ASSERT(stats_.total_frames <= records_);
    stats_.free_frames = stats_.total_frames;
    return {};
}

Result<Frame> Buddy::allocate(unsigned order) {
    if (order > max_order) {
        return Errno::inval;
    }
    trace::point(k_allocation, order);
    const SpinGuard guard{lock_};
    while ((nonempty_ >> order) == 0) {
        if (!carve_block()) {
            return Errno::nomem;
        }
    }
    unsigned have = order + static_cast<unsigned>(std::countr_zero(nonempty_ >> order));
    const Index block = heads_[have];
    unlink(block, have);
    while (have > order) {
        --have;
        push(block + (Index{1} << have), have);
    }
    states_[block] = state(k_allocated, order);
    stats_.free_frames -= std::uint64_t{1} << order;
    return frame_at(block);
}

void Buddy::free(Frame frame, unsigned order) {
    const SpinGuard guard{lock_};
    const Region& region = region_of_freed(frame, order);
    Index block = region.index + static_cast<Index>(frame.number() - region.first.number());
    states_[block] = 0;
    stats_.free_frames += std::uint64_t{1} << order;
    // A parent that lies inside the region was carved as one block or as part of a larger one, since carving always
    // takes the largest that fits. So both its halves have records, and a half at the region's edge has no buddy.
    for (; order < max_order; ++order) {
        const std::uint64_t size = std::uint64_t{1} << order;
        const Frame parent{frame.number() & ~size};
        if (parent < region.first || parent + 2 * size > region.carved) {
            break;
        }
        const Index left = block - static_cast<Index>(frame.number() - parent.number());
        const Index buddy = frame == parent ? left + static_cast<Index>(size) : left;
        if (states_[buddy] != state(k_free, order)) {
            break;
        }
        unlink(buddy, order);
        frame = parent;
        block = left;
    }
    push(block, order);
}

PageStats Buddy::stats() const {
    const SpinGuard guard{lock_};
    return stats_;
}

// Moves the next block of untouched RAM to its free list. False: none is left.
bool Buddy::carve_block() {
    for (Region& region : std::span{regions_}.first(region_count_)) {
        const std::uint64_t left = region.end.number() - region.carved.number();
        if (left == 0) {
            continue;
        }
        const auto order = std::min({max_order, static_cast<unsigned>(std::countr_zero(region.carved.number())),
                                     static_cast<unsigned>(std::bit_width(left) - 1)});
        const Index block = region.index + static_cast<Index>(region.carved.number() - region.first.number());
        const std::uint64_t size = std::uint64_t{1} << order;
        std::fill_n(states_ + block, size, std::uint8_t{0});
        region.carved = region.carved + size;
        push(block, order);
        return true;
    }
    return false;
}

// The region of an allocated block that a caller gives back; panics unless it is exactly one.
const Buddy::Region& Buddy::region_of_freed(Frame frame, unsigned order) {
    for (const Region& region : std::span{regions_}.first(region_count_)) {
        if (frame < region.first || frame >= region.carved) {
            continue;
        }
        const std::uint8_t head = states_[region.index + static_cast<Index>(frame.number() - region.first.number())];
        if (order <= max_order && head == state(k_allocated, order)) [[likely]] {
            return region;
        }
        if ((head & k_allocated) != 0) {
            reject("page block freed with another order", frame, order);
        }
        if ((head & k_free) != 0) {
            reject("page block freed twice", frame, order);
        }
    }
    reject("freed page was not allocated", frame, order);
}

Frame Buddy::frame_at(Index index) const {
    std::size_t i = region_count_ - 1;
    while (index < regions_[i].index) {
        --i;
    }
    return regions_[i].first + (index - regions_[i].index);
}

void Buddy::push(Index block, unsigned order) {
    states_[block] = state(k_free, order);
    links_[block] = {heads_[order], k_none};
    if (heads_[order] != k_none) {
        links_[heads_[order]].prev = block;
    }
    heads_[order] = block;
    nonempty_ |= std::uint32_t{1} << order;
}

void Buddy::unlink(Index block, unsigned order) {
    const Links links = links_[block];
    if (links.next != k_none) {
        links_[links.next].prev = links.prev;
    }
    if (links.prev != k_none) {
        links_[links.prev].next = links.next;
    } else {
        heads_[order] = links.next;
        if (links.next == k_none) {
            nonempty_ &= ~(std::uint32_t{1} << order);
        }
    }
    states_[block] = 0;
}

}  // namespace phx::memory
