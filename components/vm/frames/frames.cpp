#include <vm/frames/frames.hpp>

#include <algorithm>
#include <bit>

#include <arch/page.hpp>
#include <base/panic.hpp>
#include <memory/interfaces/context.hpp>
#include <ports/frames.hpp>

namespace phx::vm {
namespace {

using Pages = std::remove_reference_t<decltype(ports::frames::pages())>;

void clear(Frame frame) { arch::clear_page(ports::frames::map().to_virtual(frame.address())); }

}  // namespace

Result<void> FrameTable::init() {
    const std::span<const PhysRange> memory = ports::frames::boot_info().memory();
    first_ = Frame::containing(memory.front().base);
    const std::uint64_t frames = Frame::containing(memory.back().end()).number() - first_.number();
    chunk_count_ = (frames + k_in_chunk - 1) / k_in_chunk;
    const std::size_t pages = (chunk_count_ * sizeof(chunks_[0]) + k_page_size - 1) / k_page_size;
    const auto order = static_cast<unsigned>(std::bit_width(pages - 1));
    if (order > Pages::max_order) {
        ports::frames::log().error("RAM spans {} GiB, too much for its table of records", frames * k_page_size / GiB);
        return Errno::nomem;
    }
    const Frame table = TRY(ports::frames::pages().allocate(order));
    for (std::uint64_t i = 0; i < std::uint64_t{1} << order; ++i) {
        clear(table + i);
    }
    chunks_ = reinterpret_cast<std::atomic<FrameRecord*>*>(ports::frames::map().to_virtual(table.address()));
    zero_ = TRY(ports::frames::pages().allocate(0));
    clear(zero_);
    return {};
}

Result<Frame> FrameTable::allocate() {
    std::atomic<std::uint32_t>& looks = looks_.local();
    if (const std::uint32_t left = looks.load(std::memory_order_relaxed); left != 0) [[likely]] {
        looks.store(left - 1, std::memory_order_relaxed);
    } else {
        TRY(look_at_reserve(looks));
    }
    const Frame frame = TRY(memory::allocate(ports::frames::pages(), 0, memory::MaySleep{}));
    users_.increment();
    return frame;
}

// Looking costs more than an allocation does, so it is done now and then while there is plenty, and each time when there is not.
Result<void> FrameTable::look_at_reserve(std::atomic<std::uint32_t>& left) {
    constexpr std::uint64_t k_plenty = k_reserve + std::uint64_t{k_between_looks} * PerCpu<std::atomic<std::uint32_t>>::count;
    auto& pages = ports::frames::pages();
    for (int attempt = 0; attempt < memory::k_most_attempts; ++attempt) {
        const std::uint64_t have = pages.stats().free_frames;
        if (have > k_plenty) {
            left.store(k_between_looks, std::memory_order_relaxed);
            return {};
        }
        if (have > k_reserve) {
            return {};
        }
        if (memory::make_room(pages, k_between_looks) == 0) {
            break;
        }
    }
    return Errno::nomem;
}

Result<FrameRecord*> FrameTable::make_chunk(Frame frame) {
    const Frame made = TRY(ports::frames::pages().allocate(0));
    clear(made);
    auto* const chunk = reinterpret_cast<FrameRecord*>(ports::frames::map().to_virtual(made.address()));
    FrameRecord* expected = nullptr;
    if (chunks_[chunk_of(frame)].compare_exchange_strong(expected, chunk, std::memory_order_acq_rel)) {
        made_chunks_.fetch_add(1, std::memory_order_relaxed);
    } else {
        ports::frames::pages().free(made, 0);
    }
    return record(frame);
}

// An owner that finds itself alone is: only an owner can make another one.
void FrameTable::release(Frame frame) {
    if (FrameRecord* const of = record(frame)) {
        if (of->more_owners.load(std::memory_order_acquire) != 0 && of->more_owners.fetch_sub(1, std::memory_order_acq_rel) != 0) {
            return;
        }
        ASSERT(of->cache.load(std::memory_order_relaxed) == nullptr);
        of->more_owners.store(0, std::memory_order_relaxed);
        of->flags.store(0, std::memory_order_relaxed);
    }
    users_.add(-1);
    ports::frames::pages().free(frame, 0);
}

Frame FrameTable::next_record(Frame frame) {
    for (std::size_t chunk = frame < first_ ? 0 : chunk_of(frame); chunk < chunk_count_; ++chunk) {
        if (chunks_[chunk].load(std::memory_order_relaxed) != nullptr) {
            return std::max(frame, first_ + chunk * k_in_chunk);
        }
    }
    return {};
}

std::byte* FrameTable::bytes(Frame frame) { return ports::frames::map().to_virtual(frame.address()); }

Result<void*> FrameTable::allocate_node(std::size_t size) { return ports::frames::heap().allocate(size, alignof(void*)); }
void FrameTable::free_node(void* pointer, std::size_t size) { ports::frames::heap().free(pointer, size); }
bool FrameTable::make_room() { return memory::make_room(ports::frames::heap(), 1) != 0; }

FrameStats FrameTable::stats() {
    return {static_cast<std::uint64_t>(users_.sum()), static_cast<std::uint64_t>(cached_.sum()), made_chunks_.load(std::memory_order_relaxed)};
}

}  // namespace phx::vm
