// A generator that does not let its past be computed from its present: each request replaces the key (Bernstein, "fast-key-erasure random-number
// generators").
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>

#include <base/result.hpp>
#include <base/user.hpp>
#include <security/random/chacha20.hpp>
#include <sync/learnt_lock_class.hpp>
#include <sync/spinlock.hpp>
#include <sync/wait_queue.hpp>

namespace phx::security {

class RandomBytes {
public:
    constexpr RandomBytes() = default;

    Result<void> init();

    // Random
    void fill(std::span<std::byte> to);
    [[nodiscard]] bool is_ready() const { return known_bits_.load(std::memory_order_acquire) >= k_enough_bits; }
    Result<void> wait_ready();
    void add(std::span<const std::byte> data, unsigned bits);

    Result<std::size_t> sys_getrandom(UserPtr<void> to, std::size_t size, std::uint32_t flags);

private:
    static constexpr sync::LockClass k_class = sync::LearntLockClass::make("random");
    static constexpr std::uint32_t k_enough_bits = 256;

    // A key for one request, of which the generator keeps no trace.
    ChaChaKey take_key();
    void stir() __attribute__((requires_capability(lock_)));

    SpinLock lock_{k_class};
    ChaChaKey key_ __attribute__((guarded_by(lock_))){};
    std::uint32_t requests_ __attribute__((guarded_by(lock_))) = 0;
    std::atomic<std::uint32_t> known_bits_{0};
    WaitQueue waiters_{"random bytes"};
};

}  // namespace phx::security
