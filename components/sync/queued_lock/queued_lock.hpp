// A spinlock whose waiters queue, each on a cache line of its own CPU.
#pragma once

#include <atomic>
#include <cstdint>

#include <sync/interfaces/lock_class.hpp>

namespace phx::sync {

class QueuedLock {
public:
    static constexpr bool excludes_cpus = true;

    constexpr QueuedLock() = default;  // the graph's instance, which nobody takes
    constexpr explicit QueuedLock(const LockClass&) {}

    void lock() {
        if (!try_lock()) [[unlikely]] {
            wait();
        }
    }
    void unlock() { locked_.store(0, std::memory_order_release); }
    // Not past those who queue.
    bool try_lock() { return last_.load(std::memory_order_relaxed) == 0 && try_take(); }
    [[nodiscard]] bool is_locked() const { return locked_.load(std::memory_order_relaxed) != 0; }

private:
    bool try_take() {
        std::uint32_t expected = 0;
        return locked_.compare_exchange_strong(expected, 1, std::memory_order_acquire, std::memory_order_relaxed);
    }
    [[gnu::noinline]] void wait();
    void take_as_first();

    std::atomic<std::uint32_t> locked_{0};
    std::atomic<std::uint32_t> last_{0};  // the last of the queue, as the number of its node; 0: nobody waits
};

}  // namespace phx::sync
