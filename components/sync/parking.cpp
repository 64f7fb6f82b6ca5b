#include <sync/parking.hpp>
#include <sync/per_cpu.hpp>

#include <arch/cpu.hpp>
#include <arch/interrupts.hpp>
#include <base/format.hpp>
#include <base/panic.hpp>
#include <ports/sync.hpp>
#include <sync/per_cpu.hpp>

namespace phx::sync {

task::Thread* parkable() {
    return ports::sync::threads() != nullptr ? &task::current() : nullptr;
}

// Without threads: with interrupts masked from the look at what is waited for to here, none is missed, as WFI returns for a masked one too
// (Arm ARM DDI 0487, D1.6.2).
[[clang::no_thread_safety_analysis]] void park(SpinGuard& guard, const char* what) {
    auto* threads = ports::sync::threads();
    if (threads == nullptr) {
        arch::wait_for_interrupt();
        guard.unlock();
        guard.relock();
        return;
    }
    if (guard.is_nested()) [[unlikely]] {
        sleeping_in_atomic_context();
    }
    threads->prepare_to_wait(what);
    guard.unlock_masked();
    threads->block_masked();
    guard.relock_masked();
}

// Whoever sets a bit looks at `interrupted_by` after that, and wakes (interrupt); here it is the other way round, so that one of the two sees the
// other. Between `waiting` and the look at the bits is the fence of prepare_to_wait: a wake-up that came before it had set the bits before.
[[clang::no_thread_safety_analysis]] bool park_unless(SpinGuard& guard, const char* what, std::uint32_t bits) {
    auto* threads = ports::sync::threads();
    if (threads == nullptr) {
        park(guard, what);
        return true;
    }
    if (guard.is_nested()) [[unlikely]] {
        sleeping_in_atomic_context();
    }
    task::Thread& self = task::current();
    self.interrupted_by.store(bits, std::memory_order_relaxed);
    threads->prepare_to_wait(what);
    const bool called = (self.user_work.load(std::memory_order_relaxed) & bits) != 0;
    if (called) {
        threads->cancel_wait();
    } else {
        guard.unlock_masked();
        threads->block_masked();
        guard.relock_masked();
    }
    self.interrupted_by.store(0, std::memory_order_relaxed);
    return !called;
}

namespace {

class Timeout final : public time::Timer {
public:
    explicit Timeout(task::Thread* thread) : Timer{"wait"}, thread_{thread} {}
    void on_expired(Nanoseconds) override { unpark(thread_); }

private:
    task::Thread* thread_;
};

}  // namespace

// The timer is known to be at rest before it dies; its expiry takes no lock of ours.
[[clang::no_thread_safety_analysis]] WaitEnd park_until_unless(SpinGuard& guard, const char* what, Nanoseconds deadline, std::uint32_t bits) {
    auto* clock = ports::sync::clock();
    auto* timers = ports::sync::timers();
    ASSERT(clock != nullptr && timers != nullptr);
    if (clock->now() >= deadline) {
        return WaitEnd::timed_out;
    }
    Timeout timeout{parkable()};
    timers->arm(timeout, deadline);
    const bool parked = park_unless(guard, what, bits);
    guard.unlock();
    timers->cancel_sync(timeout);
    guard.relock();
    return parked ? WaitEnd::woken : WaitEnd::interrupted;
}

bool park_until(SpinGuard& guard, const char* what, Nanoseconds deadline) {
    return park_until_unless(guard, what, deadline, 0) != WaitEnd::timed_out;
}

void unpark(task::Thread* thread) {
    if (auto* threads = ports::sync::threads(); threads != nullptr && thread != nullptr) {
        threads->wake_masked(*thread);
    }
}

// A thread that runs is made to look by a request to switch, which an interrupt brings to another CPU; also one whose wait has just ended, so that
// there is nobody to wake.
void interrupt(task::Thread& thread, std::uint32_t bits) {
    auto* threads = ports::sync::threads();
    thread.user_work.fetch_or(bits, std::memory_order_seq_cst);
    if (threads == nullptr) {
        return;
    }
    if ((thread.interrupted_by.load(std::memory_order_seq_cst) & bits) == 0 || !threads->wake(thread)) {
        threads->notify(thread);
    }
}

void run_unparked() {
    if (auto* threads = ports::sync::threads()) {
        threads->preempt_if_needed();
    }
}

void sleeping_in_atomic_context() {
    std::array<char, 200> text;
    if (auto* report = ports::sync::report()) {
        std::array<HeldLock, 16> held;
        const auto found = report->held(this_cpu(), held);
        if (!found.empty()) {
            const HeldLock& last = found.back();
            panic(format_to(text, "sleeping in atomic context: CPU {} holds spinlock {} ({} in all), taken at {}", this_cpu(), last.lock_class->name,
                            found.size(), report->place(last.taken_at)));
        }
    }
    panic(arch::interrupts_masked() ? "sleeping in atomic context: interrupts are masked" : "sleeping in atomic context: preemption is off");
}

}  // namespace phx::sync
