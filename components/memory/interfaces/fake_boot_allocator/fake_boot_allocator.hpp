// Boot memory from ranges that a test gives; without any, 16 MiB of the host's own.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdlib>
#include <span>
#include <vector>

#include <base/result.hpp>
#include <base/types.hpp>

namespace phx::memory {

class FakeBootAllocator {
public:
    static constexpr std::size_t k_default_bytes = 16 * MiB;

    constexpr FakeBootAllocator() = default;
    constexpr ~FakeBootAllocator() { release(); }
    FakeBootAllocator(const FakeBootAllocator&) = delete;
    FakeBootAllocator& operator=(const FakeBootAllocator&) = delete;

    Result<PhysAddr> allocate(std::size_t size, std::size_t alignment) {
        prepare();
        if (handed_over_) {
            return Errno::busy;
        }
        if (size == 0 || !std::has_single_bit(alignment)) {
            return Errno::inval;
        }
        for (PhysRange& range : ranges_) {
            const PhysAddr base = range.base.aligned_up(alignment);
            if (base >= range.base && base <= range.end() && range.end() - base >= size) {
                range = {base + size, range.end() - base - size};
                return base;
            }
        }
        return Errno::nomem;
    }
    std::span<const PhysRange> hand_over() {
        prepare();
        handed_over_ = true;
        std::vector<PhysRange> whole;
        for (const PhysRange& range : ranges_) {
            const PhysAddr base = range.base.aligned_up(k_page_size);
            const PhysAddr end = range.end().aligned_down(k_page_size);
            if (base < end) {
                whole.push_back({base, end - base});
            }
        }
        ranges_ = whole;
        return ranges_;
    }
    [[nodiscard]] std::uint64_t total() {
        prepare();
        return total_;
    }

    // Back to nothing allocated, in RAM of these ranges (ascending, addresses as the test's KernelMap sees them).
    void reset(std::vector<PhysRange> ranges) {
        release();
        ranges_ = std::move(ranges);
        handed_over_ = false;
        total_ = 0;
        for (const PhysRange& range : ranges_) {
            total_ += range.size;
        }
    }
    void reset() { reset({}); }

private:
    void prepare() {
        if (total_ == 0) {
            own_ = std::aligned_alloc(4 * MiB, k_default_bytes);
            ranges_ = {{PhysAddr{reinterpret_cast<std::uintptr_t>(own_)}, k_default_bytes}};
            total_ = k_default_bytes;
        }
    }
    constexpr void release() {
        if (own_ != nullptr) {
            std::free(own_);
            own_ = nullptr;
        }
    }

    std::vector<PhysRange> ranges_;
    std::uint64_t total_ = 0;
    void* own_ = nullptr;
    bool handed_over_ = false;
};

}  // namespace phx::memory
