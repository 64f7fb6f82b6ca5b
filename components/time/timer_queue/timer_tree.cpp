#include <time/timer_queue/timer_tree.hpp>

namespace phx::time {

void TimerTree::rise(Timer& timer) {
    const TimerLinks& links = timer.links();
    while (links.parent != nullptr && links.parent->links().rank < links.rank) {
        rotate_up(timer);
    }
}

// Until it has one child at most, the child of greater rank rising in its place.
void TimerTree::sink(Timer& timer) {
    const TimerLinks& links = timer.links();
    while (links.left != nullptr && links.right != nullptr) {
        rotate_up(links.left->links().rank > links.right->links().rank ? *links.left : *links.right);
    }
}

Timer* TimerTree::next(Timer& timer) {
    if (Timer* const right = timer.links().right) {
        return leftmost(right);
    }
    Timer* at = &timer;
    while (at->links().parent != nullptr && at->links().parent->links().right == at) {
        at = at->links().parent;
    }
    return at->links().parent;
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

}  // namespace phx::time
