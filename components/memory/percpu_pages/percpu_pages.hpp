// A stack of page frames for each CPU, so that single frames, by far the most wanted, cost neither a shared lock nor a search.
//
// One bit for each frame of RAM says whether it is out, that is, given to somebody by this allocator as a single frame. A free takes the
// bit away and a second one finds it gone, so nothing that is wrong with a free of one frame waits for the backing to find it.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

#include <base/result.hpp>
#include <base/types.hpp>
#include <locks/percpu_pages.hpp>
#include <memory/interfaces/page_allocator.hpp>
#include <params/percpu_pages.hpp>
#include <sync/per_cpu.hpp>
#include <sync/spinlock.hpp>

namespace phx::memory {

class PerCpuPages {
public:
    static constexpr unsigned max_order = static_cast<unsigned>(params::percpu_pages::max_order);
    static constexpr bool can_free = true;

    constexpr PerCpuPages() = default;

    // Takes a bit for each frame from the backing, for good. ENOMEM: there is no room. EINVAL: the backing has smaller blocks than
    // `max_order`, or takes nothing back.
    Result<void> init();

    // Any context; see the PageAllocator interface. Before it fails, allocate takes back what other CPUs keep.
    Result<Frame> allocate(unsigned order) {
        if (order == 0) [[likely]] {
            Stack& stack = stacks_.local();
            const SpinGuard guard{stack.lock};
            if (stack.count != 0) [[likely]] {
                const Frame frame = stack.frames[--stack.count];
                mark_out(frame);
                return frame;
            }
        }
        return allocate_slowly(order);
    }
    void free(Frame frame, unsigned order) {
        if (order == 0) [[likely]] {
            Stack& stack = stacks_.local();
            const SpinGuard guard{stack.lock};
            if (stack.count != k_high && take_in(frame)) [[likely]] {
                stack.frames[stack.count++] = frame;
                return;
            }
        }
        free_slowly(frame, order);
    }
    [[nodiscard]] PageStats stats() const;

    // For allocations that may sleep, when allocate gave ENOMEM: asks the reclaimers for frames, and says how many they gave. 0 while they
    // are being asked already, so that a reclaimer that allocates does not come back to itself. Thread context; may wait.
    std::size_t make_room(std::size_t frames_wanted);

private:
    static constexpr std::size_t k_high = static_cast<std::size_t>(params::percpu_pages::high);
    static constexpr std::size_t k_batch = static_cast<std::size_t>(params::percpu_pages::batch);
    static_assert(k_batch <= k_high, "percpu_pages: parameter `batch` exceeds `high`");

    // Any CPU may take any stack's lock; hardly one but its own does.
    struct Stack {
        mutable SpinLock lock{locks::percpu_pages::stack};
        std::uint64_t count __attribute__((guarded_by(lock))) = 0;
        Frame frames[k_high] __attribute__((guarded_by(lock))) = {};
    };

    void mark_out(Frame frame);
    // False: the frame is not out.
    bool take_in(Frame frame);
    [[gnu::noinline]] Result<Frame> allocate_slowly(unsigned order);
    [[gnu::noinline]] void free_slowly(Frame frame, unsigned order);
    static void refill(Stack& stack) __attribute__((requires_capability(stack.lock)));
    static void drain(Stack& stack, std::size_t count) __attribute__((requires_capability(stack.lock)));
    bool drain_all();

    PerCpu<Stack> stacks_;
    std::atomic<std::uint64_t>* out_ = nullptr;
    Frame first_;               // of RAM
    std::uint64_t frames_ = 0;  // from there to RAM's end
    std::uint64_t own_ = 0;     // frames that hold the bits
    std::atomic<bool> making_room_{false};
};

inline void PerCpuPages::mark_out(Frame frame) {
    const std::uint64_t index = frame.number() - first_.number();
    std::atomic<std::uint64_t>& word = out_[index / 64];
    const std::uint64_t bit = std::uint64_t{1} << index % 64;
    if constexpr (PerCpu<Stack>::count == 1) {
        word.store(word.load(std::memory_order_relaxed) | bit, std::memory_order_relaxed);
    } else {
        word.fetch_or(bit, std::memory_order_relaxed);
    }
}

inline bool PerCpuPages::take_in(Frame frame) {
    const std::uint64_t index = frame.number() - first_.number();
    if (index >= frames_) [[unlikely]] {
        return false;
    }
    std::atomic<std::uint64_t>& word = out_[index / 64];
    const std::uint64_t bit = std::uint64_t{1} << index % 64;
    if constexpr (PerCpu<Stack>::count == 1) {
        const std::uint64_t before = word.load(std::memory_order_relaxed);
        word.store(before & ~bit, std::memory_order_relaxed);
        return (before & bit) != 0;
    } else {
        return (word.fetch_and(~bit, std::memory_order_relaxed) & bit) != 0;
    }
}

}  // namespace phx::memory
