#include <sched/eevdf/deadline_tree.hpp>

namespace phx::sched {
namespace {

void update(DeadlineNode& node) {
    VirtualTime least = node.vruntime;
    for (const DeadlineNode* child : {node.left, node.right}) {
        if (child != nullptr && is_before(child->least_vruntime, least)) {
            least = child->least_vruntime;
        }
    }
    node.least_vruntime = least;
}

DeadlineNode* leftmost(DeadlineNode* node) {
    while (node != nullptr && node->left != nullptr) {
        node = node->left;
    }
    return node;
}

}  // namespace

void DeadlineTree::insert(DeadlineNode& node) {
    DeadlineNode* parent = nullptr;
    DeadlineNode** link = &root_;
    while (*link != nullptr) {
        parent = *link;
        if (is_before(node.vruntime, parent->least_vruntime)) {
            parent->least_vruntime = node.vruntime;
        }
        link = is_before(node.deadline, parent->deadline) ? &parent->left : &parent->right;
    }
    *link = &node;
    node.parent = parent;
    node.left = node.right = nullptr;
    node.least_vruntime = node.vruntime;
    node.rank = random();
    while (node.parent != nullptr && node.parent->rank < node.rank) {
        rotate_up(node);
    }
}

void DeadlineTree::erase(DeadlineNode& node) {
    while (node.left != nullptr && node.right != nullptr) {
        rotate_up(node.left->rank > node.right->rank ? *node.left : *node.right);
    }
    DeadlineNode* const child = node.left != nullptr ? node.left : node.right;
    link_to(node) = child;
    if (child != nullptr) {
        child->parent = node.parent;
    }
    for (DeadlineNode* above = node.parent; above != nullptr; above = above->parent) {
        update(*above);
    }
}

// Where the left side has anyone eligible, the answer is there: all of it is due before the node.
DeadlineNode* DeadlineTree::first_eligible(VirtualTime limit) const {
    DeadlineNode* node = root_;
    while (node != nullptr) {
        if (node->left != nullptr && !is_before(limit, node->left->least_vruntime)) {
            node = node->left;
        } else if (!is_before(limit, node->vruntime)) {
            return node;
        } else {
            node = node->right;
        }
    }
    return nullptr;
}

DeadlineNode* DeadlineTree::first() const {
    return leftmost(root_);
}

DeadlineNode* DeadlineTree::next(DeadlineNode& node) {
    if (node.right != nullptr) {
        return leftmost(node.right);
    }
    const DeadlineNode* below = &node;
    DeadlineNode* at = node.parent;
    while (at != nullptr && at->right == below) {
        below = at;
        at = at->parent;
    }
    return at;
}

DeadlineNode*& DeadlineTree::link_to(DeadlineNode& node) {
    if (node.parent == nullptr) {
        return root_;
    }
    return node.parent->left == &node ? node.parent->left : node.parent->right;
}

void DeadlineTree::rotate_up(DeadlineNode& node) {
    DeadlineNode& parent = *node.parent;
    link_to(parent) = &node;
    node.parent = parent.parent;
    const bool was_left = parent.left == &node;
    DeadlineNode*& outgoing = was_left ? parent.left : parent.right;
    DeadlineNode*& incoming = was_left ? node.right : node.left;
    outgoing = incoming;
    if (outgoing != nullptr) {
        outgoing->parent = &parent;
    }
    incoming = &parent;
    parent.parent = &node;
    node.least_vruntime = parent.least_vruntime;
    update(parent);
}

// Marsaglia, "Xorshift RNGs", 2003.
std::uint32_t DeadlineTree::random() {
    seed_ ^= seed_ << 13;
    seed_ ^= seed_ >> 17;
    seed_ ^= seed_ << 5;
    return seed_;
}

}  // namespace phx::sched
