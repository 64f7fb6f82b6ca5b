#include <sync/checked_lock/checked_lock.hpp>

#include <algorithm>
#include <array>

#include <arch/cpu.hpp>
#include <base/panic.hpp>
#include <params/checked_lock.hpp>
#include <ports/checked_lock.hpp>
#include <sync/checked_lock/lock_order.hpp>
#include <sync/per_cpu.hpp>

namespace phx::sync {
namespace {

constexpr std::size_t k_depth = 16;

// Written by its CPU alone, and looked at by others.
struct Entry {
    std::atomic<const CheckedLock*> lock{nullptr};
    std::atomic<const LockClass*> lock_class{nullptr};
    std::atomic<std::uintptr_t> taken_at{0};
    std::atomic<std::int64_t> since{0};
    std::atomic<bool> waiting{false};

    void copy(const Entry& other) {
        lock.store(other.lock.load(std::memory_order_relaxed), std::memory_order_relaxed);
        lock_class.store(other.lock_class.load(std::memory_order_relaxed), std::memory_order_relaxed);
        taken_at.store(other.taken_at.load(std::memory_order_relaxed), std::memory_order_relaxed);
        since.store(other.since.load(std::memory_order_relaxed), std::memory_order_relaxed);
        waiting.store(other.waiting.load(std::memory_order_relaxed), std::memory_order_relaxed);
    }
};

struct Stack {
    std::array<Entry, k_depth> entries;
    std::atomic<std::size_t> depth{0};

    void push(const CheckedLock& lock, std::uintptr_t site, bool waiting);
    void pop(const CheckedLock& lock);
    [[nodiscard]] Entry& top() { return entries[depth.load(std::memory_order_relaxed) - 1]; }
};

constinit PerCpu<Stack> stacks;

constinit std::atomic<std::int64_t> longest_time{0};
constinit std::atomic<const LockClass*> longest_class{nullptr};
constinit std::atomic<std::uintptr_t> longest_taken_at{0};

[[nodiscard]] std::int64_t now() {
    auto* clock = ports::checked_lock::clock();
    return clock != nullptr ? clock->now().count() : 0;
}

void Stack::push(const CheckedLock& lock, std::uintptr_t site, bool waiting) {
    const std::size_t at = depth.load(std::memory_order_relaxed);
    ASSERT(at < k_depth);
    Entry& entry = entries[at];
    entry.lock.store(&lock, std::memory_order_relaxed);
    entry.lock_class.store(&lock.lock_class(), std::memory_order_relaxed);
    entry.taken_at.store(site, std::memory_order_relaxed);
    entry.since.store(now(), std::memory_order_relaxed);
    entry.waiting.store(waiting, std::memory_order_relaxed);
    depth.store(at + 1, std::memory_order_release);
}

// Locks need not be released in the opposite order.
void Stack::pop(const CheckedLock& lock) {
    const std::size_t count = depth.load(std::memory_order_relaxed);
    std::size_t at = count;
    while (at > 0 && entries[at - 1].lock.load(std::memory_order_relaxed) != &lock) {
        --at;
    }
    if (at == 0) {
        return;
    }
    const Entry& entry = entries[at - 1];
    const std::int64_t duration = now() - entry.since.load(std::memory_order_relaxed);
    if (duration > longest_time.load(std::memory_order_relaxed)) {
        longest_time.store(duration, std::memory_order_relaxed);
        longest_class.store(entry.lock_class.load(std::memory_order_relaxed), std::memory_order_relaxed);
        longest_taken_at.store(entry.taken_at.load(std::memory_order_relaxed), std::memory_order_relaxed);
    }
    for (; at < count; ++at) {
        entries[at - 1].copy(entries[at]);
    }
    depth.store(count - 1, std::memory_order_release);
}

[[nodiscard]] std::uintptr_t to_site(const void* return_address) {
    return reinterpret_cast<std::uintptr_t>(return_address);
}

}  // namespace

void CheckedLock::lock() {
    if (!lock_order::is_checking()) {
        tickets_.lock();
        return;
    }
    const unsigned cpu = this_cpu();
    const std::uintptr_t site = to_site(__builtin_return_address(0));
    if (owner_.load(std::memory_order_relaxed) == cpu + 1) {
        die_of_recursion(cpu, site);
    }
    std::array<HeldLock, k_depth> buffer;
    const auto outer = held(cpu, buffer);
    if (!outer.empty()) {
        lock_order::check({cpu}, outer, {this, class_, site, Nanoseconds{}, true});
    }
    Stack& stack = stacks.of(cpu);
    stack.push(*this, site, true);
    wait(cpu);
    owner_.store(cpu + 1, std::memory_order_relaxed);
    stack.top().since.store(now(), std::memory_order_relaxed);
    stack.top().waiting.store(false, std::memory_order_relaxed);
}

void CheckedLock::wait(unsigned cpu) {
    constexpr unsigned k_looks = 1024;  // between two looks at the clock
    const std::uint16_t ticket = tickets_.draw();
    const std::int64_t start = now();
    for (unsigned looks = 0; !tickets_.is_served(ticket); ++looks) {
        arch::relax();
        if (looks % k_looks == k_looks - 1 && now() - start > params::checked_lock::wait_limit.count() && lock_order::is_checking()) {
            die_of_waiting(cpu, Nanoseconds{now() - start});
        }
    }
}

bool CheckedLock::try_lock() {
    if (!tickets_.try_lock()) {
        return false;
    }
    if (lock_order::is_checking()) {
        const unsigned cpu = this_cpu();
        owner_.store(cpu + 1, std::memory_order_relaxed);
        stacks.of(cpu).push(*this, to_site(__builtin_return_address(0)), false);
    }
    return true;
}

void CheckedLock::unlock() {
    if (lock_order::is_checking()) {
        const unsigned cpu = this_cpu();
        if (owner_.load(std::memory_order_relaxed) != cpu + 1) {
            die_of_release(cpu);
        }
        stacks.of(cpu).pop(*this);
    }
    owner_.store(0, std::memory_order_relaxed);
    tickets_.unlock();
}

void CheckedLock::die_of_recursion(unsigned cpu, std::uintptr_t site) const {
    lock_order::stop_checking();
    std::array<HeldLock, k_depth> buffer;
    lock_order::print("\nCPU {} takes spinlock {} at {}\n", cpu, class_->name, place(site));
    lock_order::print_held({cpu}, held(cpu, buffer));
    std::array<char, 120> text;
    panic(format_to(text, "CPU {} takes spinlock {}, which it holds", cpu, class_->name));
}

void CheckedLock::die_of_release(unsigned cpu) const {
    lock_order::stop_checking();
    const std::uint32_t owner = owner_.load(std::memory_order_relaxed);
    std::array<HeldLock, k_depth> buffer;
    std::array<char, 120> text;
    lock_order::print("\n");
    lock_order::print_held({cpu}, held(cpu, buffer));
    if (owner == 0) {
        panic(format_to(text, "CPU {} releases spinlock {}, which nobody holds", cpu, class_->name));
    }
    lock_order::print_held({owner - 1}, held(owner - 1, buffer));
    panic(format_to(text, "CPU {} releases spinlock {}, which CPU {} holds", cpu, class_->name, owner - 1));
}

void CheckedLock::die_of_waiting(unsigned cpu, Nanoseconds waited) const {
    lock_order::stop_checking();
    const std::uint32_t owner = owner_.load(std::memory_order_relaxed);
    std::array<HeldLock, k_depth> buffer;
    lock_order::print("\n");
    lock_order::print_held({cpu}, held(cpu, buffer));
    if (owner != 0) {
        lock_order::print_held({owner - 1}, held(owner - 1, buffer));
    }
    std::array<char, 160> text;
    if (owner == 0) {
        panic(format_to(text, "CPU {} has waited {} ms for spinlock {}, which is being passed on", cpu, waited.count() / 1'000'000, class_->name));
    }
    panic(format_to(text, "CPU {} has waited {} ms for spinlock {}, which CPU {} holds", cpu, waited.count() / 1'000'000, class_->name, owner - 1));
}

std::span<HeldLock> CheckedLock::held(unsigned cpu, std::span<HeldLock> out) {
    if (cpu >= PerCpu<Stack>::count) {
        return {};
    }
    const Stack& stack = stacks.of(cpu);
    const std::size_t count = std::min({stack.depth.load(std::memory_order_acquire), out.size(), k_depth});
    for (std::size_t i = 0; i < count; ++i) {
        const Entry& entry = stack.entries[i];
        out[i] = {entry.lock.load(std::memory_order_relaxed), entry.lock_class.load(std::memory_order_relaxed),
                  entry.taken_at.load(std::memory_order_relaxed), Nanoseconds{entry.since.load(std::memory_order_relaxed)},
                  entry.waiting.load(std::memory_order_relaxed)};
    }
    return out.first(count);
}

std::span<LockEdge> CheckedLock::edges(std::span<LockEdge> out, std::size_t skip) {
    return lock_order::edges(out, skip);
}

LongHold CheckedLock::longest() {
    return {longest_class.load(std::memory_order_relaxed), longest_taken_at.load(std::memory_order_relaxed),
            Nanoseconds{longest_time.load(std::memory_order_relaxed)}};
}

// A return address may lie behind its function's end, where the call is the last instruction: one instruction before it is the call.
LockPlace CheckedLock::place(std::uintptr_t address) {
    constexpr std::uintptr_t k_instruction = 4;
    LockPlace place;
    std::string_view text;
    if (auto* symbols = ports::checked_lock::symbols()) {
        if (const auto symbol = symbols->find(VirtAddr{address - k_instruction})) {
            text = format_to(place.buffer, "{}+{:#x}", symbol->name, symbol->offset + k_instruction);
        }
    }
    if (text.empty()) {
        text = format_to(place.buffer, "{:#x}", address);
    }
    place.size = text.size();
    return place;
}

}  // namespace phx::sync
