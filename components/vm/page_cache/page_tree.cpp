#include <vm/page_cache/page_tree.hpp>

#include <bit>
#include <memory>

#include <base/panic.hpp>
#include <vm/page_cache/pages.hpp>

namespace phx::vm {

Result<PageTree::Node*> PageTree::make_node() {
    return std::construct_at(static_cast<Node*>(TRY(frames().allocate_node(sizeof(Node)))));
}

void PageTree::free_node(Node* node) { frames().free_node(node, sizeof(Node)); }

std::uint64_t* PageTree::place_of(std::uint64_t index) {
    if (!fits(index, levels_)) {
        return nullptr;
    }
    std::uint64_t* place = &root_;
    for (unsigned level = levels_; level != 0; --level) {
        if (*place == 0) {
            return nullptr;
        }
        place = &node_at(*place)->places[place_in(index, level)];
    }
    return place;
}

Frame PageTree::find(std::uint64_t index) const {
    const std::uint64_t* const place = const_cast<PageTree*>(this)->place_of(index);
    return Frame{place == nullptr ? 0 : *place};
}

// High enough for the index.
Result<void> PageTree::grow(std::uint64_t index) {
    if (root_ == 0) {
        while (!fits(index, levels_)) {
            ++levels_;
        }
        return {};
    }
    while (!fits(index, levels_)) {
        Node* const node = TRY(make_node());
        node->used = 1;
        node->places[0] = root_;
        root_ = reinterpret_cast<std::uintptr_t>(node);
        ++levels_;
    }
    return {};
}

// On failure nodes stay that lead to nothing; the next insertion uses them, and erase() of the last page takes them away, for which a failed one
// cleans up behind itself.
Result<void> PageTree::insert(std::uint64_t index, Frame frame) {
    std::array<Node*, k_most_levels> fresh;
    unsigned made = 0;
    const auto give_up = [&](Errno error) {
        while (made != 0) {
            free_node(fresh[--made]);
        }
        if (root_ == 0) {
            levels_ = 0;
        }
        return error;
    };
    if (const Result<void> grown = grow(index); !grown) {
        shrink();
        return give_up(grown.error());
    }
    // The nodes that are missing come first, so that nothing is half done.
    unsigned level = levels_;
    std::uint64_t* place = &root_;
    Node* node = nullptr;
    for (; level != 0 && *place != 0; --level) {
        node = node_at(*place);
        place = &node->places[place_in(index, level)];
    }
    const unsigned missing = level;
    for (; made < missing; ++made) {
        const Result<Node*> more = make_node();
        if (!more) {
            shrink();
            return give_up(more.error());
        }
        fresh[made] = *more;
    }
    if (node != nullptr) {
        node->used |= std::uint64_t{1} << place_in(index, level + 1);
    }
    for (; level != 0; --level) {
        node = fresh[--made];
        *place = reinterpret_cast<std::uintptr_t>(node);
        node->used = std::uint64_t{1} << place_in(index, level);
        place = &node->places[place_in(index, level)];
    }
    ASSERT(*place == 0);
    *place = frame.number();
    return {};
}

Frame PageTree::erase(std::uint64_t index) {
    std::array<Node*, k_most_levels + 1> path;
    if (!fits(index, levels_)) {
        return {};
    }
    std::uint64_t* place = &root_;
    for (unsigned level = levels_; level != 0; --level) {
        if (*place == 0) {
            return {};
        }
        path[level] = node_at(*place);
        place = &path[level]->places[place_in(index, level)];
    }
    const Frame frame{*place};
    if (frame == Frame{}) {
        return {};
    }
    *place = 0;
    for (unsigned level = 1; level <= levels_; ++level) {
        path[level]->used &= ~(std::uint64_t{1} << place_in(index, level));
        if (path[level]->used != 0) {
            break;
        }
        free_node(path[level]);
        (level == levels_ ? root_ : path[level + 1]->places[place_in(index, level + 1)]) = 0;
    }
    shrink();
    return frame;
}

// Levels that only the first of their places is used of.
void PageTree::shrink() {
    if (root_ == 0) {
        levels_ = 0;
    }
    while (levels_ != 0 && node_at(root_)->used == 1) {
        Node* const node = node_at(root_);
        root_ = node->places[0];
        --levels_;
        free_node(node);
    }
}

PageTree::Found PageTree::next(std::uint64_t index) const {
    if (root_ == 0 || !fits(index, levels_)) {
        return {};
    }
    // Down towards the index; where it leads to nothing, up to the next place that is taken, and down its left edge.
    std::array<Node*, k_most_levels + 1> path;
    std::uint64_t at = root_;
    unsigned level = levels_;
    bool left_edge = false;
    for (;;) {
        if (level == 0) {
            return {index, Frame{at}};
        }
        Node* const node = node_at(at);
        path[level] = node;
        const std::size_t from = left_edge ? 0 : place_in(index, level);
        std::uint64_t rest = node->used >> from << from;
        while (rest == 0) {
            if (level == levels_) {
                return {};
            }
            ++level;
            const std::size_t beyond = place_in(index, level) + 1;
            rest = beyond == k_places ? 0 : path[level]->used >> beyond << beyond;
        }
        const auto place = static_cast<std::size_t>(std::countr_zero(rest));
        if (place != place_in(index, level)) {
            left_edge = true;
        }
        const unsigned shift = k_bits * (level - 1);
        const std::uint64_t below = shift == 0 ? 0 : left_edge ? 0 : index & ((std::uint64_t{1} << shift) - 1);
        const std::uint64_t above = shift + k_bits >= 64 ? 0 : index >> (shift + k_bits) << (shift + k_bits);
        index = above | std::uint64_t{place} << shift | below;
        at = path[level]->places[place];
        --level;
    }
}

}  // namespace phx::vm
