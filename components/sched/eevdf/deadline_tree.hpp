// Ready threads by virtual deadline, each knowing the least virtual runtime at and below it, so that the first that is eligible is found on
// one way down. A treap: a search tree by deadline that is a heap by random rank, and so of logarithmic depth whatever the deadlines
// (Aragon and Seidel, "Randomized search trees", 1989). No recursion.
#pragma once

#include <cstdint>

#include <sched/fair/virtual_time.hpp>

namespace phx::sched {

struct DeadlineNode {
    DeadlineNode* parent;
    DeadlineNode* left;
    DeadlineNode* right;
    VirtualTime deadline;
    VirtualTime vruntime;
    VirtualTime least_vruntime;  // of the node and all below it
    std::uint32_t rank;
};

class DeadlineTree {
public:
    constexpr DeadlineTree() = default;
    DeadlineTree(const DeadlineTree&) = delete;
    DeadlineTree& operator=(const DeadlineTree&) = delete;

    [[nodiscard]] bool empty() const { return root_ == nullptr; }
    // Behind those with the same deadline. Neither deadline nor vruntime change until it is erased.
    void insert(DeadlineNode& node);
    void erase(DeadlineNode& node);

    // The earliest deadline among those whose vruntime is not beyond `limit`. Null: none.
    [[nodiscard]] DeadlineNode* first_eligible(VirtualTime limit) const;
    // By deadline. Null: none.
    [[nodiscard]] DeadlineNode* first() const;
    [[nodiscard]] static DeadlineNode* next(DeadlineNode& node);

private:
    DeadlineNode*& link_to(DeadlineNode& node);
    void rotate_up(DeadlineNode& node);
    std::uint32_t random();

    DeadlineNode* root_ = nullptr;
    std::uint32_t seed_ = 0x9e37'79b9;
};

}  // namespace phx::sched
