#include <memory/region_allocator/region_allocator.hpp>

#include <bit>
#include <limits>

#include <ports/region_allocator.hpp>

namespace phx::memory {
namespace {

// The device tree says how large a range is; one that would pass the end of the address space stops there.
PhysRange clipped(PhysRange range) {
    const std::uint64_t room = std::numeric_limits<std::uint64_t>::max() - range.base.value();
    return {range.base, range.size < room ? range.size : room};
}

}  // namespace

Result<void> RegionAllocator::init() {
    count_ = 0;
    total_ = 0;
    handed_over_ = false;
    bool fits = true;
    for (const PhysRange& memory : ports::region_allocator::boot_info().memory()) {
        const PhysRange ram = clipped(memory);
        total_ += ram.size;
        fits = fits && add(ram);
    }
    if (total_ < params::region_allocator::minimum) {
        ports::region_allocator::log().error("too little memory: {} KiB found, this graph needs {} KiB", total_ / KiB,
                                             params::region_allocator::minimum / KiB);
        return Errno::nomem;
    }
    fits = fits && remove(ports::region_allocator::handoff().image());
    for (const auto& reserved : ports::region_allocator::boot_info().reserved()) {
        fits = fits && remove(reserved.range);
    }
    if (!fits) {
        ports::region_allocator::log().error("RAM is in more than {} pieces: raise parameter `max_ranges`",
                                             params::region_allocator::max_ranges);
        return Errno::nospc;
    }
    ports::region_allocator::log().info("{} KiB of RAM, {} KiB free in {} ranges", total_ / KiB, free_bytes() / KiB,
                                        count_);
    return {};
}

Result<PhysAddr> RegionAllocator::allocate(std::size_t size, std::size_t alignment) {
    if (handed_over_) {
        return Errno::busy;
    }
    if (size == 0 || !std::has_single_bit(alignment)) {
        return Errno::inval;
    }
    for (std::size_t i = 0; i < count_; ++i) {
        const PhysRange range = ranges_[i];
        const PhysAddr base = range.base.aligned_up(alignment);
        const std::uint64_t gap = base - range.base;
        if (base < range.base || gap > range.size || size > range.size - gap) {
            continue;
        }
        if (!carve(i, {base, size})) {
            // No room to remember the bytes skipped for alignment: they are lost rather than the allocation.
            static_cast<void>(carve(i, {range.base, gap + size}));
        }
        return base;
    }
    return Errno::nomem;
}

std::span<const PhysRange> RegionAllocator::hand_over() {
    handed_over_ = true;
    std::size_t kept = 0;
    for (std::size_t i = 0; i < count_; ++i) {
        const PhysAddr base = ranges_[i].base.aligned_up(k_page_size);
        const PhysAddr end = ranges_[i].end().aligned_down(k_page_size);
        if (base >= ranges_[i].base && base < end) {
            ranges_[kept++] = {base, end - base};
        }
    }
    count_ = kept;
    return std::span{ranges_}.first(count_);
}

// RAM comes ascending, so a range can only touch the one before it.
bool RegionAllocator::add(PhysRange ram) {
    if (ram.empty()) {
        return true;
    }
    if (count_ > 0 && ranges_[count_ - 1].end() == ram.base) {
        ranges_[count_ - 1].size += ram.size;
        return true;
    }
    if (count_ == ranges_.size()) {
        return false;
    }
    ranges_[count_++] = ram;
    return true;
}

bool RegionAllocator::remove(PhysRange region) {
    const PhysRange hole = clipped(region);
    for (std::size_t i = 0; i < count_;) {
        if (!ranges_[i].overlaps(hole)) {
            ++i;
        } else if (!carve(i, hole)) {
            return false;
        }
    }
    return true;
}

// Takes `hole` out of one range that it overlaps. False, and nothing changed: two pieces remain and the table is full.
bool RegionAllocator::carve(std::size_t index, PhysRange hole) {
    const PhysRange range = ranges_[index];
    const PhysRange front{range.base, hole.base > range.base ? hole.base - range.base : 0};
    const PhysRange back{hole.end(), range.end() > hole.end() ? range.end() - hole.end() : 0};
    if (front.empty() && back.empty()) {
        erase(index);
        return true;
    }
    if (!front.empty() && !back.empty()) {
        if (count_ == ranges_.size()) {
            return false;
        }
        for (std::size_t i = count_++; i > index; --i) {
            ranges_[i] = ranges_[i - 1];
        }
        ranges_[index + 1] = back;
    }
    ranges_[index] = front.empty() ? back : front;
    return true;
}

void RegionAllocator::erase(std::size_t index) {
    --count_;
    for (std::size_t i = index; i < count_; ++i) {
        ranges_[i] = ranges_[i + 1];
    }
}

std::uint64_t RegionAllocator::free_bytes() const {
    std::uint64_t bytes = 0;
    for (std::size_t i = 0; i < count_; ++i) {
        bytes += ranges_[i].size;
    }
    return bytes;
}

}  // namespace phx::memory
