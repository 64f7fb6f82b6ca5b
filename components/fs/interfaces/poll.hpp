// Waiting for several files at once: poll(2), select(2), and what epoll will be made of.
#pragma once

#include <atomic>
#include <cstdint>

#include <base/intrusive_list.hpp>
#include <fs/interfaces/abi.hpp>
#include <sync/learnt_lock_class.hpp>
#include <sync/spinlock.hpp>

namespace phx::fs {

// POLL* of uapi asm-generic/poll.h.
using PollEvents = std::uint32_t;

class PollSource;

// One that is told. Its owner attaches it to as many sources as it watches, and detaches it before either ends.
class PollWatch : public ListNode {
public:
    // Under the source's lock: any context, no sleeping, no other source.
    virtual void on_events(PollEvents events) = 0;

protected:
    constexpr PollWatch() = default;
    ~PollWatch() = default;
};

// What a file has that can become ready. Lives as long as somebody has the file open.
class PollSource {
public:
    constexpr PollSource() = default;
    PollSource(const PollSource&) = delete;
    PollSource& operator=(const PollSource&) = delete;

    // Any context, after the state that the file's poll() looks at has changed: these events may be there now. Costs three instructions while
    // nobody watches.
    void notify(PollEvents events) {
        std::atomic_thread_fence(std::memory_order_seq_cst);
        if (watched_.load(std::memory_order_relaxed)) [[unlikely]] {
            tell(events);
        }
    }
    // Thread context. The file is looked at after that, so that nothing is missed.
    void attach(PollWatch& watch);
    void detach(PollWatch& watch);

private:
    static constexpr sync::LockClass k_class = sync::LearntLockClass::make("poll source");
    void tell(PollEvents events);

    SpinLock lock_{k_class};
    std::atomic<bool> watched_{false};
    IntrusiveList<PollWatch> watches_ __attribute__((guarded_by(lock_)));
};

// What File::poll tells its sources to, where the caller wants to wait; the caller makes the watches.
class PollRegistrar {
public:
    // A file may have several sources. ENOMEM is remembered and ends the wait with that error.
    virtual void watch(PollSource& source) = 0;

protected:
    ~PollRegistrar() = default;
};

}  // namespace phx::fs
