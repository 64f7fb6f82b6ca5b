// Threads in order, for schedulers: a circular list through their notes that checks nothing.
#pragma once

#include <atomic>

namespace phx::sched {

struct RunLink {
    RunLink* next;
    RunLink* prev;
};

// Link derives from RunLink and is in at most one list. One writer at a time; `empty` may be asked meanwhile.
template <class Link>
class RunList {
public:
    constexpr RunList() : head_{&head_, &head_} {}
    RunList(const RunList&) = delete;
    RunList& operator=(const RunList&) = delete;

    [[nodiscard]] bool empty() const { return first_link() == &head_; }
    // Null: none.
    [[nodiscard]] Link* first() { return link(first_link()); }
    [[nodiscard]] Link* next(Link& after) { return link(after.next); }

    void push_back(Link& item) { insert(*head_.prev, item, head_); }
    void push_front(Link& item) { insert(head_, item, *head_.next); }
    Link* pop_front() {
        RunLink* const first = head_.next;
        join(head_, *first->next);
        return link(first);
    }
    static void remove(Link& item) { join(*item.prev, *item.next); }

private:
    [[nodiscard]] RunLink* first_link() const { return std::atomic_ref{const_cast<RunLink*&>(head_.next)}.load(std::memory_order_relaxed); }
    [[nodiscard]] Link* link(RunLink* at) { return at == &head_ ? nullptr : static_cast<Link*>(at); }
    static void insert(RunLink& before, RunLink& item, RunLink& after) {
        item.prev = &before;
        item.next = &after;
        set_next(before, item);
        after.prev = &item;
    }
    static void join(RunLink& before, RunLink& after) {
        set_next(before, after);
        after.prev = &before;
    }
    static void set_next(RunLink& link, RunLink& next) { std::atomic_ref{link.next}.store(&next, std::memory_order_relaxed); }

    RunLink head_;
};

}  // namespace phx::sched
