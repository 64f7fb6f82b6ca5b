// Objects from the host's heap, so that the sanitizers see an access outside of one, and each free is checked. For several host threads at once.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <mutex>
#include <vector>

#include <base/panic.hpp>
#include <base/result.hpp>
#include <base/types.hpp>
#include <memory/interfaces/heap.hpp>

namespace phx::memory {

class FakeHeap {
public:
    static constexpr std::size_t max_size = 1 * MiB;

    constexpr FakeHeap() = default;
    constexpr ~FakeHeap() { release(); }
    FakeHeap(const FakeHeap&) = delete;
    FakeHeap& operator=(const FakeHeap&) = delete;

    Result<void*> allocate(std::size_t size, std::size_t alignment) {
        if (size == 0 || !std::has_single_bit(alignment) || alignment > k_page_size) {
            return Errno::inval;
        }
        const std::lock_guard guard{mutex_};
        void* memory = nullptr;
        if (size > max_size || successes_left_ == 0 ||
            posix_memalign(&memory, std::max(alignment, sizeof(void*)), size) != 0) {
            return Errno::nomem;
        }
        --successes_left_;
        objects_.push_back({memory, size});
        return memory;
    }
    void free(void* pointer, std::size_t size) {
        const std::lock_guard guard{mutex_};
        const auto object = std::find(objects_.begin(), objects_.end(), Object{pointer, size});
        if (object == objects_.end()) {
            panic("fake_heap: not a live object of this size");
        }
        objects_.erase(object);
        std::free(pointer);
    }
    [[nodiscard]] HeapStats stats() const {
        const std::lock_guard guard{mutex_};
        HeapStats stats;
        for (const Object& object : objects_) {
            ++stats.live_objects;
            stats.live_bytes += object.size;
        }
        stats.backing_bytes = stats.live_bytes;
        return stats;
    }

    void reset() {
        release();
        fail_after(std::numeric_limits<std::uint64_t>::max());
    }
    // Gives ENOMEM once this many more allocations have succeeded.
    void fail_after(std::uint64_t successes) { successes_left_ = successes; }

private:
    struct Object {
        void* pointer;
        std::size_t size;
        bool operator==(const Object&) const = default;
    };

    constexpr void release() {
        for (const Object& object : objects_) {
            std::free(object.pointer);
        }
        objects_.clear();
    }

    mutable std::mutex mutex_;
    std::vector<Object> objects_;
    std::uint64_t successes_left_ = std::numeric_limits<std::uint64_t>::max();
};

}  // namespace phx::memory
