// Armed timers by deadline: a treap, that is a search tree by deadline which is a heap by random rank, so that its
// depth is logarithmic whatever the deadlines (Aragon and Seidel, "Randomized search trees", 1989). It holds links in
// the timers and owns nothing. No recursion. Not synchronised.
#pragma once

#include <cstddef>
#include <cstdint>

#include <base/panic.hpp>
#include <time/interfaces/timers.hpp>

namespace phx::time {

class TimerTree {
public:
    constexpr TimerTree() = default;

    // The timer is not armed; afterwards it is. Behind all that have the same deadline.
    void insert(Timer& timer, Nanoseconds deadline);
    // The timer is armed, in this tree.
    void remove(Timer& timer);

    [[nodiscard]] Timer* first() const { return first_; }
    // The next by deadline; null after the last.
    [[nodiscard]] static Timer* next(Timer& timer);
    [[nodiscard]] std::size_t size() const { return size_; }

private:
    // So few timers are quicker found than kept in balance. Those that came among so few have rank 0, are hence never
    // more than this, and stand below all others: they add no more than this to the depth.
    static constexpr std::size_t k_unbalanced = 8;

    [[nodiscard]] static Timer* leftmost(Timer* of);
    void replace_child(Timer* parent, Timer& child, Timer* other);
    [[gnu::noinline]] void rise(Timer& timer);
    [[gnu::noinline]] void sink(Timer& timer);
    void rotate_up(Timer& timer);
    std::uint32_t random();

    Timer* root_ = nullptr;
    Timer* first_ = nullptr;
    std::size_t size_ = 0;
    std::uint32_t seed_ = 0x9e37'79b9;
};

inline void TimerTree::insert(Timer& timer, Nanoseconds deadline) {
    TimerLinks& links = timer.links();
    ASSERT(!links.is_armed());
    Timer* parent = nullptr;
    Timer** place = &root_;
    bool is_first = true;
    for (Timer* at = root_; at != nullptr; at = *place) {
        parent = at;
        if (deadline < at->deadline()) {
            place = &at->links().left;
        } else {
            place = &at->links().right;
            is_first = false;
        }
    }
    timer.set_deadline(deadline);
    links.parent = parent;
    links.left = nullptr;
    links.right = nullptr;
    links.rank = size_ < k_unbalanced ? 0 : random();
    links.set_armed(true);
    *place = &timer;
    if (is_first) {
        first_ = &timer;
    }
    ++size_;
    if (parent != nullptr && parent->links().rank < links.rank) {
        rise(timer);
    }
}

inline void TimerTree::remove(Timer& timer) {
    TimerLinks& links = timer.links();
    ASSERT(links.is_armed() && (links.parent != nullptr || root_ == &timer));
    if (first_ == &timer) {  // then it is a left child without one of its own
        first_ = links.right != nullptr ? leftmost(links.right) : links.parent;
    }
    if (links.left != nullptr && links.right != nullptr) {
        sink(timer);
    }
    Timer* const child = links.left != nullptr ? links.left : links.right;
    if (child != nullptr) {
        child->links().parent = links.parent;
    }
    replace_child(links.parent, timer, child);
    links.set_armed(false);
    --size_;
}

inline Timer* TimerTree::leftmost(Timer* of) {
    while (Timer* const left = of->links().left) {
        of = left;
    }
    return of;
}

inline void TimerTree::replace_child(Timer* parent, Timer& child, Timer* other) {
    if (parent == nullptr) {
        root_ = other;
    } else if (parent->links().left == &child) {
        parent->links().left = other;
    } else {
        parent->links().right = other;
    }
}

// Marsaglia, "Xorshift RNGs", 2003: the triple 13, 17, 5.
inline std::uint32_t TimerTree::random() {
    seed_ ^= seed_ << 13;
    seed_ ^= seed_ >> 17;
    seed_ ^= seed_ << 5;
    return seed_;
}

}  // namespace phx::time
