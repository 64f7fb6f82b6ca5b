// From a thread's making to its end.
#include <task/threads/threads.hpp>

#include <memory>
#include <utility>

#include <arch/interrupts.hpp>
#include <arch/user_frame.hpp>
#include <base/panic.hpp>
#include <params/threads.hpp>
#include <ports/threads.hpp>

namespace phx::task {
namespace {

constexpr bool k_several = types::CpuModel::max_cpus > 1;  // on one CPU nobody moves

[[nodiscard]] bool is_valid(const sched::Attributes& attributes) {
    if (attributes.is_real_time()) {
        return attributes.priority >= 1 && attributes.priority <= 99;
    }
    return attributes.priority == 0 && attributes.nice >= -20 && attributes.nice <= 19;
}

}  // namespace

void KernelThreads::set_up(unsigned number) {
    Cpu& cpu = cpus_.of(number);
    cpu.idle.idle = true;
    cpu.idle.set_name("idle");
    cpu.idle.place(number);
    cpu.running = &cpu.idle;
}

Result<void> KernelThreads::init() {
    set_up(0);
    online_ = 1;
    arch::set_current(&cpus_.of(0).idle);
    return {};
}

// The idle thread of a further CPU has a stack of its own, for good.
Result<smp::SecondaryStack> KernelThreads::secondary_stack(unsigned number) {
    const KernelStack stack = TRY(ports::threads::stacks().allocate());
    set_up(number);
    Thread& idle = cpus_.of(number).idle;
    idle.stack_bottom = stack.bottom;
    idle.stack_top = stack.top;
    return smp::SecondaryStack{stack.top, &idle};
}

void KernelThreads::run_secondary(unsigned number) {
    online_.fetch_or(sched::CpuMask{1} << number, std::memory_order_relaxed);
    arch::unmask_interrupts();
    idle();
}

void KernelThreads::launch(ThreadFunction function, void* argument) {
    const Result<Thread*> main = create({.name = "main", .detached = true}, function, argument);
    if (!main) {
        panic("no memory for the first thread");
    }
    arch::unmask_interrupts();
    idle();
}

// The thread's own record lies at the top of its stack, below it a program's registers (UserThread::frame).
Result<Thread*> KernelThreads::create(const ThreadOptions& options, ThreadFunction function, void* argument) {
    if (!is_valid(options.attributes) || (options.affinity & online_.load(std::memory_order_relaxed)) == 0) {
        return Errno::inval;
    }
    {
        const SpinGuard guard{list_lock_};
        if (count_ >= params::threads::max_threads) {
            return Errno::again;
        }
        ++count_;
    }
    const Result<KernelStack> stack = ports::threads::stacks().allocate();
    if (!stack) {
        const SpinGuard guard{list_lock_};
        --count_;
        return stack.error();
    }
    const VirtAddr place = (stack->top - sizeof(Thread)).aligned_down(k_cache_line);
    Thread* const thread = std::construct_at(reinterpret_cast<Thread*>(place.value()));
    thread->set_name(options.name);
    thread->attributes = thread->own_attributes = thread->effective_attributes = options.attributes;
    thread->affinity = thread->wanted_affinity = options.affinity;
    thread->detached = options.detached || options.held;
    thread->on_left = options.on_left;
    thread->function = function;
    thread->argument = argument;
    thread->user = options.user;
    thread->stack_bottom = stack->bottom;
    thread->stack_top = stack->top;
    const VirtAddr top = options.user != nullptr ? place - sizeof(arch::UserFrame) : place;
    arch::make_context(thread->context, reinterpret_cast<std::byte*>(stack->bottom.value()), reinterpret_cast<std::byte*>(top.value()), &begin,
                       thread);
    {
        const SpinGuard guard{list_lock_};
        thread->id = ++last_id_;
        all_.push_back(*thread);
    }
    if (!options.held) {
        start(*thread);
    }
    return thread;
}

void KernelThreads::start(Thread& thread) {
    {
        const InterruptGuard guard;
        const Nanoseconds time = now();
        ports::threads::scheduler().attach(thread, time);
        thread.place(arch::current()->cpu);
        thread.place(choose_cpu(thread));
        Cpu& cpu = cpus_.of(thread.cpu_number());
        cpu.lock.lock();
        enqueue_locked(cpu, thread, sched::Enqueue::created, time);
        cpu.lock.unlock();
    }
    preempt_if_needed();
}

void KernelThreads::discard(Thread& thread) { free(thread); }

void KernelThreads::begin(void* thread) {
    KernelThreads& threads = ports::threads::self();
    threads.finish_switch();
    arch::unmask_interrupts();
    Thread& self = *static_cast<Thread*>(thread);
    self.function(self.argument);
    threads.exit(0);
}

[[clang::no_thread_safety_analysis]] void KernelThreads::exit(int status) {
    ASSERT(!current().idle);
    arch::mask_interrupts();
    Cpu& cpu = own_cpu();
    Thread& self = *cpu.running;
    const Nanoseconds time = now();
    cpu.lock.lock();
    self.status = status;
    self.thread_state.store(ThreadState::done, std::memory_order_relaxed);
    self.unsettled = true;
    self.on_queue = false;
    put(self, sched::Put::blocked, time);
    switch_away_rarely(cpu, self, time);
    panic("a thread ran on after its end");
}

// Runs in the thread that was switched to, with interrupts masked: `left` is off its stack now.
[[clang::no_thread_safety_analysis]] void KernelThreads::settle(Thread& left) {
    if (k_several && left.thread_state.load(std::memory_order_relaxed) != ThreadState::done) {
        Cpu& cpu = own_cpu();
        cpu.lock.lock();
        left.moving = false;
        left.unsettled = false;
        if (left.changing) {
            change(left, now());
        }
        send(cpu, left, sched::Enqueue::changed);
    } else if (left.detached) {
        const auto on_left = left.on_left;
        UserThread* const user = left.user;
        free(left);
        if (on_left != nullptr) {
            on_left(*user);
        }
    } else {
        Thread* joiner = nullptr;
        {
            const SpinGuard guard{list_lock_};
            left.left = true;
            joiner = left.joiner;
        }
        if (joiner != nullptr) {
            wake_masked(*joiner);
        }
    }
    if (k_full && current().need_resched != 0 && !current().idle) {
        interrupt_soon();
    }
}

// Who was made ready during a switch would wait for the next interrupt, be it never so urgent: lets one come as soon as they are unmasked.
[[clang::no_thread_safety_analysis]] void KernelThreads::interrupt_soon() {
    if (auto* timers = ports::threads::timers()) {
        Cpu& cpu = own_cpu();
        cpu.lock.lock();
        cpu.event = now();
        timers->arm(cpu.tick, cpu.event);
        cpu.lock.unlock();
    }
}

int KernelThreads::join(Thread& thread) {
    ASSERT(!thread.detached && &thread != &current());
    for (;;) {
        {
            const SpinGuard guard{list_lock_};
            if (thread.left) {
                break;
            }
            ASSERT(thread.joiner == nullptr || thread.joiner == &current());
            thread.joiner = &current();
            prepare_to_wait("join");
        }
        block();
    }
    const int status = thread.status;
    free(thread);
    return status;
}

void KernelThreads::free(Thread& thread) {
    const KernelStack stack{thread.stack_bottom, thread.stack_top};
    {
        const SpinGuard guard{list_lock_};
        IntrusiveList<Thread>::remove(thread);
        --count_;
    }
    std::destroy_at(&thread);
    ports::threads::stacks().free(stack);
}

namespace {

class Sleeper final : public time::Timer {
public:
    explicit Sleeper(Thread& thread) : Timer{"sleep"}, thread_{thread} {}
    void on_expired(Nanoseconds) override { ports::threads::self().wake(thread_); }

private:
    Thread& thread_;
};

}  // namespace

void KernelThreads::sleep_until(Nanoseconds deadline) {
    auto* timers = ports::threads::timers();
    ASSERT(timers != nullptr);
    Sleeper sleeper{current()};
    while (now() < deadline) {
        prepare_to_wait("sleep");
        timers->arm(sleeper, deadline);
        block();
        timers->cancel_sync(sleeper);
    }
}

Result<void> KernelThreads::set_attributes(Thread& thread, const sched::Attributes& attributes) {
    if (!is_valid(attributes)) {
        return Errno::inval;
    }
    request_change(thread, {.own = attributes});
    return {};
}

bool KernelThreads::lend(Thread& thread, const sched::Attributes& attributes) {
    return request_change(thread, {.lent = attributes});
}

Result<void> KernelThreads::set_affinity(Thread& thread, sched::CpuMask affinity) {
    if ((affinity & online_.load(std::memory_order_relaxed)) == 0) {
        return Errno::inval;
    }
    request_change(thread, {.affinity = affinity});
    return {};
}

// What is wanted and what comes of it change under one lock: others may want something else of the thread at the same time. A running thread changes when it stops running, any other at once. False: it is so already, or will be.
[[clang::no_thread_safety_analysis]] bool KernelThreads::request_change(Thread& thread, const Change& wanted) {
    {
        const InterruptGuard guard;
        Cpu* cpu = nullptr;
        lock_queue_of(thread, cpu);
        thread.own_attributes = wanted.own.value_or(thread.own_attributes);
        thread.lent_attributes = wanted.lent.value_or(thread.lent_attributes);
        const sched::CpuMask affinity = std::exchange(thread.wanted_affinity, wanted.affinity.value_or(thread.wanted_affinity));
        const bool lent = urgency(thread.lent_attributes) > urgency(thread.own_attributes);
        const sched::Attributes effective = lent ? thread.lent_attributes : thread.own_attributes;
        if (effective == thread.effective_attributes.exchange(effective, std::memory_order_relaxed) && affinity == thread.wanted_affinity) {
            cpu->lock.unlock();
            return false;
        }
        thread.changing = true;
        if (cpu->running == &thread) {
            request_switch(*cpu, thread.cpu_number());
            cpu->lock.unlock();
        } else if (thread.moving) {
            cpu->lock.unlock();
        } else if (thread.on_queue) {
            const Nanoseconds time = now();
            ports::threads::scheduler().dequeue(thread.cpu_number(), thread, time);
            change(thread, time);
            send(*cpu, thread, sched::Enqueue::changed);
        } else {
            change(thread, now());
            cpu->lock.unlock();
        }
    }
    preempt_if_needed();
    return true;
}

// It is off its stack now. Releases the lock.
[[clang::no_thread_safety_analysis]] void KernelThreads::send(Cpu& cpu, Thread& thread, sched::Enqueue why) {
    Cpu& target = k_several && (thread.affinity >> thread.cpu_number() & 1) == 0 ? bring(cpu, thread) : cpu;
    enqueue_locked(target, thread, why, now());
    target.lock.unlock();
}

void KernelThreads::change(Thread& thread, Nanoseconds time) {
    const sched::Attributes wanted = thread.effective_attributes.load(std::memory_order_relaxed);
    const bool other_class = thread.attributes.is_real_time() != wanted.is_real_time();
    thread.changing = false;
    thread.attributes = wanted;
    thread.affinity = thread.wanted_affinity;
    if (other_class) {
        ports::threads::scheduler().attach(thread, time);
    }
}

}  // namespace phx::task
