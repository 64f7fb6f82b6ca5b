// A doubly linked list through members of the items: no allocation, removal in constant time. The list owns nothing; an
// item must be out of every list before it dies.
#pragma once

#include <cstddef>

#include <base/panic.hpp>

namespace phx {

struct ListNode {
    ListNode* next = nullptr;
    ListNode* prev = nullptr;

    constexpr ListNode() = default;
    ListNode(const ListNode&) = delete;
    ListNode& operator=(const ListNode&) = delete;
    [[nodiscard]] constexpr bool is_linked() const { return next != nullptr; }
};

// T derives from ListNode.
template <class T>
class IntrusiveList {
public:
    constexpr IntrusiveList() { head_.next = head_.prev = &head_; }

    class Iterator {
    public:
        explicit Iterator(ListNode* node) : node_{node} {}
        T& operator*() const { return static_cast<T&>(*node_); }
        T* operator->() const { return static_cast<T*>(node_); }
        Iterator& operator++() {
            node_ = node_->next;
            return *this;
        }
        bool operator==(const Iterator&) const = default;

    private:
        friend IntrusiveList;
        ListNode* node_;
    };

    [[nodiscard]] bool empty() const { return head_.next == &head_; }
    [[nodiscard]] T* front() { return empty() ? nullptr : static_cast<T*>(head_.next); }
    // What follows an item of this list; null: it is the last.
    [[nodiscard]] T* after(T& item) {
        ListNode* const next = static_cast<ListNode&>(item).next;
        return next == &head_ ? nullptr : static_cast<T*>(next);
    }
    [[nodiscard]] Iterator begin() { return Iterator{head_.next}; }
    [[nodiscard]] Iterator end() { return Iterator{&head_}; }

    void push_front(T& item) { insert_before(*head_.next, item); }
    void push_back(T& item) { insert_before(head_, item); }
    // `position` may be end().
    void insert_before(Iterator position, T& item) { insert_before(*position.node_, item); }

    // The item must be in a list.
    static void remove(T& item) {
        ListNode& node = item;
        ASSERT(node.is_linked() && node.next->prev == &node && node.prev->next == &node);
        node.prev->next = node.next;
        node.next->prev = node.prev;
        node.next = node.prev = nullptr;
    }
    T* pop_front() {
        if (empty()) {
            return nullptr;
        }
        ListNode& node = *head_.next;
        head_.next = node.next;
        node.next->prev = &head_;
        node.next = node.prev = nullptr;
        return static_cast<T*>(&node);
    }

private:
    static void insert_before(ListNode& position, T& item) {
        ListNode& node = item;
        ASSERT(!node.is_linked());
        node.prev = position.prev;
        node.next = &position;
        position.prev->next = &node;
        position.prev = &node;
    }

    ListNode head_;
};

}  // namespace phx
