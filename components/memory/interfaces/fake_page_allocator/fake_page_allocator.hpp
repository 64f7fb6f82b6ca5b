// Page frames from the host's heap, so that the sanitizers see an access outside of a block. Frames are host addresses:
// use it with a FakeKernelMap whose distance is 0.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <vector>

#include <base/panic.hpp>
#include <base/result.hpp>
#include <base/types.hpp>
#include <memory/interfaces/page_allocator.hpp>

namespace phx::memory {

class FakePageAllocator {
public:
    static constexpr unsigned max_order = 10;
    static constexpr bool can_free = true;
    static constexpr std::uint64_t k_default_frames = 16384;

    constexpr FakePageAllocator() = default;
    constexpr ~FakePageAllocator() { release(); }
    FakePageAllocator(const FakePageAllocator&) = delete;
    FakePageAllocator& operator=(const FakePageAllocator&) = delete;

    Result<Frame> allocate(unsigned order) {
        if (order > max_order) {
            return Errno::inval;
        }
        const std::uint64_t frames = std::uint64_t{1} << order;
        if (used_ + frames > total_ || successes_left_ == 0) {
            return Errno::nomem;
        }
        --successes_left_;
        void* memory = std::aligned_alloc(frames * k_page_size, frames * k_page_size);
        if (memory == nullptr) {
            return Errno::nomem;
        }
        used_ += frames;
        const Frame frame = Frame::containing(PhysAddr{reinterpret_cast<std::uintptr_t>(memory)});
        blocks_.push_back({frame, order});
        return frame;
    }
    void free(Frame frame, unsigned order) {
        const auto block = std::find(blocks_.begin(), blocks_.end(), Block{frame, order});
        if (block == blocks_.end()) {
            panic("fake_page_allocator: not an allocated block");
        }
        blocks_.erase(block);
        used_ -= std::uint64_t{1} << order;
        std::free(reinterpret_cast<void*>(frame.address().value()));
    }
    [[nodiscard]] PageStats stats() const { return {total_, total_ - used_}; }

    void reset(std::uint64_t frames = k_default_frames) {
        release();
        used_ = 0;
        total_ = frames;
        fail_after(std::numeric_limits<std::uint64_t>::max());
    }
    // Gives ENOMEM once this many more allocations have succeeded.
    void fail_after(std::uint64_t successes) { successes_left_ = successes; }
    [[nodiscard]] std::size_t live_blocks() const { return blocks_.size(); }

private:
    struct Block {
        Frame frame;
        unsigned order;
        bool operator==(const Block&) const = default;
    };

    constexpr void release() {
        for (const Block& block : blocks_) {
            std::free(reinterpret_cast<void*>(block.frame.address().value()));
        }
        blocks_.clear();
    }

    std::vector<Block> blocks_;
    std::uint64_t used_ = 0;
    std::uint64_t total_ = k_default_frames;
    std::uint64_t successes_left_ = std::numeric_limits<std::uint64_t>::max();
};

}  // namespace phx::memory
