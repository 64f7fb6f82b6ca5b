#include <sync/queued_lock/queued_lock.hpp>

#include <array>

#include <arch/cpu.hpp>
#include <sync/per_cpu.hpp>

namespace phx::sync {
namespace {

// A CPU with interrupts masked waits for one lock at a time; an exception in the midst of that may need further ones.
constexpr unsigned k_depth = 4;

struct Node {
    std::atomic<Node*> next{nullptr};
    std::atomic<bool> first{false};  // in the queue
};

struct Nodes {
    std::array<Node, k_depth> nodes;
    unsigned used = 0;
};

constinit PerCpu<Nodes> nodes;

[[nodiscard]] std::uint32_t number_of(unsigned cpu, unsigned depth) { return cpu * k_depth + depth + 1; }
[[nodiscard]] Node& node_of(std::uint32_t number) { return nodes.of((number - 1) / k_depth).nodes[(number - 1) % k_depth]; }

}  // namespace

void QueuedLock::take_as_first() {
    while (is_locked() || !try_take()) {
        arch::relax();
    }
}

// The first of the queue competes only with CPUs that looked at the queue before there was one. Whoever joins the queue behind `before` has
// acquired that node as its owner prepared it.
void QueuedLock::wait() {
    const unsigned cpu = this_cpu();
    Nodes& own = nodes.of(cpu);
    if (own.used == k_depth) {
        take_as_first();
        return;
    }
    const std::uint32_t number = number_of(cpu, own.used);
    Node& node = own.nodes[own.used++];
    node.next.store(nullptr, std::memory_order_relaxed);
    node.first.store(false, std::memory_order_relaxed);
    const std::uint32_t before = last_.exchange(number, std::memory_order_acq_rel);
    if (before != 0) {
        node_of(before).next.store(&node, std::memory_order_release);
        while (!node.first.load(std::memory_order_acquire)) {
            arch::relax();
        }
    }
    take_as_first();
    std::uint32_t last = number;
    if (!last_.compare_exchange_strong(last, 0, std::memory_order_release, std::memory_order_relaxed)) {
        Node* next = nullptr;
        while ((next = node.next.load(std::memory_order_acquire)) == nullptr) {
            arch::relax();
        }
        next->first.store(true, std::memory_order_release);
    }
    --own.used;
}

}  // namespace phx::sync
