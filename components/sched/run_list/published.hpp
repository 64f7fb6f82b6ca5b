// A figure with one writer at a time and any number of readers.
#pragma once

#include <atomic>

namespace phx::sched {

// The writers hold a lock; readers need none and see some recent value. Costs what a plain variable does.
template <class T>
class Published {
public:
    constexpr Published() = default;
    constexpr explicit Published(T value) : value_{value} {}

    [[nodiscard]] T get() const { return value_.load(std::memory_order_relaxed); }
    void set(T value) { value_.store(value, std::memory_order_relaxed); }
    void add(T amount) { set(get() + amount); }
    void subtract(T amount) { set(get() - amount); }

private:
    std::atomic<T> value_{};
    static_assert(std::atomic<T>::is_always_lock_free);
};

}  // namespace phx::sched
