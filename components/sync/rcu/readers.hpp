// The threads that were found in a read-side section when they stopped running, or when their CPU was asked, and that have not been found
// outside of one since.
#pragma once

#include <cstdint>

#include <base/interrupt_guard.hpp>
#include <base/intrusive_list.hpp>
#include <sync/rcu_read.hpp>
#include <sync/rcu_reader.hpp>
#include <sync/spinlock.hpp>
#include <task/interfaces/thread.hpp>

namespace phx::sync {

class Readers {
public:
    constexpr explicit Readers(const LockClass& lock_class) : lock_{lock_class} {}

    // On the thread's CPU with interrupts masked, where it runs or is just being switched away from: nobody else can know whether it reads at
    // this moment. Lists it, or takes it off; if it reads again, lists it anew.
    void look_at(task::Thread& thread);
    // The same of whoever runs here, for another CPU that asks. `readers` is one of these.
    static void look_here(void* readers) { static_cast<Readers*>(readers)->look_at(task::current()); }
    // The number of a new grace period: those listed up to now are before it.
    std::uint64_t begin_period();
    [[nodiscard]] bool any_before(std::uint64_t period);
    // Any at all.
    [[nodiscard]] bool any() { return any_before(UINT64_MAX); }
    // Calls f(const Thread&) for each from before, with interrupts masked and a lock held: the threads cannot end meanwhile.
    template <class F>
    void for_each_before(std::uint64_t period, F&& f) {
        const SpinGuard guard{lock_};
        for (const RcuReader& reader : readers_) {
            if (reader.since >= period) {
                return;
            }
            f(*reader.thread);
        }
    }

private:
    SpinLock lock_;
    std::uint64_t period_ __attribute__((guarded_by(lock_))) = 0;
    IntrusiveList<RcuReader> readers_ __attribute__((guarded_by(lock_)));  // in the order in which they were listed
};

inline void Readers::look_at(task::Thread& thread) {
    RcuReader& reader = thread.rcu;
    const std::uint32_t section = thread.rcu_sections;
    const bool reads = is_reading_rcu(thread);
    if (reads == reader.listed && (!reads || section == reader.section)) {
        return;
    }
    const SpinGuard guard{lock_};
    if (reader.listed) {
        IntrusiveList<RcuReader>::remove(reader);
    }
    reader.listed = reads;
    if (reads) {
        reader.thread = &thread;
        reader.since = period_;
        reader.section = section;
        readers_.push_back(reader);
    }
}

inline std::uint64_t Readers::begin_period() {
    const SpinGuard guard{lock_};
    return ++period_;
}

inline bool Readers::any_before(std::uint64_t period) {
    const SpinGuard guard{lock_};
    const RcuReader* const oldest = readers_.front();
    return oldest != nullptr && oldest->since < period;
}

}  // namespace phx::sync
