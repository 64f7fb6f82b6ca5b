// The areas of an address space by address, in Boost.Intrusive's red-black tree. They do not overlap.
#pragma once

#include <boost/intrusive/rbtree_algorithms.hpp>

#include <atomic>
#include <cstdint>

#include <base/user.hpp>

namespace phx::vm {

struct AreaNode {
    enum class Color : std::uint8_t { red, black };

    AreaNode* parent = nullptr;
    AreaNode* left = nullptr;
    AreaNode* right = nullptr;
    UserAddr begin;
    UserAddr end;
    Color color = Color::red;

    [[nodiscard]] std::uint64_t size() const { return end - begin; }
    [[nodiscard]] bool contains(UserAddr at) const { return at >= begin && at < end; }
};

// The node traits of Boost.Intrusive ("Node algorithms with custom NodeTraits").
struct AreaTraits {
    using node = AreaNode;
    using node_ptr = AreaNode*;
    using const_node_ptr = const AreaNode*;
    using color = AreaNode::Color;

    static node_ptr get_parent(const_node_ptr n) { return n->parent; }
    static void set_parent(node_ptr n, node_ptr parent) { n->parent = parent; }
    static node_ptr get_left(const_node_ptr n) { return n->left; }
    static void set_left(node_ptr n, node_ptr left) { n->left = left; }
    static node_ptr get_right(const_node_ptr n) { return n->right; }
    static void set_right(node_ptr n, node_ptr right) { n->right = right; }
    static color get_color(const_node_ptr n) { return n->color; }
    static void set_color(node_ptr n, color c) { n->color = c; }
    static color black() { return color::black; }
    static color red() { return color::red; }
};

// A derives from AreaNode. To look something up the owner's lock is held shared, to change the tree exclusively.
template <class A>
class AreaTree {
public:
    AreaTree() { Algorithms::init_header(&header_); }
    AreaTree(const AreaTree&) = delete;
    AreaTree& operator=(const AreaTree&) = delete;

    // Null: none.
    [[nodiscard]] A* first() { return area(header_.left); }
    [[nodiscard]] A* last() { return area(header_.right); }
    [[nodiscard]] A* next(A& after) { return area(Algorithms::next_node(&after)); }
    [[nodiscard]] A* previous(A& before) { return &before == first() ? nullptr : area(Algorithms::prev_node(&before)); }
    // The first that ends above `at`, which may lie below its beginning.
    [[nodiscard]] A* find(UserAddr at) {
        A* const hint = hint_.load(std::memory_order_relaxed);
        if (hint != nullptr && hint->contains(at)) [[likely]] {
            return hint;
        }
        return search(at);
    }
    [[nodiscard]] std::uint32_t count() const { return count_; }

    // Where nothing is.
    void insert(A& item) {
        const auto ends_before = [](const AreaNode* a, const AreaNode* b) { return a->begin < b->begin; };
        Algorithms::insert_equal_upper_bound(&header_, &item, ends_before);
        ++count_;
    }
    // Above all others.
    void push_back(A& item) {
        Algorithms::push_back(&header_, &item);
        ++count_;
    }
    void erase(A& item) {
        hint_.store(nullptr, std::memory_order_relaxed);
        Algorithms::erase(&header_, &item);
        --count_;
    }

private:
    using Algorithms = boost::intrusive::rbtree_algorithms<AreaTraits>;

    [[gnu::noinline]] A* search(UserAddr at) {
        AreaNode* found = &header_;
        for (AreaNode* node = header_.parent; node != nullptr;) {
            if (node->end > at) {
                found = node;
                node = node->left;
            } else {
                node = node->right;
            }
        }
        A* const result = area(found);
        if (result != nullptr && result->contains(at)) {
            hint_.store(result, std::memory_order_relaxed);
        }
        return result;
    }
    [[nodiscard]] A* area(AreaNode* node) { return node == &header_ ? nullptr : static_cast<A*>(node); }

    AreaNode header_;
    std::atomic<A*> hint_{nullptr};
    std::uint32_t count_ = 0;
};

}  // namespace phx::vm
