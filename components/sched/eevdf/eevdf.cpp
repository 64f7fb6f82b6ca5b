#include <sched/eevdf/eevdf.hpp>

#include <algorithm>

#include <sched/fair/weights.hpp>

namespace phx::sched {

void Eevdf::enqueue(unsigned cpu, Schedulable& thread, Enqueue why, Nanoseconds now) {
    Queue& queue = queues_.of(cpu);
    State& state = thread.state<State>();
    account(queue, now);
    const std::uint32_t weight = weight_of(thread.attributes);
    if (state.weight != weight && state.weight != 0) {
        // What it is owed is time; as virtual time that is another span now.
        state.lag = state.lag * state.weight / weight;
        state.left = state.left * state.weight / weight;
    }
    state.weight = weight;
    place(queue, state, why);
    join(queue, state);
    queue.tree.insert(state);
    queue.ready.add(1);
}

void Eevdf::dequeue(unsigned cpu, Schedulable& thread, Nanoseconds now) {
    Queue& queue = queues_.of(cpu);
    State& state = thread.state<State>();
    account(queue, now);
    queue.tree.erase(state);
    queue.ready.subtract(1);
    leave(queue, state);
}

Schedulable* Eevdf::pick(unsigned cpu, Nanoseconds now) {
    Queue& queue = queues_.of(cpu);
    State* const chosen = best(queue);
    if (chosen == nullptr) {
        return nullptr;
    }
    queue.tree.erase(*chosen);
    queue.ready.subtract(1);
    queue.running = chosen;
    queue.accounted = now;
    return &Schedulable::of(*chosen);
}

void Eevdf::put(unsigned cpu, Schedulable& thread, Put why, Nanoseconds now) {
    Queue& queue = queues_.of(cpu);
    State& state = thread.state<State>();
    account(queue, now);
    queue.running = nullptr;
    if (why == Put::blocked) {
        leave(queue, state);
        return;
    }
    if (why == Put::yielded && !queue.tree.empty() && is_eligible(queue, state)) {
        // It gives up what is left of its request, as if it had run.
        const std::int64_t given = std::max(since(state.vruntime, state.deadline), std::int64_t{0});
        state.vruntime += static_cast<std::uint64_t>(given);
        queue.excess += given * state.weight;
        settle(queue);
    }
    if (!is_before(state.vruntime, state.deadline)) {
        state.deadline = next_deadline(state);
    }
    queue.tree.insert(state);
    queue.ready.add(1);
}

bool Eevdf::preempts(unsigned cpu, Schedulable& woken, Schedulable& running, Nanoseconds now) {
    if (woken.attributes.policy == Policy::batch || woken.attributes.policy == Policy::idle) {
        return false;
    }
    Queue& queue = queues_.of(cpu);
    account(queue, now);
    const State& candidate = woken.state<State>();
    const State& current = running.state<State>();
    const VirtualTime due = is_before(current.vruntime, current.deadline) ? current.deadline : next_deadline(current);
    return is_eligible(queue, candidate) && is_before(candidate.deadline, due);
}

// A request runs to its end, unless someone is woken whose deadline is before its own.
Nanoseconds Eevdf::next_event(unsigned cpu, Schedulable& running, Nanoseconds now) {
    Queue& queue = queues_.of(cpu);
    if (queue.tree.empty()) {
        return never;
    }
    account(queue, now);
    const State& state = running.state<State>();
    const std::int64_t left = since(state.vruntime, state.deadline);
    return left > 0 ? now + real_span(left, state.weight) : now;
}

bool Eevdf::tick(unsigned cpu, Schedulable& running, Nanoseconds now) {
    Queue& queue = queues_.of(cpu);
    account(queue, now);
    State& state = running.state<State>();
    if (queue.tree.empty() || is_before(state.vruntime, state.deadline)) {
        return false;
    }
    state.deadline = next_deadline(state);
    const State* const other = best(queue);
    return other != nullptr && (!is_eligible(queue, state) || !is_before(state.deadline, other->deadline));
}

Schedulable* Eevdf::candidate(unsigned cpu, unsigned to) {
    for (DeadlineNode* node = queues_.of(cpu).tree.first(); node != nullptr; node = DeadlineTree::next(*node)) {
        Schedulable& thread = Schedulable::of(static_cast<State&>(*node));
        if ((thread.affinity >> to & 1) != 0) {
            return &thread;
        }
    }
    return nullptr;
}

Eevdf::State* Eevdf::best(const Queue& queue) {
    return static_cast<State*>(queue.tree.first_eligible(queue.average));
}

void Eevdf::account(Queue& queue, Nanoseconds now) {
    if (queue.running == nullptr) {
        return;
    }
    State& state = *queue.running;
    const std::uint64_t ran = virtual_span(now - queue.accounted, state.weight);
    queue.accounted = now;
    state.vruntime += ran;
    queue.excess += static_cast<std::int64_t>(ran * state.weight);
    settle(queue);
}

// Where it stands against the average is what it is owed; but as it counts in the average itself, it has to be put further away from
// it by what it will pull it along (the paper's 4.2, strategy 2).
void Eevdf::place(Queue& queue, State& state, Enqueue why) {
    const std::uint64_t load = queue.load.get();
    const std::int64_t pull = load == 0 ? 0 : state.lag * state.weight / static_cast<std::int64_t>(load);
    state.vruntime = queue.average - static_cast<std::uint64_t>(load == 0 ? 0 : state.lag + pull);
    const auto whole = static_cast<std::int64_t>(virtual_span(slice, state.weight));
    const bool goes_on = (why == Enqueue::migrated || why == Enqueue::changed) && state.left > 0;
    // A new thread asks for half as much at first, so that it begins soon.
    const std::int64_t request = goes_on ? std::min(state.left, whole) : why == Enqueue::created ? whole / 2 : whole;
    state.deadline = state.vruntime + static_cast<std::uint64_t>(request);
}

void Eevdf::join(Queue& queue, State& state) {
    queue.load.add(state.weight);
    queue.count.add(1);
    queue.excess += since(queue.average, state.vruntime) * state.weight;
    settle(queue);
}

// It takes with it what it is owed or owes, but no more than two slices of it.
void Eevdf::leave(Queue& queue, State& state) {
    const auto bound = static_cast<std::int64_t>(2 * virtual_span(slice, state.weight));
    state.lag = std::clamp(since(state.vruntime, queue.average), -bound, bound);
    state.left = since(state.vruntime, state.deadline);
    queue.load.subtract(state.weight);
    queue.count.subtract(1);
    queue.excess -= since(queue.average, state.vruntime) * state.weight;
    settle(queue);
}

// Puts whole nanoseconds of `excess` into `average`, so that less than one is left on either side. Threads stand within a few slices around the average,
// so that the sum of their distances from it, by weight, is small however many there are.
void Eevdf::settle(Queue& queue) {
    const auto load = static_cast<std::int64_t>(queue.load.get());
    if (load == 0) {
        queue.excess = 0;
        return;
    }
    const std::int64_t whole = queue.excess / load;
    queue.average += static_cast<std::uint64_t>(whole);
    queue.excess -= whole * load;
}

// If it asks again now.
VirtualTime Eevdf::next_deadline(const State& state) {
    return state.vruntime + virtual_span(slice, state.weight);
}

}  // namespace phx::sched
