#include <time/timer_queue/timer_tree.hpp>

#include <base/panic.hpp>

namespace phx::time {

void TimerTree::insert(Timer& timer) {
    TimerLinks& links = timer.links();
    ASSERT(!links.armed);
    Timer* parent = nullptr;
    Timer** place = &root_;
    bool is_first = true;
    while (*place != nullptr) {
        parent = *place;
        if (timer.deadline() < parent->deadline()) {
            place = &parent->links().left;
        } else {
            place = &parent->links().right;
            is_first = false;
        }
    }
    links = {.parent = parent, .left = nullptr, .right = nullptr, .rank = random(), .armed = true};
    *place = &timer;
    first_ = is_first ? &timer : first_;
    ++size_;
    while (links.parent != nullptr && links.parent->links().rank < links.rank) {
        rotate_up(timer);
    }
}

// Sinks to a leaf, the child of greater rank rising in its place, and falls off.
void TimerTree::remove(Timer& timer) {
    TimerLinks& links = timer.links();
    ASSERT(links.armed && (links.parent != nullptr || root_ == &timer));
    if (first_ == &timer) {
        first_ = next(timer);
    }
    while (links.left != nullptr || links.right != nullptr) {
        const bool left_rises =
            links.right == nullptr || (links.left != nullptr && links.left->links().rank > links.right->links().rank);
        rotate_up(left_rises ? *links.left : *links.right);
    }
    replace_child(links.parent, timer, nullptr);
    links = {};
    --size_;
}

Timer* TimerTree::next(Timer& timer) {
    Timer* at = timer.links().right;
    if (at != nullptr) {
        while (at->links().left != nullptr) {
            at = at->links().left;
        }
        return at;
    }
    at = &timer;
    while (at->links().parent != nullptr && at->links().parent->links().right == at) {
        at = at->links().parent;
    }
    return at->links().parent;
}

void TimerTree::replace_child(Timer* parent, Timer& child, Timer* other) {
    if (parent == nullptr) {
        root_ = other;
    } else if (parent->links().left == &child) {
        parent->links().left = other;
    } else {
        parent->links().right = other;
    }
}

// The timer and its parent change places; what stands between them by deadline changes sides.
void TimerTree::rotate_up(Timer& timer) {
    TimerLinks& links = timer.links();
    Timer& parent = *links.parent;
    TimerLinks& above = parent.links();
    const bool is_left = above.left == &timer;
    Timer*& inner = is_left ? links.right : links.left;
    (is_left ? above.left : above.right) = inner;
    if (inner != nullptr) {
        inner->links().parent = &parent;
    }
    replace_child(above.parent, parent, &timer);
    links.parent = above.parent;
    inner = &parent;
    above.parent = &timer;
}

// Marsaglia, "Xorshift RNGs", 2003: the triple 13, 17, 5.
std::uint32_t TimerTree::random() {
    seed_ ^= seed_ << 13;
    seed_ ^= seed_ >> 17;
    seed_ ^= seed_ << 5;
    return seed_;
}

}  // namespace phx::time
