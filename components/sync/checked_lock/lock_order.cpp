#include <sync/checked_lock/lock_order.hpp>

#include <algorithm>
#include <array>
#include <atomic>
#include <type_traits>

#include <base/interrupt_guard.hpp>
#include <base/panic.hpp>
#include <params/checked_lock.hpp>
#include <ports/checked_lock.hpp>
#include <sync/checked_lock/checked_lock.hpp>
#include <sync/tickets.hpp>

namespace phx::sync::lock_order {
namespace {

// Those that manifests declare, and room for those that are learnt.
constexpr std::size_t k_edges = std::remove_reference_t<decltype(ports::checked_lock::order())>::declared_count + params::checked_lock::orders;
constexpr std::uint16_t k_none = UINT16_MAX;
constexpr std::uint16_t k_root = UINT16_MAX - 1;

// The pairs that are declared, then those seen, in that order, which is what searches and listings go through; looking one up goes through the
// hashed index and takes no lock: an entry of that is published when its pair is complete, and pairs never change.
struct Table {
    Tickets lock;  // of those who add
    bool is_open = false;
    std::array<LockEdge, k_edges> edges{};
    std::atomic<std::size_t> count{0};
    std::array<std::atomic<std::uint16_t>, 2 * k_edges> index{};  // into `edges`, plus 1; 0: free
    std::array<std::uint16_t, k_edges> parent{};                  // of a search: the edge before, k_none: not reached, k_root: the first
    std::array<std::uint16_t, k_edges> reached{};
};

constinit Table table;
constinit std::atomic<bool> stopped{false};

// Where a pair is in the index, or belongs. The index is never more than half full, so the search ends.
[[nodiscard]] std::atomic<std::uint16_t>& find(const LockClass* before, const LockClass* after) {
    const auto mixed = reinterpret_cast<std::uintptr_t>(before) * 31 + reinterpret_cast<std::uintptr_t>(after);
    for (std::size_t at = (mixed * 0x9e3779b97f4a7c15U >> 32) % table.index.size();; at = (at + 1) % table.index.size()) {
        const std::uint16_t entry = table.index[at].load(std::memory_order_acquire);
        if (entry == 0 || (table.edges[entry - 1U].before == before && table.edges[entry - 1U].after == after)) {
            return table.index[at];
        }
    }
}

// If there is room.
void add(const LockEdge& edge) {
    const std::size_t at = table.count.load(std::memory_order_relaxed);
    if (at < k_edges) {
        table.edges[at] = edge;
        table.count.store(at + 1, std::memory_order_release);
        find(edge.before, edge.after).store(static_cast<std::uint16_t>(at + 1), std::memory_order_release);
    }
}

// With interrupts masked: takes the table's lock. The first to come puts in what is declared.
void open_table() {
    table.lock.lock();
    if (!table.is_open) {
        table.is_open = true;
        for (const DeclaredOrder& order : ports::checked_lock::order().declared()) {
            add({order.before, order.after, 0, 0, order.place});
        }
    }
}

// The last edge of the shortest chain of orders from one class to another, from which `parent` leads back; k_none: there is none.
[[nodiscard]] std::uint16_t find_chain(const LockClass* from, const LockClass* to) {
    const std::size_t count = table.count.load(std::memory_order_relaxed);
    std::size_t reached = 0;
    const auto reach_from = [&](const LockClass* at, std::uint16_t parent) {
        for (std::size_t i = 0; i < count; ++i) {
            if (table.edges[i].before == at && table.parent[i] == k_none) {
                table.parent[i] = parent;
                table.reached[reached++] = static_cast<std::uint16_t>(i);
            }
        }
    };
    std::fill_n(table.parent.begin(), count, k_none);
    reach_from(from, k_root);
    for (std::size_t next = 0; next < reached; ++next) {
        const std::uint16_t edge = table.reached[next];
        if (table.edges[edge].after == to) {
            return edge;
        }
        reach_from(table.edges[edge].after, edge);
    }
    return k_none;
}

// From the first edge of the chain that ends with `last` on.
void print_chain(std::uint16_t last) {
    std::array<std::uint16_t, 16> chain;
    std::size_t length = 0;
    for (std::uint16_t at = last; at != k_root && length < chain.size(); at = table.parent[at]) {
        chain[length++] = at;
    }
    while (length > 0) {
        const LockEdge& edge = table.edges[chain[--length]];
        if (edge.declared_at != nullptr) {
            print("  {} of rank {} is held when {} of rank {} is taken: {}\n", edge.before->name, edge.before->rank, edge.after->name,
                  edge.after->rank, edge.declared_at);
            continue;
        }
        print("  {} (taken at {})\n    was held when {} was taken at {}\n", edge.before->name, CheckedLock::place(edge.before_taken_at),
              edge.after->name, CheckedLock::place(edge.after_taken_at));
    }
}

[[nodiscard]] std::string_view kind(const Taker& taker) { return taker.thread != nullptr ? "mutex" : "spinlock"; }

// "CPU 2", "thread main (1)"
class Name {
public:
    explicit Name(const Taker& taker) {
        if (taker.thread == nullptr) {
            text_ = format_to(buffer_, "CPU {}", taker.cpu);
        } else if (ports::checked_lock::threads() != nullptr) {
            const auto& thread = static_cast<const task::Thread&>(*taker.thread);
            text_ = format_to(buffer_, "thread {} ({})", thread.name(), thread.id);
        } else {
            text_ = "the start-up";
        }
    }
    Name(const Name&) = delete;
    Name& operator=(const Name&) = delete;
    [[nodiscard]] std::string_view text() const { return text_; }

private:
    std::array<char, 48> buffer_;
    std::string_view text_;
};

void print_now(const Taker& taker, std::span<const HeldLock> held, const HeldLock& taken) {
    stop_checking();
    print("\n{} takes {} {} at {}\n", Name{taker}.text(), kind(taker), taken.lock_class->name, CheckedLock::place(taken.taken_at));
    print_held(taker, held);
}

[[noreturn]] void die_of_inversion(const Taker& taker, std::span<const HeldLock> held, const HeldLock& outer, const HeldLock& taken,
                                   std::uint16_t chain) {
    print_now(taker, held, taken);
    print("earlier, in the opposite order:\n");
    print_chain(chain);
    std::array<char, 160> text;
    panic(format_to(text, "{} order inverted: {} is taken under {}, but was held before that earlier", kind(taker), taken.lock_class->name,
                    outer.lock_class->name));
}

[[noreturn]] void die_of_rank(const Taker& taker, std::span<const HeldLock> held, const HeldLock& outer, const HeldLock& taken) {
    print_now(taker, held, taken);
    open_table();
    const std::uint16_t chain = find_chain(taken.lock_class, outer.lock_class);
    table.lock.unlock();
    if (chain != k_none) {
        print("the manifests have it in the opposite order:\n");
        print_chain(chain);
    } else {
        print("no manifest says that either is taken inside the other\n");
    }
    std::array<char, 160> text;
    panic(format_to(text, "{} order inverted: {} of rank {} is taken under {} of rank {}", kind(taker), taken.lock_class->name,
                    taken.lock_class->rank, outer.lock_class->name, outer.lock_class->rank));
}

[[noreturn]] void die_of_silence(const Taker& taker, std::span<const HeldLock> held, const HeldLock& outer, const HeldLock& taken) {
    print_now(taker, held, taken);
    print("no manifest says so: name it in `before:` or `calls:` of {}, or in a `passes_on:` between them\n", outer.lock_class->name);
    std::array<char, 160> text;
    panic(format_to(text, "{} order not declared: {} is taken under {}", kind(taker), taken.lock_class->name, outer.lock_class->name));
}

// Two locks whose classes, ranks or addresses alone say that they are taken the wrong way round.
void check_fixed_order(const Taker& taker, std::span<const HeldLock> held, const HeldLock& outer, const HeldLock& taken) {
    if (outer.lock_class == taken.lock_class) {
        if (outer.lock < taken.lock) {
            return;
        }
        std::array<char, 160> text;
        print_now(taker, held, taken);
        if (outer.lock == taken.lock) {
            panic(format_to(text, "{} takes {} {}, which it holds", Name{taker}.text(), kind(taker), taken.lock_class->name));
        }
        panic(format_to(text, "{} order inverted: two locks of class {} are not taken in the order of their addresses", kind(taker),
                        taken.lock_class->name));
    }
    if (outer.lock_class->rank != 0 && taken.lock_class->rank != 0 && outer.lock_class->rank >= taken.lock_class->rank) {
        die_of_rank(taker, held, outer, taken);
    }
}

// A pair not seen before: it must not close a circle of orders, and must follow from the manifests if both are declared there. Then it is
// learnt, if there is room.
void learn(const Taker& taker, std::span<const HeldLock> held, const HeldLock& outer, const HeldLock& taken) {
    open_table();
    if (find(outer.lock_class, taken.lock_class).load(std::memory_order_relaxed) == 0) {
        const std::uint16_t chain = find_chain(taken.lock_class, outer.lock_class);
        if (chain != k_none) {
            table.lock.unlock();
            die_of_inversion(taker, held, outer, taken, chain);
        }
        if (outer.lock_class->rank != 0 && taken.lock_class->rank != 0 && find_chain(outer.lock_class, taken.lock_class) == k_none) {
            table.lock.unlock();
            die_of_silence(taker, held, outer, taken);
        }
        add({outer.lock_class, taken.lock_class, outer.taken_at, taken.taken_at});
    }
    table.lock.unlock();
}

}  // namespace

bool is_checking() {
    return !stopped.load(std::memory_order_relaxed);
}

void stop_checking() {
    stopped.store(true, std::memory_order_relaxed);
}

void check(const Taker& taker, std::span<const HeldLock> held, const HeldLock& taken) {
    for (const HeldLock& outer : held) {
        check_fixed_order(taker, held, outer, taken);
        if (outer.lock_class != taken.lock_class && find(outer.lock_class, taken.lock_class).load(std::memory_order_relaxed) == 0) {
            learn(taker, held, outer, taken);
        }
    }
}

std::span<LockEdge> edges(std::span<LockEdge> out, std::size_t skip) {
    {
        const InterruptGuard guard;
        open_table();
        table.lock.unlock();
    }
    const std::size_t count = table.count.load(std::memory_order_acquire);
    const std::size_t from = std::min(skip, count);
    const std::size_t copied = std::min(out.size(), count - from);
    std::copy_n(table.edges.begin() + static_cast<std::ptrdiff_t>(from), copied, out.begin());
    return out.first(copied);
}

void vprint(std::string_view format, std::span<const FormatArg> args) {
    if (auto* console = ports::checked_lock::console()) {
        std::array<char, 300> text;
        console->write_now(vformat_to(text, format, args));
    }
}

void print_held(const Taker& taker, std::span<const HeldLock> held) {
    print("{} holds, in the order of taking:{}\n", Name{taker}.text(), held.empty() ? " nothing" : "");
    for (const HeldLock& each : held) {
        print("  {} taken at {}\n", each.lock_class->name, CheckedLock::place(each.taken_at));
    }
}

}  // namespace phx::sync::lock_order
