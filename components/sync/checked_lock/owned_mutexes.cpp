// The mutexes that threads own. They are few at a time, so one list is searched for those of a thread.
#include <algorithm>
#include <array>

#include <base/interrupt_guard.hpp>
#include <params/checked_lock.hpp>
#include <sync/checked_lock/checked_lock.hpp>
#include <sync/checked_lock/lock_order.hpp>
#include <sync/per_cpu.hpp>

namespace phx::sync {
namespace {

constexpr std::size_t k_room = params::checked_lock::mutexes;
constexpr std::size_t k_depth = 16;

struct Owned {
    const arch::ThreadHead* thread = nullptr;
    HeldLock mutex;
};

class Owners {
public:
    // With interrupts masked. Those of a thread, in the order of taking.
    std::span<HeldLock> of(const arch::ThreadHead& thread, std::span<HeldLock> out) {
        lock_.lock();
        std::size_t found = 0;
        for (const Owned& each : std::span{owned_}.first(count_)) {
            if (each.thread == &thread && found < out.size()) {
                out[found++] = each.mutex;
            }
        }
        lock_.unlock();
        return out.first(found);
    }
    void add(const Owned& owned) {
        lock_.lock();
        if (count_ < owned_.size()) {
            owned_[count_++] = owned;
        }
        lock_.unlock();
    }
    void remove(const arch::ThreadHead& thread, const void* mutex) {
        lock_.lock();
        const auto all = std::span{owned_}.first(count_);
        const auto at = std::ranges::find_if(all, [&](const Owned& each) { return each.thread == &thread && each.mutex.lock == mutex; });
        if (at != all.end()) {
            std::copy(at + 1, all.end(), at);
            --count_;
        }
        lock_.unlock();
    }

private:
    Tickets lock_;
    std::array<Owned, k_room> owned_{};
    std::size_t count_ = 0;
};

constinit Owners owners;

}  // namespace

void CheckedLock::before_mutex(const void* mutex, const LockClass& lock_class) {
    if (!lock_order::is_checking()) {
        return;
    }
    const auto site = reinterpret_cast<std::uintptr_t>(__builtin_return_address(0));
    std::array<HeldLock, k_depth> buffer;
    const InterruptGuard guard;
    const auto held = owners.of(*arch::current(), buffer);
    if (!held.empty()) {
        lock_order::check({this_cpu(), arch::current()}, held, {mutex, &lock_class, site, Nanoseconds{}, true});
    }
}

void CheckedLock::after_mutex(const void* mutex, const LockClass& lock_class) {
    if (lock_order::is_checking()) {
        const auto site = reinterpret_cast<std::uintptr_t>(__builtin_return_address(0));
        const InterruptGuard guard;
        owners.add({arch::current(), {mutex, &lock_class, site, Nanoseconds{}, false}});
    }
}

void CheckedLock::before_release(const void* mutex) {
    if (lock_order::is_checking()) {
        const InterruptGuard guard;
        owners.remove(*arch::current(), mutex);
    }
}

}  // namespace phx::sync
