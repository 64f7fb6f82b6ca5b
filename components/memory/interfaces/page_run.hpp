// Memory in one piece beyond the page allocator's largest block: neighbouring blocks, where there are some. For work
// that is done once, while memory is little used, as when the system starts.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>

#include <base/result.hpp>
#include <base/types.hpp>
#include <memory/interfaces/page_allocator.hpp>

namespace phx::memory {

// Gives it back when it ends. Any context; never sleeps.
template <PageAllocator Pages>
class PageRun {
public:
    explicit PageRun(Pages& pages) : pages_{pages} {}
    PageRun(const PageRun&) = delete;
    PageRun& operator=(const PageRun&) = delete;
    ~PageRun() { give_back(0, count_); }

    // Once. Contents undefined. ENOMEM: there is none in one piece
    Result<PhysAddr> allocate(std::size_t size) {
        const std::size_t frames = (size + k_page_size - 1) >> k_page_shift;
        while (order_ < Pages::max_order && (std::size_t{1} << order_) < frames) {
            ++order_;
        }
        const std::size_t wanted = (frames + block() - 1) >> order_;
        while (wanted <= k_most_blocks && count_ != k_most_blocks) {
            const Result<Frame> frame = pages_.allocate(order_);
            if (!frame) {
                break;
            }
            const std::size_t at = add(*frame);
            const auto [first, last] = neighbours(at);
            if (last - first >= wanted) {
                keep(first, first + wanted);
                return blocks_[0].address();
            }
        }
        give_back(0, count_);
        count_ = 0;
        return Errno::nomem;
    }

private:
    static constexpr std::size_t k_most_blocks = 48;

    [[nodiscard]] std::size_t block() const { return std::size_t{1} << order_; }

    // In ascending order; where it is.
    std::size_t add(Frame frame) {
        std::size_t at = count_++;
        for (; at != 0 && frame < blocks_[at - 1]; --at) {
            blocks_[at] = blocks_[at - 1];
        }
        blocks_[at] = frame;
        return at;
    }
    // The blocks [first, last) around one, without a gap.
    [[nodiscard]] std::pair<std::size_t, std::size_t> neighbours(std::size_t at) const {
        std::size_t first = at;
        while (first != 0 && blocks_[first - 1] + block() == blocks_[first]) {
            --first;
        }
        std::size_t last = at + 1;
        while (last != count_ && blocks_[last - 1] + block() == blocks_[last]) {
            ++last;
        }
        return {first, last};
    }
    void keep(std::size_t first, std::size_t last) {
        give_back(0, first);
        give_back(last, count_);
        std::copy(blocks_.begin() + first, blocks_.begin() + last, blocks_.begin());
        count_ = last - first;
    }
    void give_back(std::size_t first, std::size_t last) {
        for (std::size_t i = first; i != last; ++i) {
            pages_.free(blocks_[i], order_);
        }
    }

    Pages& pages_;
    unsigned order_ = 0;
    std::size_t count_ = 0;
    std::array<Frame, k_most_blocks> blocks_;
};

}  // namespace phx::memory
