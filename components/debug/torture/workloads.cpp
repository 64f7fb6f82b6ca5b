#include "torture.hpp"

#include <array>
#include <cstring>

#include <base/opaque.hpp>
#include <locks/torture.hpp>
#include <ports/torture.hpp>
#include <sync/mutex.hpp>
#include <sync/per_cpu_counter.hpp>
#include <sync/rcu_read.hpp>
#include <sync/spinlock.hpp>
#include <sync/wait_queue.hpp>

namespace phx::debug::torture {
namespace {

using Count = std::atomic<std::uint64_t>;

void add(Count& count) { count.fetch_add(1, std::memory_order_relaxed); }

// --- spinlocks and mutexes: sums that only exclusion keeps right

constinit SpinLock g_spin{locks::torture::spin};
constinit std::uint64_t g_spin_sum __attribute__((guarded_by(g_spin))) = 0;
constinit Count g_spin_rounds{0};

void spin(unsigned) {
    while (!stopped()) {
        const SpinGuard guard{g_spin};
        ++g_spin_sum;
        add(g_spin_rounds);
    }
}
bool check_spin() {
    const SpinGuard guard{g_spin};
    return g_spin_sum == g_spin_rounds.load();
}

constinit Mutex g_mutex{locks::torture::sum};
constinit std::uint64_t g_mutex_sum __attribute__((guarded_by(g_mutex))) = 0;
constinit Count g_mutex_rounds{0};

void mutex(unsigned worker) {
    Random random{worker};
    while (!stopped()) {
        const MutexGuard guard{g_mutex};
        const std::uint64_t before = g_mutex_sum;
        if (random.below(64) == 0) {
            ports::torture::threads().yield();
        }
        g_mutex_sum = before + 1;
        add(g_mutex_rounds);
    }
}
bool check_mutex() {
    const MutexGuard guard{g_mutex};
    return g_mutex_sum == g_mutex_rounds.load();
}

// --- wait queues: what is put into a ring comes out once

constinit SpinLock g_ring_lock{locks::torture::ring};
constinit WaitQueue g_filled{"torture filled"};
constinit WaitQueue g_emptied{"torture emptied"};
constinit std::uint64_t g_in_ring __attribute__((guarded_by(g_ring_lock))) = 0;
constinit Count g_put{0};
constinit Count g_taken{0};
constexpr std::uint64_t k_ring_size = 3;

[[clang::no_thread_safety_analysis]] void ring(unsigned worker) {
    const bool puts = worker % 2 == 0;
    while (!stopped()) {
        SpinGuard guard{g_ring_lock};
        const Nanoseconds soon = ports::torture::clock().now() + Nanoseconds{5'000'000};
        if (puts) {
            if (g_emptied.wait_until(guard, soon, []() __attribute__((no_thread_safety_analysis)) { return g_in_ring < k_ring_size; })) {
                ++g_in_ring;
                add(g_put);
                g_filled.wake_one(guard);
            }
        } else if (g_filled.wait_until(guard, soon, []() __attribute__((no_thread_safety_analysis)) { return g_in_ring > 0; })) {
            --g_in_ring;
            add(g_taken);
            g_emptied.wake_one(guard);
        }
    }
}
bool check_ring() {
    const SpinGuard guard{g_ring_lock};
    return g_put.load() == g_taken.load() + g_in_ring;
}

// --- timers: each that is armed either expires or is cancelled, once

constinit Count g_armed{0};
constinit Count g_expired{0};
constinit Count g_cancelled{0};

class Alarm final : public time::Timer {
public:
    Alarm() : Timer{"torture"} {}
    void on_expired(Nanoseconds) override { add(g_expired); }
};

void timers(unsigned worker) {
    Random random{worker + 100};
    auto& queue = ports::torture::timers();
    std::array<Alarm, 8> alarms;
    std::array<bool, 8> armed{};
    auto settle = [&](std::size_t at) {
        if (armed[at]) {
            armed[at] = false;
            if (queue.cancel_sync(alarms[at])) {
                add(g_cancelled);
            }
        }
    };
    while (!stopped()) {
        const std::size_t at = random.below(alarms.size());
        settle(at);
        queue.arm(alarms[at], ports::torture::clock().now() + Nanoseconds{static_cast<std::int64_t>(random.below(200'000))});
        armed[at] = true;
        add(g_armed);
        if (random.below(16) == 0) {
            ports::torture::threads().sleep_until(ports::torture::clock().now() + Nanoseconds{100'000});
        }
    }
    for (std::size_t at = 0; at < alarms.size(); ++at) {
        settle(at);
    }
}
bool check_timers() { return g_armed.load() == g_expired.load() + g_cancelled.load(); }

// --- allocators: what was written is there when it is given back

constinit Count g_allocations{0};
constinit Count g_damaged{0};

struct Block {
    std::byte* data = nullptr;
    std::size_t size = 0;
    std::byte fill{};
    Frame frame;
};

[[nodiscard]] bool intact(const Block& block) {
    for (std::size_t i = 0; i < block.size; i += 7) {
        if (block.data[i] != block.fill) {
            return false;
        }
    }
    return true;
}

void release(Block& block) {
    if (block.data == nullptr) {
        return;
    }
    if (!intact(block)) {
        add(g_damaged);
    }
    if (block.size == k_page_size) {
        ports::torture::pages().free(block.frame, 0);
    } else {
        ports::torture::heap().free(block.data, block.size);
    }
    block.data = nullptr;
}

void allocate(Block& block, Random& random) {
    block.size = random.below(4) == 0 ? k_page_size : 1 + random.below(1500);
    if (block.size == k_page_size) {
        const Result<Frame> frame = ports::torture::pages().allocate(0);
        if (!frame) {
            return;
        }
        block.frame = *frame;
        block.data = ports::torture::map().to_virtual(frame->address());
    } else if (const Result<void*> object = ports::torture::heap().allocate(block.size, 8); object) {
        block.data = static_cast<std::byte*>(*object);
    } else {
        return;
    }
    block.fill = static_cast<std::byte>(random.below(256));
    std::memset(block.data, static_cast<int>(block.fill), block.size);
    add(g_allocations);
}

void allocators(unsigned worker) {
    Random random{worker + 200};
    std::array<Block, 32> blocks;
    while (!stopped()) {
        Block& block = blocks[random.below(blocks.size())];
        release(block);
        allocate(block, random);
    }
    for (Block& block : blocks) {
        release(block);
    }
}
bool check_allocators() { return g_damaged.load() == 0; }

// --- threads: made, run, joined

constinit Count g_made{0};
constinit Count g_ran{0};

void threads(unsigned worker) {
    Random random{worker + 300};
    auto& owner = ports::torture::threads();
    while (!stopped()) {
        std::array<task::Thread*, 4> children{};
        for (task::Thread*& child : children) {
            const sched::Attributes attributes{.nice = static_cast<std::int8_t>(random.below(40) - 20)};
            const auto made = owner.create({.name = "child", .attributes = attributes}, [](void*) { add(g_ran); }, nullptr);
            if (made) {
                child = *made;
                add(g_made);
            }
        }
        for (task::Thread* child : children) {
            if (child != nullptr) {
                owner.join(*child);
            }
        }
    }
}
bool check_threads() { return g_made.load() == g_ran.load(); }

// --- RCU: a reader never sees an object that has been given back

struct Shared : sync::RcuHead {
    static constexpr std::uint64_t k_alive = 0xa11e;
    std::atomic<std::uint64_t> mark{k_alive};
};

constinit std::array<Shared, 64> g_shared;
constinit RcuPointer<Shared> g_current{&g_shared[0]};
constinit Mutex g_writers{locks::torture::writers};
constinit std::size_t g_next __attribute__((guarded_by(g_writers))) = 1;
constinit Count g_reads{0};
constinit Count g_stale{0};
constinit Count g_retired{0};
constinit Count g_reclaimed{0};

void read_shared(Random& random) {
    const RcuGuard guard;
    const Shared* shared = g_current.read();
    for (std::uint64_t i = random.below(200); i > 0; --i) {
        if (shared->mark.load(std::memory_order_relaxed) != Shared::k_alive) {
            add(g_stale);
            break;
        }
    }
    add(g_reads);
}

// Objects are taken in turn: one that has not come back yet is waited for.
void replace_shared() {
    const MutexGuard guard{g_writers};
    Shared& fresh = g_shared[g_next];
    if (g_retired.load() - g_reclaimed.load() >= g_shared.size() - 2) {
        ports::torture::rcu()->barrier();
    }
    g_next = (g_next + 1) % g_shared.size();
    fresh.mark.store(Shared::k_alive, std::memory_order_relaxed);
    Shared* const before = g_current.publish(&fresh);
    add(g_retired);
    ports::torture::rcu()->call(*before, [](sync::RcuHead& head) {
        static_cast<Shared&>(head).mark.store(0, std::memory_order_relaxed);
        add(g_reclaimed);
    });
}

void rcu(unsigned worker) {
    Random random{worker + 400};
    while (!stopped()) {
        if (ports::torture::rcu() == nullptr) {
            add(g_reads);
            return;
        }
        if (worker == 0) {
            replace_shared();
            ports::torture::threads().yield();
        } else {
            read_shared(random);
        }
    }
}
bool check_rcu() {
    if (auto* rcu = ports::torture::rcu()) {
        rcu->barrier();
    }
    return g_stale.load() == 0 && g_retired.load() == g_reclaimed.load();
}

// --- attributes: a thread is scheduled as what it was last made, whatever it did at that moment and whoever lent it urgency

constinit Mutex g_lent{locks::torture::lent};
constinit Count g_changes{0};
constinit Count g_wrong{0};

struct Scheduling {
    sched::Attributes attributes;
    sched::CpuMask affinity = ~sched::CpuMask{0};
    bool operator==(const Scheduling&) const = default;
};
struct Partner {
    SpinLock lock{locks::torture::partner};
    WaitQueue lap{"torture lap"};
    std::uint64_t laps __attribute__((guarded_by(lock))) = 0;
    Scheduling seen __attribute__((guarded_by(lock)));
    unsigned cpu __attribute__((guarded_by(lock))) = 0;
    std::atomic<bool> ends{false};
    std::uint64_t seed = 0;
};

void work(std::uint64_t rounds) {
    while (rounds != 0) {
        rounds = used(rounds) - 1;
    }
}

// A real-time thread that never slept would leave its CPU to nobody.
void run_laps(void* argument) {
    Partner& self = *static_cast<Partner*>(argument);
    Random random{self.seed};
    while (!self.ends.load(std::memory_order_relaxed)) {
        work(random.below(3000));
        if (random.below(2) == 0) {
            const MutexGuard guard{g_lent};
            work(random.below(1000));
            if (random.below(8) == 0) {
                ports::torture::threads().sleep_until(ports::torture::clock().now() + Nanoseconds{50'000});
            }
        }
        ports::torture::threads().yield();  // a change that came while it ran is made by now
        {
            SpinGuard guard{self.lock};
            ++self.laps;
            self.seen = {task::current().attributes, task::current().affinity};
            self.cpu = task::current().cpu_number();
            self.lap.wake_all(guard);
        }
        ports::torture::threads().sleep_until(ports::torture::clock().now() + Nanoseconds{static_cast<std::int64_t>(random.below(150'000))});
    }
}

[[nodiscard]] sched::Attributes random_attributes(Random& random) {
    using sched::Policy;
    constexpr std::array policies{Policy::normal, Policy::batch, Policy::fifo, Policy::round_robin};
    sched::Attributes attributes{.policy = policies[random.below(policies.size())]};
    if (attributes.is_real_time()) {
        attributes.priority = static_cast<std::uint8_t>(1 + random.below(99));
    } else {
        attributes.nice = static_cast<std::int8_t>(random.below(25) - 20);  // those that are nicer would hardly run here
    }
    return attributes;
}

// Of two further laps, the second began after the change.
[[nodiscard, clang::no_thread_safety_analysis]] bool follows(Partner& partner, const Scheduling& wanted) {
    SpinGuard guard{partner.lock};
    const std::uint64_t from = partner.laps;
    partner.lap.wait(guard, [&]() __attribute__((no_thread_safety_analysis)) { return partner.laps >= from + 2; });
    return partner.seen == wanted && (wanted.affinity >> partner.cpu & 1) != 0;
}

void attributes(unsigned worker) {
    Random random{worker + 500};
    auto& owner = ports::torture::threads();
    Partner partner;
    partner.seed = worker + 600;
    const auto made = owner.create({.name = "partner"}, &run_laps, &partner);
    if (!made) {
        add(g_wrong);
        return;
    }
    Scheduling wanted;
    while (!stopped()) {
        for (std::uint64_t changes = 1 + random.below(16); changes > 0; --changes) {
            if (random.below(2) == 0) {
                wanted.attributes = random_attributes(random);
                static_cast<void>(owner.set_attributes(**made, wanted.attributes));
            } else if (const sched::CpuMask mask = 1 + random.below(255); owner.set_affinity(**made, mask)) {
                wanted.affinity = mask;
            }
            add(g_changes);
            work(random.below(500));
        }
        if (!follows(partner, wanted)) {
            add(g_wrong);
        }
    }
    partner.ends.store(true, std::memory_order_relaxed);
    owner.join(**made);
}
bool check_attributes() { return g_wrong.load() == 0; }

constinit Load g_loads[] = {
    {"spin", &spin, &check_spin, g_spin_rounds},
    {"mutex", &mutex, &check_mutex, g_mutex_rounds},
    {"ring", &ring, &check_ring, g_taken},
    {"timers", &timers, &check_timers, g_armed},
    {"allocators", &allocators, &check_allocators, g_allocations},
    {"threads", &threads, &check_threads, g_made},
    {"rcu", &rcu, &check_rcu, g_reads},
    {"attributes", &attributes, &check_attributes, g_changes},
};

}  // namespace

std::span<const Load> loads() { return g_loads; }

}  // namespace phx::debug::torture
