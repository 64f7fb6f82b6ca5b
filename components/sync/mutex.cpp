#include <sync/mutex.hpp>

#include <arch/cpu.hpp>
#include <base/format.hpp>
#include <base/panic.hpp>
#include <debug/trace/trace.hpp>
#include <locks/sync.hpp>
#include <ports/sync.hpp>
#include <sync/parking.hpp>
#include <sync/spinlock.hpp>

namespace phx {

struct Mutex::Waiter : ListNode {
    task::Thread* thread = nullptr;
    bool given = false;
};

namespace {

// Of all mutexes that somebody waits for: chains of owners cross from one to another, and waiting is slow anyway.
constinit SpinLock contended_lock{locks::sync::contended_mutexes};

constexpr trace::Event k_wait{"mutex_wait", {"$mutex", "$mutex", "$mutex"}};
constexpr trace::Event k_got{"mutex_got", {"$mutex", "$mutex", "$mutex"}};

class TracedWait {
public:
    explicit TracedWait(std::string_view name) : name_{name} { point(k_wait); }
    ~TracedWait() { point(k_got); }
    TracedWait(const TracedWait&) = delete;
    TracedWait& operator=(const TracedWait&) = delete;

private:
    [[gnu::always_inline]] void point(const trace::Event& event) const {
        if (trace::is_on()) [[unlikely]] {
            trace::point(event, trace::text(name_, 0), trace::text(name_, 1), trace::text(name_, 2));
        }
    }

    std::string_view name_;
};

[[nodiscard]] sched::Attributes attributes_of(const task::Thread& thread) {
    return thread.effective_attributes.load(std::memory_order_relaxed);
}

}  // namespace

[[clang::no_thread_safety_analysis]] void Mutex::lock_contended() {
    auto* threads = ports::sync::threads();
    ASSERT(owner() != &task::current());
    if (arch::interrupts_masked() || arch::current()->preempt_count != 0) {
        sync::sleeping_in_atomic_context();
    }
    if (threads == nullptr) {
        wait_as_cpu();
        return;
    }
    if (spin()) {
        return;
    }
    const TracedWait traced{name()};
    task::Thread& me = task::current();
    Waiter waiter;
    waiter.thread = &me;
    {
        const SpinGuard guard{contended_lock};
        if (take_free(me)) {
            return;
        }
        if (waiters_.empty()) {
            owner()->contended.push_back(*this);
        }
        waiters_.push_back(waiter);
        me.blocked_on = this;
        lend(owner());
        threads->prepare_to_wait(name());
    }
    for (unsigned wakes = 1;; ++wakes) {
        threads->block();
        const SpinGuard guard{contended_lock};
        if (waiter.given) {
            return;
        }
        if (owner() == nullptr) {
            IntrusiveList<Waiter>::remove(waiter);
            me.blocked_on = nullptr;
            own(me);
            return;
        }
        impatient_ = impatient_ || wakes >= k_patience;
        threads->prepare_to_wait(name());
    }
}

// Without threads the owner is another CPU, which lets go of it without being told that somebody waits.
void Mutex::wait_as_cpu() {
    for (std::uintptr_t expected = 0; !word_.compare_exchange_weak(expected, self(), std::memory_order_acquire, std::memory_order_relaxed);
         expected = 0) {
        arch::relax();
    }
}

// The lock of contended mutexes is held. Takes the mutex if it is free, be it that others wait for it and have not come to it yet; else it
// is marked, so that its owner takes the long way out.
bool Mutex::take_free(task::Thread& thread) {
    std::uintptr_t word = word_.load(std::memory_order_relaxed);
    for (;;) {
        if (word == k_contended) {  // nobody else changes it then, but with the lock
            own(thread);
            return true;
        }
        const std::uintptr_t wanted = word == 0 ? self() : word | k_contended;
        if (word_.compare_exchange_weak(word, wanted, std::memory_order_acquire, std::memory_order_relaxed)) {
            return word == 0;
        }
    }
}

// The mutex is nobody's; those that still wait for it now wait for `thread`.
void Mutex::own(task::Thread& thread) {
    const bool more = !waiters_.empty();
    word_.store(reinterpret_cast<std::uintptr_t>(static_cast<arch::ThreadHead*>(&thread)) | (more ? k_contended : 0), std::memory_order_release);
    if (more) {
        thread.contended.push_back(*this);
        lend(&thread);
    }
}

// While the owner runs, on another CPU, it will let go soon; if it sleeps or waits for a CPU, that may take long.
bool Mutex::spin() {
    auto* threads = ports::sync::threads();
    while (threads->is_running(owner())) {
        std::uintptr_t expected = 0;
        if (word_.compare_exchange_weak(expected, self(), std::memory_order_acquire, std::memory_order_relaxed)) {
            return true;
        }
        if ((expected & k_contended) != 0 || arch::current()->need_resched != 0) {
            return false;  // others wait already, or there is something better to do
        }
        arch::relax();
    }
    return false;
}

Mutex::Waiter* Mutex::most_urgent() {
    Waiter* best = nullptr;
    for (Waiter& waiter : waiters_) {
        if (best == nullptr || urgency(attributes_of(*waiter.thread)) > urgency(attributes_of(*best->thread))) {
            best = &waiter;
        }
    }
    return best;
}

// Along the chain of owners: each is at least as urgent as those that wait for what it owns.
void Mutex::lend(task::Thread* owner) {
    for (; owner != nullptr; owner = owner->blocked_on != nullptr ? owner->blocked_on->owner() : nullptr) {
        sched::Attributes loan = sched::least_urgent;
        for (Mutex& mutex : owner->contended) {
            if (const auto offered = attributes_of(*mutex.most_urgent()->thread); urgency(offered) > urgency(loan)) {
                loan = offered;
            }
        }
        if (!ports::sync::threads()->lend(*owner, loan)) {
            return;  // as urgent as that already, and so are those that it waits for
        }
    }
}

// The most urgent waiter is woken, and may find that somebody who ran already was faster: handing over each time would make everybody wait for
// the waiter to be scheduled. Once one has lost out often enough, the mutex is handed over.
[[clang::no_thread_safety_analysis]] void Mutex::unlock_contended() {
    auto* threads = ports::sync::threads();
    task::Thread& me = task::current();
    if (owner() != &me) {
        std::array<char, 120> text;
        panic(format_to(text, "mutex {} unlocked by thread {}, which does not own it", name(), me.name()));
    }
    {
        const SpinGuard guard{contended_lock};
        Waiter& next = *most_urgent();
        IntrusiveList<Mutex>::remove(*this);
        if (impatient_) {
            impatient_ = false;
            IntrusiveList<Waiter>::remove(next);
            next.thread->blocked_on = nullptr;
            next.given = true;
            own(*next.thread);
        } else {
            word_.store(k_contended, std::memory_order_release);
        }
        lend(&me);
        threads->wake_masked(*next.thread);
    }
    threads->preempt_if_needed();
}

void Mutex::for_each_waiter(const task::Thread& owner, WaitVisitor f, void* context) {
    const SpinGuard guard{contended_lock};
    for (Mutex& mutex : const_cast<task::Thread&>(owner).contended) {
        for (const Waiter& waiter : mutex.waiters_) {
            f(context, mutex, *waiter.thread);
        }
    }
}

}  // namespace phx
