// Ready threads by virtual runtime, in Boost.Intrusive's red-black tree.
#pragma once

#include <boost/intrusive/rbtree_algorithms.hpp>

#include <sched/fair/virtual_time.hpp>

namespace phx::sched {

struct VruntimeNode {
    enum class Color : std::uint8_t { red, black };

    VruntimeNode* parent;
    VruntimeNode* left;
    VruntimeNode* right;
    VirtualTime vruntime;
    Color color;
};

// The node traits of Boost.Intrusive ("Node algorithms with custom NodeTraits").
struct VruntimeTraits {
    using node = VruntimeNode;
    using node_ptr = VruntimeNode*;
    using const_node_ptr = const VruntimeNode*;
    using color = VruntimeNode::Color;

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

struct ByVruntime {
    bool operator()(const VruntimeNode* a, const VruntimeNode* b) const { return is_before(a->vruntime, b->vruntime); }
};

// Node derives from VruntimeNode; Before is what tests replace, to count. The first waits outside of the tree: where no more than one is
// ready, as for the most part, the tree has nothing to do.
template <class Node, class Before = ByVruntime>
class VruntimeTree {
public:
    constexpr VruntimeTree() : header_{nullptr, &header_, &header_, 0, VruntimeNode::Color::red} {}
    VruntimeTree(const VruntimeTree&) = delete;
    VruntimeTree& operator=(const VruntimeTree&) = delete;

    [[nodiscard]] bool empty() const { return first_ == nullptr; }
    // Null: none.
    [[nodiscard]] Node* first() { return first_; }
    [[nodiscard]] Node* next(Node& after) { return node(&after == first_ ? header_.left : Algorithms::next_node(&after)); }

    // Behind those of the same virtual runtime.
    void insert(Node& item) {
        if (first_ == nullptr) {
            first_ = &item;
        } else {
            insert_with_others(item);
        }
    }
    void erase_first() {
        first_ = node(header_.left);
        if (first_ != nullptr) {
            erase_from_tree(*first_);
        }
    }
    void erase(Node& item) {
        if (&item == first_) {
            erase_first();
        } else {
            erase_from_tree(item);
        }
    }

private:
    using Algorithms = boost::intrusive::rbtree_algorithms<VruntimeTraits>;

    [[gnu::noinline]] void insert_with_others(Node& item) {
        if (Before{}(&item, first_)) {
            Algorithms::push_front(&header_, first_);
            first_ = &item;
        } else {
            Algorithms::insert_equal_upper_bound(&header_, &item, Before{});
        }
    }
    [[gnu::noinline]] void erase_from_tree(Node& item) { Algorithms::erase(&header_, &item); }
    [[nodiscard]] Node* node(VruntimeNode* at) { return at == &header_ ? nullptr : static_cast<Node*>(at); }

    Node* first_ = nullptr;
    VruntimeNode header_;  // of the tree of all others: its left is the first of them
};

}  // namespace phx::sched
