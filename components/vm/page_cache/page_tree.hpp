// Which frame holds which page of a file: a tree of nodes with 64 places, as high as the largest index needs. A file of one page has no node.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include <base/result.hpp>
#include <base/types.hpp>

namespace phx::vm {

class PageTree {
public:
    constexpr PageTree() = default;
    ~PageTree() = default;  // empty by then
    PageTree(const PageTree&) = delete;
    PageTree& operator=(const PageTree&) = delete;

    // Frame 0: none.
    [[nodiscard]] Frame find(std::uint64_t index) const;
    // Where there is none. ENOMEM; does not sleep.
    Result<void> insert(std::uint64_t index, Frame frame);
    // Instead of the one that is there.
    void replace(std::uint64_t index, Frame frame) { *place_of(index) = frame.number(); }
    // Returns it; frame 0: there was none.
    Frame erase(std::uint64_t index);

    struct Found {
        std::uint64_t index;
        Frame frame;  // 0: there is nothing from there on
    };
    // The first at or after `index`.
    [[nodiscard]] Found next(std::uint64_t index) const;
    [[nodiscard]] bool empty() const { return root_ == 0; }

private:
    static constexpr unsigned k_bits = 6;
    static constexpr std::size_t k_places = std::size_t{1} << k_bits;
    static constexpr unsigned k_most_levels = (64 + k_bits - 1) / k_bits;

    struct Node {
        std::uint64_t used;  // bit n: place n is taken
        std::array<std::uint64_t, k_places> places;  // nodes, or at the lowest level frame numbers
    };

    static Node* node_at(std::uint64_t place) { return reinterpret_cast<Node*>(place); }
    static std::size_t place_in(std::uint64_t index, unsigned level) { return (index >> (k_bits * (level - 1))) & (k_places - 1); }
    // Whether a tree of so many levels has a place for it.
    static bool fits(std::uint64_t index, unsigned levels) { return levels >= k_most_levels || (index >> (k_bits * levels)) == 0; }
    [[nodiscard]] std::uint64_t* place_of(std::uint64_t index);
    Result<void> grow(std::uint64_t index);
    void shrink();
    static Result<Node*> make_node();
    static void free_node(Node* node);

    std::uint64_t root_ = 0;  // a frame number while levels_ is 0, else a node; 0: the tree is empty
    unsigned levels_ = 0;
};

}  // namespace phx::vm
