#include <sched/cfs/cfs.hpp>

#include <algorithm>

#include <sched/fair/weights.hpp>

namespace phx::sched {

// The virtual time of each queue goes its own way; a thread that comes from another is as far ahead or behind as it was there.
void Cfs::place(unsigned cpu, State& state, Enqueue why) {
    Queue& queue = queues_.of(cpu);
    const VirtualTime here = queue.min_vruntime.get();
    if (state.home != cpu) {
        state.vruntime = state.home == k_nowhere ? here : state.vruntime - queues_.of(state.home).min_vruntime.get() + here;
        state.home = cpu;
    }
    if (why == Enqueue::created) {
        // Behind all that have been promised a turn: forking must not be a way to get more.
        const std::uint64_t load = queue.load.get() + state.weight;
        state.vruntime = here + static_cast<std::uint64_t>(period(queue.count.get() + 1).count()) * k_nice_0_weight / load;
    } else if (why == Enqueue::woken) {
        // Sleep counts for half a latency at most; a short one does not give back what was overdrawn.
        state.vruntime = later_of(state.vruntime, here - static_cast<std::uint64_t>(latency.count()) / 2);
    }
}

void Cfs::enqueue(unsigned cpu, Schedulable& thread, Enqueue why, Nanoseconds now) {
    Queue& queue = queues_.of(cpu);
    State& state = thread.state<State>();
    account(queue, now);
    advance(queue);
    state.weight = weight_of(thread.attributes);
    place(cpu, state, why);
    queue.load.add(state.weight);
    queue.count.add(1);
    insert(queue, state);
}

void Cfs::dequeue(unsigned cpu, Schedulable& thread, Nanoseconds now) {
    Queue& queue = queues_.of(cpu);
    State& state = thread.state<State>();
    account(queue, now);
    queue.tree.erase(state);
    queue.ready.subtract(1);
    queue.load.subtract(state.weight);
    queue.count.subtract(1);
    if (queue.yielded == &state) {
        queue.yielded = nullptr;
    }
}

Schedulable* Cfs::pick_after_yield(Queue& queue, Nanoseconds now) {
    State* chosen = queue.tree.first();
    if (chosen == queue.yielded) {
        State* const second = queue.tree.next(*chosen);
        chosen = second != nullptr ? second : chosen;
    }
    queue.yielded = nullptr;
    queue.tree.erase(*chosen);
    return start(queue, *chosen, now);
}

bool Cfs::preempts(unsigned cpu, Schedulable& woken, Schedulable& running, Nanoseconds now) {
    const State& candidate = woken.state<State>();
    const State& current = running.state<State>();
    if (woken.attributes.policy == Policy::batch || woken.attributes.policy == Policy::idle) {
        return false;
    }
    if (running.attributes.policy == Policy::idle) {
        return true;
    }
    account(queues_.of(cpu), now);
    return since(candidate.vruntime, current.vruntime) > static_cast<std::int64_t>(virtual_span(wakeup_granularity, candidate.weight));
}

// At the end of its slice a thread that is still the furthest behind begins another.
bool Cfs::tick(unsigned cpu, Schedulable& running, Nanoseconds now) {
    Queue& queue = queues_.of(cpu);
    if (queue.tree.empty() || turn_end(queue, now) > now) {
        return false;
    }
    if (is_before(running.state<State>().vruntime, queue.tree.first()->vruntime)) {
        queue.turn_start = now;
        return false;
    }
    return true;
}

// The furthest behind has not run for the longest time: there is least of it left in the CPU's caches.
Schedulable* Cfs::candidate(unsigned cpu, unsigned to) {
    auto& tree = queues_.of(cpu).tree;
    for (State* state = tree.first(); state != nullptr; state = tree.next(*state)) {
        Schedulable& thread = Schedulable::of(*state);
        if ((thread.affinity >> to & 1) != 0) {
            return &thread;
        }
    }
    return nullptr;
}

// How long it takes until each of `count` threads had its turn.
Nanoseconds Cfs::period(std::uint32_t count) {
    return std::max(latency, Nanoseconds{min_granularity.count() * count});
}

// The part of a period that a thread's weight is worth.
Nanoseconds Cfs::slice(const Queue& queue, const State& state) {
    const auto whole = static_cast<std::uint64_t>(period(queue.count.get()).count());
    const auto part = static_cast<std::int64_t>(whole * state.weight / queue.load.get());
    return std::max(min_granularity, Nanoseconds{part});
}

// A turn ends with the slice, or before, where the running thread has got a slice ahead of another: a woken one, for the most part.
Nanoseconds Cfs::turn_end(Queue& queue, Nanoseconds now) {
    account(queue, now);
    const State& running = *queue.running;
    const Nanoseconds whole = slice(queue, running);
    const Nanoseconds end = queue.turn_start + whole;
    const std::int64_t margin = whole.count() - since(queue.tree.first()->vruntime, running.vruntime);
    const Nanoseconds ahead = margin > 0 ? now + real_span(margin, running.weight) : now;
    return std::min(end, std::max(ahead, queue.turn_start + min_granularity));
}

}  // namespace phx::sched
