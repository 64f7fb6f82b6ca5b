// Threads that wait for a mutex and do not get it.
#include <debug/watchdog/watchdog.hpp>

#include <limits>

#include <base/panic.hpp>
#include <params/watchdog.hpp>
#include <ports/watchdog.hpp>
#include <sync/mutex.hpp>

namespace phx::debug {
namespace {

using Name = std::array<char, task::Thread::k_name_size>;

constexpr Nanoseconds k_reported{std::numeric_limits<std::int64_t>::max()};  // as Watch::since: not again

// Collected while nobody can end, logged afterwards.
struct Wait {
    const char* mutex = nullptr;
    Name waiter{};
    std::uint32_t waiter_id = 0;
    Name owner{};
    std::uint32_t owner_id = 0;
    const char* owner_waits_for = nullptr;
    Name next{};  // whom the owner waits for, if that is for a mutex
    Nanoseconds waited;
};

struct Waits {
    Nanoseconds now;
    std::array<Wait, 8> found{};
    std::size_t count = 0;

    void look_at(const Mutex& mutex, const task::Thread& waiter);
};

[[nodiscard]] Name name_of(const task::Thread& thread) {
    Name name{};
    thread.name().copy(name.data(), name.size() - 1);
    return name;
}

// The lock of contended mutexes is held: owners and waiters stay what they are. A waiter whose count of switches has not moved since the last
// look has waited all that time.
void Waits::look_at(const Mutex& mutex, const task::Thread& waiter) {
    if (waiter.watch.switches != waiter.switches) {
        waiter.watch = {now, waiter.switches};
        return;
    }
    if (waiter.watch.since == k_reported || now - waiter.watch.since < params::watchdog::hung_limit || count == found.size()) {
        return;
    }
    const task::Thread& owner = *mutex.owner();
    Wait& wait = found[count++];
    wait = {mutex.name(), name_of(waiter), waiter.id, name_of(owner), owner.id, nullptr, {}, now - waiter.watch.since};
    if (owner.thread_state.load(std::memory_order_relaxed) == task::ThreadState::waiting) {
        wait.owner_waits_for = owner.waits_for;
        if (owner.blocked_on != nullptr && owner.blocked_on->owner() != nullptr) {
            wait.next = name_of(*owner.blocked_on->owner());
        }
    }
    waiter.watch.since = k_reported;
}

void log(const Wait& wait) {
    const std::string_view waiter{wait.waiter.data()};
    const std::string_view owner{wait.owner.data()};
    const std::string_view next{wait.next.data()};
    ports::watchdog::log().warning("hung thread: {} ({}) has waited {} ms for mutex {} of thread {} ({}), which {}{}{}{}", waiter, wait.waiter_id,
                                   wait.waited.count() / 1'000'000, wait.mutex, owner, wait.owner_id,
                                   wait.owner_waits_for != nullptr ? "waits for " : "can run",
                                   wait.owner_waits_for != nullptr ? wait.owner_waits_for : "", next.empty() ? "" : " of thread ", next);
}

}  // namespace

// Interrupt context: the lists' locks are never held by what was interrupted, as they mask interrupts.
void Watchdog::check_threads(Nanoseconds now) {
    Waits waits{.now = now};
    ports::watchdog::threads().for_each([&](const task::Thread& thread) {
        Mutex::for_each_waiter(
            thread, [](void* all, const Mutex& mutex, const task::Thread& waiter) { static_cast<Waits*>(all)->look_at(mutex, waiter); }, &waits);
    });
    for (const Wait& wait : std::span{waits.found}.first(waits.count)) {
        log(wait);
    }
    if (waits.count > 0) {
        reported("hung thread");
    }
}

}  // namespace phx::debug
