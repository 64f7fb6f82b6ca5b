#include <sched/fifo_rt/fifo_rt.hpp>

#include <ports/fifo_rt.hpp>
#include <sched/fair/weights.hpp>

namespace phx::sched {
namespace {

auto& below() { return ports::fifo_rt::below(); }

constexpr std::uint64_t k_weight = weight_of({Policy::fifo, 0, 1});

}  // namespace

void FifoRt::attach(Schedulable& thread, Nanoseconds now) {
    if (thread.attributes.is_real_time()) {
        thread.make_state<State>();
    } else {
        below().attach(thread, now);
    }
}

// A thread whose priority was lowered is the first of its new equals, else it is the last (sched(7), "SCHED_FIFO").
void FifoRt::enqueue(unsigned cpu, Schedulable& thread, Enqueue why, Nanoseconds now) {
    if (!thread.attributes.is_real_time()) {
        below().enqueue(cpu, thread, why, now);
        return;
    }
    Queue& queue = queues_.of(cpu);
    State& state = thread.state<State>();
    const bool lowered = why == Enqueue::changed && thread.attributes.priority < state.priority;
    state.priority = thread.attributes.priority;
    insert(queue, state, lowered);
    queue.count.add(1);
}

void FifoRt::dequeue(unsigned cpu, Schedulable& thread, Nanoseconds now) {
    if (!thread.attributes.is_real_time()) {
        below().dequeue(cpu, thread, now);
        return;
    }
    Queue& queue = queues_.of(cpu);
    remove(queue, thread.state<State>());
    queue.count.subtract(1);
}

Schedulable* FifoRt::pick(unsigned cpu, Nanoseconds now) {
    Queue& queue = queues_.of(cpu);
    const unsigned priority = queue.levels.highest();
    if (priority == 0) {
        return below().pick(cpu, now);
    }
    State& first = *queue.ready[priority].first();
    remove(queue, first);
    queue.turn_end = now + first.left;
    return &Schedulable::of(first);
}

// Who is preempted stays the first of its equals, unless its turn is over.
void FifoRt::put(unsigned cpu, Schedulable& thread, Put why, Nanoseconds now) {
    if (!thread.attributes.is_real_time()) {
        below().put(cpu, thread, why, now);
        return;
    }
    Queue& queue = queues_.of(cpu);
    State& state = thread.state<State>();
    if (why == Put::blocked) {
        state.left = slice;
        queue.count.subtract(1);
        return;
    }
    const bool takes_turns = thread.attributes.policy == Policy::round_robin;
    const bool goes_on = why == Put::preempted && !(takes_turns && now >= queue.turn_end);
    state.left = goes_on && takes_turns ? queue.turn_end - now : slice;
    insert(queue, state, goes_on);
}

bool FifoRt::preempts(unsigned cpu, Schedulable& woken, Schedulable& running, Nanoseconds now) {
    if (woken.attributes.is_real_time() || running.attributes.is_real_time()) {
        return woken.attributes.priority > running.attributes.priority;  // 0 if not real-time
    }
    return below().preempts(cpu, woken, running, now);
}

Nanoseconds FifoRt::next_event(unsigned cpu, Schedulable& running, Nanoseconds now) {
    if (!running.attributes.is_real_time()) {
        return below().next_event(cpu, running, now);
    }
    Queue& queue = queues_.of(cpu);
    return has_equal(queue, running) ? queue.turn_end : never;
}

bool FifoRt::tick(unsigned cpu, Schedulable& running, Nanoseconds now) {
    if (!running.attributes.is_real_time()) {
        return below().tick(cpu, running, now);
    }
    Queue& queue = queues_.of(cpu);
    return has_equal(queue, running) && now >= queue.turn_end;
}

// Whether `running` takes turns with someone.
bool FifoRt::has_equal(Queue& queue, const Schedulable& running) {
    return running.attributes.policy == Policy::round_robin && !queue.ready[running.attributes.priority].empty();
}

std::uint64_t FifoRt::load(unsigned cpu) {
    return queues_.of(cpu).count.get() * k_weight + below().load(cpu);
}

std::uint32_t FifoRt::count(unsigned cpu) {
    return queues_.of(cpu).count.get() + below().count(cpu);
}

bool FifoRt::runnable(unsigned cpu) {
    return queues_.of(cpu).levels.highest() != 0 || below().runnable(cpu);
}

// The most urgent first: what its caches hold counts for less than that it waits.
Schedulable* FifoRt::candidate(unsigned cpu, unsigned to) {
    Queue& queue = queues_.of(cpu);
    for (unsigned priority = queue.levels.highest(); priority != 0; priority = queue.levels.highest(priority)) {
        RunList<State>& ready = queue.ready[priority];
        for (State* state = ready.first(); state != nullptr; state = ready.next(*state)) {
            Schedulable& thread = Schedulable::of(*state);
            if ((thread.affinity >> to & 1) != 0) {
                return &thread;
            }
        }
    }
    return below().candidate(cpu, to);
}

void FifoRt::insert(Queue& queue, State& state, bool in_front) {
    RunList<State>& ready = queue.ready[state.priority];
    if (in_front) {
        ready.push_front(state);
    } else {
        ready.push_back(state);
    }
    queue.levels.add(state.priority);
}

void FifoRt::remove(Queue& queue, State& state) {
    RunList<State>& ready = queue.ready[state.priority];
    ready.remove(state);
    if (ready.empty()) {
        queue.levels.remove(state.priority);
    }
}

}  // namespace phx::sched
