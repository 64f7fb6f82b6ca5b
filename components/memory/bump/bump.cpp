#include <memory/bump/bump.hpp>

#include <span>

#include <base/panic.hpp>
#include <ports/bump.hpp>

namespace phx::memory {

Result<void> Bump::init() {
    const std::span<const PhysRange> ranges = ports::bump::boot_allocator().hand_over();
    const SpinGuard guard{lock_};
    region_count_ = 0;
    stats_ = {};
    in_use_ = 0;
    if (ranges.size() > regions_.size()) {
        ports::bump::log().error("{} free ranges of RAM: raise parameter `max_ranges` ({})", ranges.size(),
                                 regions_.size());
        return Errno::nospc;
    }
    for (const PhysRange& range : ranges) {
        const Frame first = Frame::containing(range.base);
        regions_[region_count_++] = {first, first, first + range.size / k_page_size};
        stats_.total_frames += range.size / k_page_size;
    }
    stats_.free_frames = stats_.total_frames;
    if (stats_.total_frames == 0) {
        ports::bump::log().error("no free RAM is left");
        return Errno::nomem;
    }
    ports::bump::log().info("{} KiB", stats_.total_frames * k_page_size / KiB);
    return {};
}

Result<Frame> Bump::allocate(unsigned order) {
    if (order > max_order) {
        return Errno::inval;
    }
    const std::uint64_t size = std::uint64_t{1} << order;
    const SpinGuard guard{lock_};
    for (Region& region : std::span{regions_}.first(region_count_)) {
        const Frame block{align_up(region.next.number(), size)};
        if (block > region.end || region.end.number() - block.number() < size) {
            continue;
        }
        stats_.free_frames -= block.number() + size - region.next.number();
        in_use_ += size;
        region.next = block + size;
        return block;
    }
    return Errno::nomem;
}

void Bump::free(Frame frame, unsigned order) {
    const SpinGuard guard{lock_};
    for (const Region& region : std::span{regions_}.first(region_count_)) {
        if (frame < region.first || frame >= region.next) {
            continue;
        }
        const std::uint64_t size = order <= max_order ? std::uint64_t{1} << order : 0;
        if (size == 0 || frame.number() % size != 0 || size > in_use_) {
            panic("page block freed twice or with another order");
        }
        in_use_ -= size;
        return;
    }
    panic("freed page was not allocated");
}

PageStats Bump::stats() const {
    const SpinGuard guard{lock_};
    return stats_;
}

}  // namespace phx::memory
