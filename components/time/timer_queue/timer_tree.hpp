// Armed timers by deadline: a treap, that is a search tree by deadline which is a heap by random rank, so that its
// depth is logarithmic whatever the deadlines (Aragon and Seidel, "Randomized search trees", 1989). It holds links in
// the timers and owns nothing. No recursion. Not synchronised.
#pragma once

#include <cstddef>
#include <cstdint>

#include <time/interfaces/timers.hpp>

namespace phx::time {

class TimerTree {
public:
    constexpr TimerTree() = default;

    // The timer is not armed; afterwards it is. Behind all that have the same deadline.
    void insert(Timer& timer);
    // The timer is armed, in this tree.
    void remove(Timer& timer);

    [[nodiscard]] Timer* first() const { return first_; }
    // The next by deadline; null after the last.
    [[nodiscard]] static Timer* next(Timer& timer);
    [[nodiscard]] std::size_t size() const { return size_; }

private:
    void replace_child(Timer* parent, Timer& child, Timer* other);
    void rotate_up(Timer& timer);
    std::uint32_t random();

    Timer* root_ = nullptr;
    Timer* first_ = nullptr;
    std::size_t size_ = 0;
    std::uint32_t seed_ = 0x9e37'79b9;
};

}  // namespace phx::time
