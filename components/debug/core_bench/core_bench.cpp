#include "core_bench.hpp"

#include <array>
#include <cstdint>
#include <span>

#include <base/format.hpp>
#include <base/opaque.hpp>
#include <locks/core_bench.hpp>
#include <params/core_bench.hpp>
#include <ports/core_bench.hpp>
#include <sync/mutex.hpp>
#include <sync/rcu_read.hpp>
#include <sync/spinlock.hpp>
#include <sync/wait_queue.hpp>

namespace phx::debug {
namespace {

constexpr std::int64_t k_rounds = 4096;

[[nodiscard]] std::int64_t now() { return ports::core_bench::clock().now().count(); }

template <class F>
[[nodiscard]] std::int64_t time_of(std::int64_t rounds, F&& round) {
    const std::int64_t start = now();
    for (std::int64_t left = rounds; left != 0; --left) {
        left = used(left);  // the loop costs the same whatever is in it
        round();
    }
    return now() - start;
}

void print(std::string_view name, std::int64_t nanoseconds, std::int64_t count) {
    std::array<char, 80> line;
    const std::int64_t hundredths = nanoseconds * 100 / count;
    ports::core_bench::console().write(format_to(line, "bench {} {}.{:02}\n", name, hundredths / 100, hundredths % 100));
}

template <class F>
void measure(std::string_view name, F&& round) {
    round();  // caches are filled, tables made
    const std::int64_t empty = time_of(k_rounds, [] {});
    print(name, time_of(k_rounds, round) - empty, k_rounds);
}

constinit SpinLock g_lock{locks::core_bench::turn};
constinit Mutex g_mutex{locks::core_bench::measured};

void measure_locks() {
    measure("spin_pair", [] { const SpinGuard guard{g_lock}; });
    measure("mutex_pair", [] { const MutexGuard guard{g_mutex}; });
    if (ports::core_bench::rcu() != nullptr) {
        measure("rcu_read", [] { const RcuGuard guard; });
    }
}

void measure_memory() {
    if (auto* heap = ports::core_bench::heap()) {
        measure("slab_pair", [heap] { heap->free(used(*heap->allocate(96, 8)), 96); });
        measure("slab_pair_any_size", [heap] {
            const std::size_t size = used(std::size_t{96});
            heap->free(used(*heap->allocate(size, 8)), size);
        });
        constexpr std::size_t batch = 32;  // more than a magazine holds
        const auto round = [heap] {
            std::array<void*, batch> objects;
            for (void*& object : objects) {
                object = *heap->allocate(96, 8);
            }
            for (void* object : objects) {
                heap->free(object, 96);
            }
        };
        round();
        print("slab_pair_in_batches", time_of(k_rounds, round), k_rounds * batch);
    }
    if (auto* pages = ports::core_bench::pages()) {
        measure("page_pair", [pages] { pages->free(Frame{used(pages->allocate(0)->number())}, 0); });
        measure("page_pair_order_3", [pages] { pages->free(Frame{used(pages->allocate(3)->number())}, 3); });
    }
}

class Alarm final : public time::Timer {
public:
    constexpr Alarm() : Timer{"core_bench"} {}
    void on_expired(Nanoseconds) override {}
};
constinit Alarm g_alarm;

void measure_timers() {
    auto* timers = ports::core_bench::timers();
    if (timers == nullptr) {
        return;
    }
    const Nanoseconds later{now() + 3'600'000'000'000};
    measure("timer_pair", [&] {
        timers->arm(g_alarm, later);
        timers->cancel(g_alarm);
    });
}

// Two threads that give way to each other: each round is two switches.
void measure_yield() {
    auto* threads = ports::core_bench::threads();
    static bool stop = false;
    const auto other = threads->create({.name = "yields"}, [](void*) {
        while (!stop) {
            ports::core_bench::threads()->yield();
        }
    }, nullptr);
    threads->yield();
    const std::int64_t empty = time_of(k_rounds, [] {});
    print("yield", time_of(k_rounds, [threads] { threads->yield(); }) - empty, 2 * k_rounds);
    stop = true;
    threads->join(**other);
}

// Two threads that hand a token to and fro: each round is two wake-ups, waits and switches.
constinit WaitQueue g_queue{"core_bench"};
constinit int g_turn = 0;

void take_turn(int own) {
    SpinGuard guard{g_lock};
    g_queue.wait(guard, [own] { return g_turn == own; });
    g_turn = 1 - own;
    g_queue.wake_one(guard);
}

// Batch threads do not preempt each other when they are woken: one switch for each wake-up.
constexpr sched::Attributes k_batch{.policy = sched::Policy::batch};

void measure_switch() {
    auto* threads = ports::core_bench::threads();
    static_cast<void>(threads->set_attributes(task::current(), k_batch));
    constexpr std::int64_t turns = k_rounds + 16;
    const auto other = threads->create({.name = "switches", .attributes = k_batch}, [](void*) {
        for (std::int64_t i = 0; i < turns; ++i) {
            take_turn(1);
        }
    }, nullptr);
    for (int i = 0; i < 16; ++i) {
        take_turn(0);
    }
    const std::int64_t empty = time_of(k_rounds, [] {});
    print("switch", time_of(k_rounds, [] { take_turn(0); }) - empty, 2 * k_rounds);
    threads->join(**other);
    static_cast<void>(threads->set_attributes(task::current(), {}));
}

// From a timer's deadline to the thread that slept until then: time stands still while the CPU is idle, and goes on with the interrupt.
void measure_wake() {
    auto* threads = ports::core_bench::threads();
    constexpr int rounds = 64;
    std::int64_t late = 0;
    for (int i = -4; i < rounds; ++i) {
        const Nanoseconds deadline{(now() + 200'000) / 16 * 16};
        threads->sleep_until(deadline);
        late += i < 0 ? 0 : now() - deadline.count();
    }
    print("timer_wake", late, rounds);
}

[[nodiscard]] std::uint64_t interrupts() {
    std::uint64_t count = 0;
    if (auto* entry = ports::core_bench::entry()) {
        for (const irq::WiredLine& wired : ports::core_bench::wiring()->lines()) {
            count += entry->count(wired.line);
        }
        count += entry->unexpected();
    }
    return count;
}

// Interrupts while nobody has anything to do for a second: the one that ends it. The first second takes what was armed before.
void measure_idle() {
    auto* threads = ports::core_bench::threads();
    constexpr std::int64_t second = 1'000'000'000;
    threads->sleep_until(Nanoseconds{now() + second});
    const std::uint64_t before = interrupts();
    threads->sleep_until(Nanoseconds{now() + second});
    print("idle_interrupts", static_cast<std::int64_t>(interrupts() - before), 1);
}

// --- with many threads: all wait on one queue, are woken at once, and run once each

constexpr std::size_t k_most_threads = 10'000;
constinit std::array<task::Thread*, k_most_threads> g_crowd{};
constinit WaitQueue g_crowd_queue{"crowd"};
constinit WaitQueue g_back_queue{"crowd back"};
constinit std::uint64_t g_round __attribute__((guarded_by(g_lock))) = 0;
constinit std::size_t g_away __attribute__((guarded_by(g_lock))) = 0;  // how many are not in the queue
constinit bool g_crowd_ends __attribute__((guarded_by(g_lock))) = false;
constinit std::int64_t g_last_ran __attribute__((guarded_by(g_lock))) = 0;

[[clang::no_thread_safety_analysis]] void wait_for_rounds(void*) {
    SpinGuard guard{g_lock};
    while (!g_crowd_ends) {
        const std::uint64_t seen = g_round;
        if (--g_away == 0) {
            g_back_queue.wake_one(guard);
            guard.relock();
        }
        g_crowd_queue.wait(guard, [seen]() __attribute__((no_thread_safety_analysis)) { return g_round != seen; });
        g_last_ran = now();
    }
}

void start_round(std::size_t count, bool last) {
    SpinGuard guard{g_lock};
    ++g_round;
    g_away = count;
    g_crowd_ends = last;
    g_crowd_queue.wake_all(guard);
}

void await_crowd() {
    SpinGuard guard{g_lock};
    g_back_queue.wait(guard, []() __attribute__((no_thread_safety_analysis)) { return g_away == 0; });
}

// As many as there is memory for.
[[nodiscard]] std::size_t gather_crowd(std::size_t count) {
    {
        const SpinGuard guard{g_lock};
        g_away = count;
        g_crowd_ends = false;
    }
    for (std::size_t made = 0; made < count; ++made) {
        const auto thread = ports::core_bench::threads()->create({.name = "crowd", .attributes = k_batch}, &wait_for_rounds, nullptr);
        if (!thread) {
            return made;
        }
        g_crowd[made] = *thread;
    }
    return count;
}

void dismiss_crowd(std::size_t count) {
    start_round(count, true);
    for (task::Thread* thread : std::span{g_crowd}.first(count)) {
        ports::core_bench::threads()->join(*thread);
    }
}

void time_crowd(std::size_t count) {
    await_crowd();
    constexpr int rounds = 4;
    std::int64_t waking = 0;
    std::int64_t running = 0;
    for (int round = 0; round < rounds; ++round) {
        std::int64_t woken = 0;
        {
            const InterruptGuard guard;  // nobody runs before all are woken
            const std::int64_t start = now();
            start_round(count, false);
            woken = now();
            waking += woken - start;
        }
        await_crowd();
        const SpinGuard guard{g_lock};
        running += g_last_ran - woken;
    }
    const auto total = rounds * static_cast<std::int64_t>(count);
    std::array<char, 32> name;
    print(format_to(name, "wake_{}", count), waking, total);
    print(format_to(name, "run_{}", count), running, total);
}

// All are batch threads: the last one is back in the queue before whom it wakes goes on.
[[nodiscard]] bool measure_crowds() {
    auto* threads = ports::core_bench::threads();
    static_cast<void>(threads->set_attributes(task::current(), k_batch));
    for (const std::size_t count : {10, 32, 100, 316, 1'000, 3'162, 10'000}) {
        const std::size_t made = gather_crowd(count);
        if (made == count) {
            time_crowd(count);
        }
        dismiss_crowd(made);
        if (made != count) {
            std::array<char, 80> line;
            ports::core_bench::console().write(format_to(line, "core_bench: {} of {} threads could be made\n", made, count));
            return false;
        }
    }
    return true;
}

void measure_threads() {
    auto* threads = ports::core_bench::threads();
    if (threads == nullptr) {
        return;
    }
    measure_yield();
    measure_switch();
    if (ports::core_bench::timers() != nullptr) {
        measure_wake();
        measure_idle();
    }
    constexpr std::int64_t rounds = 64;
    const auto make = [threads] {
        const auto thread = threads->create({.name = "short"}, [](void*) {}, nullptr);
        threads->join(**thread);
    };
    make();
    print("thread_pair", time_of(rounds, make), rounds);
}

}  // namespace

int CoreBench::run() {
    if (params::core_bench::scale) {
        return ports::core_bench::threads() != nullptr && measure_crowds() ? 0 : 1;
    }
    measure_locks();
    measure_memory();
    measure_timers();
    measure_threads();
    return 0;
}

}  // namespace phx::debug
