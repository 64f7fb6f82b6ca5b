#include "cmd_locks.hpp"

#include <algorithm>
#include <array>

#include <ports/cmd_locks.hpp>
#include <sync/mutex.hpp>
#include <sync/per_cpu.hpp>

namespace phx::debug {
namespace {

constexpr CommandInfo k_commands[] = {
    {"locks", "[order]", "Shows held spinlocks and awaited mutexes, or the ranks of locks and the orders in which they are taken."},
};

[[nodiscard]] std::int64_t microseconds_since(Nanoseconds start) {
    auto* clock = ports::cmd_locks::clock();
    return clock != nullptr ? (clock->now() - start).count() / 1000 : 0;
}

void show_spinlocks(MonitorOutput& out) {
    auto* report = ports::cmd_locks::report();
    if (report == nullptr) {
        out.write("  spinlocks: not known; they are with checked_lock in the graph\n");
        return;
    }
    std::array<sync::HeldLock, 16> buffer;
    for (unsigned cpu = 0; cpu < PerCpu<int>::count; ++cpu) {
        for (const sync::HeldLock& held : report->held(cpu, buffer)) {
            out.print("  CPU {} {} spinlock {} for {} us, at {}\n", cpu, held.waiting ? "waits for" : "holds", held.lock_class->name,
                      microseconds_since(held.since), report->place(held.taken_at));
        }
    }
    if (const sync::LongHold longest = report->longest(); longest.lock_class != nullptr) {
        out.print("  longest: spinlock {} for {} us, taken at {}\n", longest.lock_class->name, longest.duration.count() / 1000,
                  report->place(longest.taken_at));
    }
}

// Collected while nobody can end, printed afterwards.
struct Waits {
    struct Wait {
        const char* mutex = nullptr;
        std::array<char, task::Thread::k_name_size> owner{};
        std::array<char, task::Thread::k_name_size> waiter{};
    };
    std::array<Wait, 16> found;
    std::size_t count = 0;

    void add(const Mutex& mutex, const task::Thread& waiter) {
        if (count < found.size()) {
            Wait& wait = found[count];
            wait.mutex = mutex.name();
            mutex.owner()->name().copy(wait.owner.data(), wait.owner.size() - 1);
            waiter.name().copy(wait.waiter.data(), wait.waiter.size() - 1);
        }
        ++count;
    }
};

void show_mutexes(MonitorOutput& out) {
    auto* threads = ports::cmd_locks::threads();
    if (threads == nullptr) {
        return;
    }
    Waits waits;
    threads->for_each([&](const task::Thread& thread) {
        Mutex::for_each_waiter(
            thread, [](void* all, const Mutex& mutex, const task::Thread& waiter) { static_cast<Waits*>(all)->add(mutex, waiter); }, &waits);
    });
    for (std::size_t i = 0; i < std::min(waits.count, waits.found.size()); ++i) {
        const Waits::Wait& wait = waits.found[i];
        out.print("  thread {} waits for mutex {} of thread {}\n", wait.waiter.data(), wait.mutex, wait.owner.data());
    }
    out.print("  {} thread(s) wait for mutexes\n", waits.count);
}

Result<void> show_order(MonitorOutput& out) {
    auto* report = ports::cmd_locks::report();
    if (report == nullptr) {
        return Errno::nosys;
    }
    std::array<sync::LockEdge, 8> buffer;
    std::size_t shown = 0;
    for (auto edges = report->edges(buffer, 0); !edges.empty(); edges = report->edges(buffer, shown)) {
        for (const sync::LockEdge& edge : edges) {
            if (edge.declared_at != nullptr) {
                out.print("  {} (rank {}) > {} (rank {}), {}\n", edge.before->name, edge.before->rank, edge.after->name, edge.after->rank,
                          edge.declared_at);
            } else {
                out.print("  {} (rank {}, at {}) > {} (rank {}, at {})\n", edge.before->name, edge.before->rank,
                          report->place(edge.before_taken_at), edge.after->name, edge.after->rank, report->place(edge.after_taken_at));
            }
        }
        shown += edges.size();
    }
    out.print("  {} orders, outer > inner\n", shown);
    return {};
}

}  // namespace

std::span<const CommandInfo> CmdLocks::commands() const {
    return k_commands;
}

Result<void> CmdLocks::run(std::size_t, std::span<const std::string_view> args, MonitorOutput& out) {
    if (args.size() == 1 && args[0] == "order") {
        return show_order(out);
    }
    if (!args.empty()) {
        return Errno::inval;
    }
    show_spinlocks(out);
    show_mutexes(out);
    return {};
}

}  // namespace phx::debug
