// Switching, waiting and waking. The analysis of locks is off where one thread takes a lock that another releases.
#include <task/threads/threads.hpp>

#include <arch/cpu.hpp>
#include <arch/interrupts.hpp>
#include <base/panic.hpp>
#include <debug/trace/trace.hpp>
#include <ports/threads.hpp>
#include <sync/parking.hpp>
#include <sync/rcu_read.hpp>

namespace phx::task {
namespace {

using Scheduler = std::remove_reference_t<decltype(ports::threads::scheduler())>;

constexpr unsigned k_cpus = types::CpuModel::max_cpus;

constexpr trace::Event k_switch{"thread_switch", {"to", "$name", "$name", "waits"}};
constexpr trace::Event k_wake{"thread_wake", {"thread", "cpu"}};

[[gnu::cold, gnu::noinline]] void trace_switch(const Thread& from, const Thread& to) {
    trace::point(k_switch, to.id, trace::text(to.name(), 0), trace::text(to.name(), 1),
                 from.thread_state.load(std::memory_order_relaxed) != ThreadState::runnable);
}

// Whether enqueue and preempts look at the time, so that it must be asked for.
template <class S>
concept IgnoresWakeTime = requires { requires S::ignores_wake_time; };
constexpr bool k_timed_wakes = !IgnoresWakeTime<Scheduler>;

[[nodiscard]] Scheduler& scheduler() { return ports::threads::scheduler(); }

// One CPU sees its own accesses in order.
void fence() {
    if constexpr (k_cpus > 1) {
        std::atomic_thread_fence(std::memory_order_seq_cst);
    } else {
        std::atomic_signal_fence(std::memory_order_seq_cst);
    }
}

}  // namespace

Nanoseconds KernelThreads::now() {
    auto* clock = ports::threads::clock();
    return clock != nullptr ? clock->now() : Nanoseconds{};
}

// The running thread stops running here; a change that waited for this is made on the way.
void KernelThreads::put(Thread& self, sched::Put why, Nanoseconds time) {
    if (self.changing) [[unlikely]] {
        scheduler().put(self.cpu_number(), self, sched::Put::blocked, time);
        change(self, time);
        if (why != sched::Put::blocked) {  // else it finds its CPU when it is woken
            self.moving = (self.affinity >> self.cpu_number() & 1) == 0;
            self.unsettled = self.moving;
            if (!self.moving) {
                scheduler().enqueue(self.cpu_number(), self, sched::Enqueue::changed, time);
            }
        }
        return;
    }
    scheduler().put(self.cpu_number(), self, why, time);
}

// Interrupts masked, the CPU's lock held, `self` no longer runs for the scheduler. Returns when it runs again, perhaps on another CPU; the
// lock is then released.
[[clang::no_thread_safety_analysis, gnu::always_inline]] inline void KernelThreads::switch_away(Cpu& cpu, Thread& self, Nanoseconds time) {
    const unsigned number = self.cpu_number();
    sched::Schedulable* picked = scheduler().pick(number, time);
    if constexpr (k_cpus > 1) {
        if (picked == nullptr && pull(number, 1, time) != nullptr) {
            picked = scheduler().pick(number, time);
        }
    }
    Thread& next = picked != nullptr ? static_cast<Thread&>(*picked) : cpu.idle;
    self.need_resched = 0;
    self.run_time = self.run_time + (time - self.started_at);
    next.started_at = time;
    set_tick(cpu, next, time);
    if (&next == &self) {
        cpu.lock.unlock();
        return;
    }
    if (auto* readers = ports::threads::readers(); readers != nullptr && (is_reading_rcu(self) || self.rcu.listed)) [[unlikely]] {
        readers->stops_running(self);
    }
    if (trace::is_on()) [[unlikely]] {
        trace_switch(self, next);
    }
    ++next.switches;
    cpu.running = &next;
    cpu.left = &self;
    if (auto* user = ports::threads::user()) {
        if (self.user != nullptr) {
            user->leave(self);
        }
        if (next.user != nullptr) {
            user->enter(next);
        }
    }
    arch::set_current(&next);
    arch::switch_context(self.context, next.context);
    finish_switch();
}

// First thing in a thread that was switched to: what the one before could not do while it still ran.
[[clang::no_thread_safety_analysis]] void KernelThreads::finish_switch() {
    Cpu& cpu = own_cpu();
    Thread& left = *cpu.left;
    const bool unsettled = left.unsettled;
    cpu.lock.unlock();
    if (unsettled) [[unlikely]] {
        settle(left);
    }
}

// Nothing is armed for an idle CPU, and a later event waits for the earlier one to fire.
void KernelThreads::set_tick(Cpu& cpu, Thread& next, Nanoseconds time) {
    auto* timers = ports::threads::timers();
    if (!Scheduler::preemptive || timers == nullptr) {
        return;
    }
    if (&next == &cpu.idle) {
        if (cpu.event != sched::never) {
            timers->cancel(cpu.tick);
            cpu.event = sched::never;
        }
        return;
    }
    const Nanoseconds event = scheduler().next_event(next.cpu_number(), next, time);
    if (event < cpu.event) {
        cpu.event = event;
        timers->arm(cpu.tick, event);
    }
}

void KernelThreads::Tick::on_expired(Nanoseconds time) { ports::threads::self().on_tick(time); }

[[clang::no_thread_safety_analysis]] void KernelThreads::on_tick(Nanoseconds time) {
    Cpu& cpu = own_cpu();
    cpu.lock.lock();
    cpu.event = sched::never;
    Thread& self = *cpu.running;
    if (!self.idle) {
        const unsigned number = self.cpu_number();
        sched::Schedulable* const pulled = k_cpus > 1 ? pull(number, scheduler().count(number) + 2, time) : nullptr;
        if (scheduler().tick(number, self, time) || (pulled != nullptr && scheduler().preempts(number, *pulled, self, time))) {
            self.need_resched = 1;
        } else {
            set_tick(cpu, self, time);
        }
    }
    cpu.lock.unlock();
}

[[clang::no_thread_safety_analysis]] void KernelThreads::preempt() {
    const InterruptGuard guard;
    Cpu& cpu = own_cpu();
    Thread& self = *cpu.running;
    const Nanoseconds time = now();
    cpu.lock.lock();
    if (!self.idle) {
        put(self, sched::Put::preempted, time);
    }
    switch_away_rarely(cpu, self, time);
}

void KernelThreads::switch_away_rarely(Cpu& cpu, Thread& self, Nanoseconds time) { switch_away(cpu, self, time); }

[[clang::no_thread_safety_analysis]] void KernelThreads::yield() {
    const InterruptGuard guard;
    Cpu& cpu = own_cpu();
    Thread& self = *cpu.running;
    const Nanoseconds time = now();
    cpu.lock.lock();
    put(self, sched::Put::yielded, time);
    switch_away(cpu, self, time);
}

void KernelThreads::check_preemption() {
    if (k_voluntary && current().need_resched != 0 && current().preempt_count == 0) {
        preempt();
    }
}

// The fence, and that in wake_masked(): either the waker sees `waiting`, or the waiter sees what the waker wrote before.
void KernelThreads::prepare_to_wait(const char* what) {
    Thread& self = current();
    self.waits_for = what;
    self.thread_state.store(ThreadState::waiting, std::memory_order_relaxed);
    fence();
}

void KernelThreads::cancel_wait() {
    Thread& self = current();
    self.thread_state.store(ThreadState::runnable, std::memory_order_relaxed);
    self.waits_for = nullptr;
}

void KernelThreads::block() {
    if (arch::interrupts_masked()) [[unlikely]] {
        sync::sleeping_in_atomic_context();
    }
    const InterruptGuard guard;
    block_masked();
}

[[clang::no_thread_safety_analysis]] void KernelThreads::block_masked() {
    if (current().preempt_count != 0) [[unlikely]] {
        sync::sleeping_in_atomic_context();
    }
    Cpu& cpu = own_cpu();
    Thread& self = *cpu.running;
    const Nanoseconds time = now();
    cpu.lock.lock();
    if (self.thread_state.load(std::memory_order_relaxed) == ThreadState::waiting) {
        self.on_queue = false;
        put(self, sched::Put::blocked, time);
        switch_away(cpu, self, time);
    } else {
        cpu.lock.unlock();
    }
    self.waits_for = nullptr;
}

// The lock of the CPU where the thread is placed, which changes only under that lock.
[[clang::no_thread_safety_analysis]] void KernelThreads::lock_queue_of(const Thread& thread, Cpu*& cpu) {
    for (;;) {
        const unsigned number = thread.cpu_number();
        cpu = &cpus_.of(number);
        cpu->lock.lock();
        if (thread.cpu_number() == number) {
            return;
        }
        cpu->lock.unlock();
    }
}

bool KernelThreads::wake(Thread& thread) {
    bool waited = false;
    {
        const InterruptGuard guard;
        waited = wake_masked(thread);
    }
    preempt_if_needed();
    return waited;
}

[[clang::no_thread_safety_analysis]] bool KernelThreads::wake_masked(Thread& thread) {
    fence();
    Cpu* cpu = nullptr;
    lock_queue_of(thread, cpu);
    if (thread.thread_state.load(std::memory_order_relaxed) != ThreadState::waiting) {
        cpu->lock.unlock();
        return false;
    }
    thread.thread_state.store(ThreadState::runnable, std::memory_order_relaxed);
    if (thread.on_queue) {  // it has not gone to sleep yet, be it running or preempted, and will not
        cpu->lock.unlock();
        return true;
    }
    if constexpr (k_cpus > 1) {
        cpu = &bring(*cpu, thread);
    }
    trace::point(k_wake, thread.id, thread.cpu_number());
    enqueue_locked(*cpu, thread, sched::Enqueue::woken, k_timed_wakes ? now() : Nanoseconds{});
    cpu->lock.unlock();
    return true;
}

// Puts a thread that is in no queue and does not run into that of its CPU, and asks for a switch there if that is due. A tick that is armed
// already looks at the newcomer when it comes.
void KernelThreads::enqueue_locked(Cpu& cpu, Thread& thread, sched::Enqueue why, Nanoseconds time) {
    const unsigned number = thread.cpu_number();
    thread.on_queue = true;
    scheduler().enqueue(number, thread, why, time);
    if (cpu.running->idle || scheduler().preempts(number, thread, *cpu.running, time)) {
        request_switch(cpu, number);
    } else if (cpu.event == sched::never) {
        if (k_cpus == 1 || number == arch::current()->cpu) {
            set_tick(cpu, *cpu.running, k_timed_wakes ? time : now());
        } else {
            request_switch(cpu, number);  // it arms its own tick on the way
        }
    }
}

void KernelThreads::request_switch(Cpu& cpu, unsigned number) {
    cpu.running->need_resched = 1;
    if (auto* cpus = ports::threads::cpus(); cpus != nullptr && number != arch::current()->cpu) {
        cpus->reschedule(number);
    }
}

// By the interrupt that asks for a switch. With the lock under which a CPU changes who it runs: a thread that gets the CPU after this has seen, as it
// took the lock later, what the caller wrote before.
[[clang::no_thread_safety_analysis]] void KernelThreads::notify(Thread& thread) {
    auto* cpus = ports::threads::cpus();
    if (cpus == nullptr || &thread == &current()) {
        return;
    }
    const InterruptGuard guard;
    Cpu* cpu = nullptr;
    lock_queue_of(thread, cpu);
    const unsigned number = thread.cpu_number();
    const bool runs = cpu->running == &thread && number != arch::current()->cpu;
    cpu->lock.unlock();
    if (runs) {
        cpus->reschedule(number);
    }
}

// The running thread's record changes only when it stops running.
[[clang::no_thread_safety_analysis]] Nanoseconds KernelThreads::run_time(Thread& thread) {
    const InterruptGuard guard;
    if (&thread == &current()) {
        return thread.run_time + (now() - thread.started_at);
    }
    Cpu* cpu = nullptr;
    lock_queue_of(thread, cpu);
    const Nanoseconds time = cpu->running == &thread ? thread.run_time + (now() - thread.started_at) : thread.run_time;
    cpu->lock.unlock();
    return time;
}

// To the CPU where it had best run. Interrupts masked, the lock of the CPU where it is placed held; that of the CPU which is returned is held
// in turn. It neither runs nor is in a queue.
[[clang::no_thread_safety_analysis]] KernelThreads::Cpu& KernelThreads::bring(Cpu& from, Thread& thread) {
    Cpu* cpu = &from;
    for (unsigned target = choose_cpu(thread); target != thread.cpu_number(); target = choose_cpu(thread)) {
        thread.moving = true;
        thread.place(target);
        cpu->lock.unlock();
        cpu = &cpus_.of(target);
        cpu->lock.lock();
        thread.moving = false;
        if (!thread.changing) [[likely]] {
            break;
        }
        change(thread, now());  // perhaps to a mask without this CPU
    }
    return *cpu;
}

// Where it ran last if that CPU is idle or no other is; the others' state is read without their locks, as a hint.
unsigned KernelThreads::choose_cpu(const Thread& thread) {
    const sched::CpuMask allowed = thread.affinity & online_.load(std::memory_order_relaxed);
    unsigned best = thread.cpu_number();
    std::uint64_t least = UINT64_MAX;
    for (unsigned step = 0; step < k_cpus; ++step) {
        const unsigned number = (thread.cpu_number() + step) % k_cpus;
        if ((allowed >> number & 1) == 0) {
            continue;
        }
        const std::uint64_t load = scheduler().load(number);
        if (load == 0) {
            return number;
        }
        if (load < least) {
            least = load;
            best = number;
        }
    }
    return best;
}

// Takes one thread from the CPU that has most, if those are at least that many more than none. The own lock is held, so the other is only
// tried: two CPUs that pull from each other must not wait for each other.
[[clang::no_thread_safety_analysis]] sched::Schedulable* KernelThreads::pull(unsigned number, std::uint32_t at_least, Nanoseconds time) {
    unsigned from = number;
    std::uint32_t most = at_least - 1;
    for (unsigned other = 0; other < k_cpus; ++other) {
        const std::uint32_t count = other == number || (online_.load(std::memory_order_relaxed) >> other & 1) == 0 ? 0 : scheduler().count(other);
        if (count > most) {
            most = count;
            from = other;
        }
    }
    if (from == number || !cpus_.of(from).lock.try_lock()) {
        return nullptr;
    }
    sched::Schedulable* const found = scheduler().candidate(from, number);
    if (found != nullptr) {
        scheduler().dequeue(from, *found, time);
        static_cast<Thread*>(found)->place(number);
    }
    cpus_.of(from).lock.unlock();
    if (found != nullptr) {
        scheduler().enqueue(number, *found, sched::Enqueue::migrated, time);
    }
    return found;
}

// A CPU with nothing to run. With interrupts masked from the look to the wait, none is missed: WFI returns for a masked one too (Arm ARM
// DDI 0487, D1.6.2).
[[clang::no_thread_safety_analysis]] void KernelThreads::idle() {
    Thread& self = current();
    for (;;) {
        {
            const InterruptGuard guard;
            if (self.need_resched == 0 && !scheduler().runnable(self.cpu_number())) {
                arch::wait_for_interrupt();
            }
        }
        if (self.need_resched != 0 || scheduler().runnable(self.cpu_number())) {
            preempt();
        }
    }
}

CpuLoad KernelThreads::load_of(unsigned number) {
    if (number >= k_cpus || (online_.load(std::memory_order_relaxed) >> number & 1) == 0) {
        return {};
    }
    Cpu& cpu = cpus_.of(number);
    const SpinGuard guard{cpu.lock};
    return {.online = true,
            .runnable = scheduler().count(number),
            .weight = scheduler().load(number),
            .idle_switches = cpu.idle.switches,
            .idle_time = cpu.idle.run_time,
            .running = cpu.running->name()};
}

}  // namespace phx::task
