// When may a function be called? When every section that might have seen the old state has ended. Sections are found thus:
//
// A section is a stretch of one thread's program order in which its rcu_sections stays the same and lacks the bit `outside`. First every CPU is
// asked (look_everywhere), and each answers for itself, in an interrupt: whoever runs there and reads is listed. A thread that stops running
// while it reads was listed then, with its run queue locked (stops_running). So whoever was in a section before the CPUs were asked is either
// listed now or has left it. The grace period ends when all these have been found outside, or in another section, by their own CPUs: when they
// stop running, or when asked again. That other section is listed as new, and this period need not wait for it: if it had begun before its
// CPU was asked, it would have been found then.
//
// Why nobody needs barriers in RcuGuard (Arm ARM DDI 0487, B2.3; C++ [intro.races]): rcu_sections is only ever looked at by the CPU that
// runs the thread, which sees its own accesses in program order.
//  - Sections before the look: their loads are before it in program order. The CPU's answer reaches us by a release and an acquire (the
//    completion of Cpus::call_others, or the lock of `readers_`), which order all accesses before the one against all after the other
//    (barrier-ordered-before). A reader that moved to another CPU was handed over by locks of run queues, which order likewise. So what is
//    done after the grace period comes after all that the section did.
//  - Sections after the look: the request was made after the old state was unlinked, as call() pushes and collect() pops with release and
//    acquire, and requests are made and taken with release and acquire, too. So they see the new state.
//
// A grace period waits for readers only, who never wait for it: synchronize() refuses to run in a section, and nothing that a reader may do
// sleeps. Readers of low priority that do not get to run hold it up until they do; that is reported.
#include <sync/rcu/rcu.hpp>

#include <algorithm>
#include <utility>

#include <arch/cpu.hpp>
#include <base/format.hpp>
#include <base/panic.hpp>
#include <params/rcu.hpp>
#include <ports/rcu.hpp>
#include <sync/completion.hpp>
#include <sync/rcu_read.hpp>

namespace phx::sync {
namespace {

constexpr unsigned k_cpus = PerCpu<int>::count;
static_assert(k_cpus == 1 || ports::rcu::cpus() != nullptr, "with several CPUs RCU must be able to ask them: it needs a provider of Cpus");

[[nodiscard]] Nanoseconds now() {
    auto* clock = ports::rcu::clock();
    return clock != nullptr ? clock->now() : Nanoseconds{};
}

void pause() {
    auto& threads = ports::rcu::threads();
    if (ports::rcu::clock() != nullptr && ports::rcu::timers() != nullptr) {
        threads.sleep_until(now() + params::rcu::poll);
    } else {
        threads.yield();
    }
}

}  // namespace

Result<void> PreemptibleRcu::init() {
    sched::Attributes attributes;
    if (params::rcu::priority != 0) {
        attributes = {.policy = sched::Policy::fifo, .priority = static_cast<std::uint8_t>(params::rcu::priority)};
    }
    thread_ = TRY(ports::rcu::threads().create({.name = "rcu", .attributes = attributes, .detached = true},
                                               [](void* self) { static_cast<PreemptibleRcu*>(self)->run(); }, this));
    return {};
}

void PreemptibleRcu::stops_running(task::Thread& thread) {
    if (is_reading_rcu(thread) && thread.thread_state.load(std::memory_order_relaxed) != task::ThreadState::runnable) {
        std::array<char, 120> text;
        panic(format_to(text, "thread {} {} in a read-side section of RCU", thread.name(), thread.waits_for != nullptr ? "sleeps" : "ends"));
    }
    readers_.look_at(thread);
}

void PreemptibleRcu::call(RcuHead& head, RcuFunction function) {
    head.function = function;
    queues_.local().push(head);
    calls_.increment();
    ask();
}

// The first to ask wakes the thread. It collects after it has taken note, so it finds what was pushed before.
void PreemptibleRcu::ask() {
    if (!asked_.exchange(true, std::memory_order_acq_rel) && thread_ != nullptr) {
        ports::rcu::threads().wake(*thread_);
    }
}

// On one CPU a reader other than the caller does not run, so it is listed.
void PreemptibleRcu::synchronize() {
    ASSERT(!is_reading_rcu(task::current()));
    if (k_cpus == 1 && !readers_.any()) {
        periods_.fetch_add(1, std::memory_order_relaxed);
        return;
    }
    struct Request : RcuHead {
        Completion done{"rcu synchronize"};
    } request;
    call(request, [](RcuHead& head) { static_cast<Request&>(head).done.complete(); });
    request.done.wait();
}

// The functions of one CPU's queue run in order, so behind all that were asked for come these.
void PreemptibleRcu::barrier() {
    ASSERT(!is_reading_rcu(task::current()));
    struct Mark : RcuHead {
        Completion done{"rcu barrier"};
    };
    std::array<Mark, k_cpus> marks;
    for (unsigned cpu = 0; cpu < k_cpus; ++cpu) {
        marks[cpu].function = [](RcuHead& head) { static_cast<Mark&>(head).done.complete(); };
        queues_.of(cpu).push(marks[cpu]);
        calls_.increment();
    }
    ask();
    for (Mark& mark : marks) {
        mark.done.wait();
    }
}

RcuStatistics PreemptibleRcu::statistics() {
    return {periods_.load(std::memory_order_relaxed), static_cast<std::uint64_t>(calls_.sum()), called_.load(std::memory_order_relaxed),
            Nanoseconds{longest_.load(std::memory_order_relaxed)}};
}

void PreemptibleRcu::run() {
    for (;;) {
        wait_for_calls();
        if (RcuHead* const batch = collect()) {
            wait_for_readers();
            invoke(batch);
        }
    }
}

void PreemptibleRcu::wait_for_calls() {
    auto& threads = ports::rcu::threads();
    threads.prepare_to_wait("rcu calls");
    while (!asked_.exchange(false, std::memory_order_acq_rel)) {
        threads.block();
        threads.prepare_to_wait("rcu calls");
    }
    threads.cancel_wait();
}

// What was pushed completely; whoever is still pushing will ask again.
RcuHead* PreemptibleRcu::collect() {
    MpscNode first;
    MpscNode* last = &first;
    for (unsigned cpu = 0; cpu < k_cpus; ++cpu) {
        while (RcuHead* const head = queues_.of(cpu).pop()) {
            last->next.store(head, std::memory_order_relaxed);
            last = head;
        }
    }
    last->next.store(nullptr, std::memory_order_relaxed);
    return static_cast<RcuHead*>(first.next.load(std::memory_order_relaxed));
}

void PreemptibleRcu::invoke(RcuHead* batch) {
    while (batch != nullptr) {
        RcuHead& head = *batch;
        batch = static_cast<RcuHead*>(head.next.load(std::memory_order_relaxed));
        called_.fetch_add(1, std::memory_order_relaxed);
        head.function(head);
        ports::rcu::threads().check_preemption();
    }
}

void PreemptibleRcu::wait_for_readers() {
    const Nanoseconds start = now();
    look_everywhere();
    const std::uint64_t period = readers_.begin_period();
    Nanoseconds report = start + params::rcu::stall_timeout;
    while (readers_.any_before(period)) {
        pause();
        look_where_they_run(period);
        if (ports::rcu::clock() != nullptr && now() >= report) {
            report_stall(period, now() - start);
            report = now() + params::rcu::stall_timeout;
        }
    }
    periods_.fetch_add(1, std::memory_order_relaxed);
    longest_.store(std::max(longest_.load(std::memory_order_relaxed), (now() - start).count()), std::memory_order_relaxed);
}

// This CPU runs this thread, which does not read: whoever ran here before has been looked at.
void PreemptibleRcu::look_everywhere() {
    if constexpr (k_cpus > 1) {
        const InterruptGuard guard;
        ports::rcu::cpus()->call_others(&Readers::look_here, &readers_);
    }
}

// They may have left their sections and run on.
void PreemptibleRcu::look_where_they_run(std::uint64_t period) {
    if constexpr (k_cpus > 1) {
        std::uint64_t cpus = 0;
        readers_.for_each_before(period, [&](const task::Thread& thread) {
            if (ports::rcu::threads().is_running(&thread)) {
                cpus |= std::uint64_t{1} << thread.cpu_number();
            }
        });
        for (unsigned cpu = 0; cpu < k_cpus; ++cpu) {
            if ((cpus >> cpu & 1) != 0) {
                ports::rcu::cpus()->call(cpu, &Readers::look_here, &readers_);
            }
        }
    }
}

void PreemptibleRcu::report_stall(std::uint64_t period, Nanoseconds lasted) {
    struct Blocker {
        std::array<char, task::Thread::k_name_size> name{};
        std::uint32_t id = 0;
        unsigned cpu = 0;
        bool runs = false;
    };
    std::array<Blocker, 4> blockers;
    std::size_t count = 0;
    readers_.for_each_before(period, [&](const task::Thread& thread) {
        if (count < blockers.size()) {
            Blocker& blocker = blockers[count];
            thread.name().copy(blocker.name.data(), blocker.name.size() - 1);
            blocker.id = thread.id;
            blocker.cpu = thread.cpu_number();
            blocker.runs = ports::rcu::threads().is_running(&thread);
        }
        ++count;
    });
    if (auto log = ports::rcu::log()) {
        log->warning("a grace period has waited {} ms for {} reader(s)", lasted.count() / 1'000'000, count);
        for (std::size_t i = 0; i < std::min(count, blockers.size()); ++i) {
            log->warning("thread {} ({}) {} CPU {} in a read-side section", blockers[i].name.data(), blockers[i].id,
                      blockers[i].runs ? "runs on" : "was stopped on", blockers[i].cpu);
        }
    }
}

}  // namespace phx::sync
