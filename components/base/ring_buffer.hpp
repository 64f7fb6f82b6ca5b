// A fixed first-in first-out queue. N is a power of two. Not synchronised: the owner guards it.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <span>

namespace phx {

template <class T, std::size_t N>
class RingBuffer {
    static_assert(N > 0 && (N & (N - 1)) == 0, "the capacity must be a power of two");

public:
    constexpr RingBuffer() = default;

    [[nodiscard]] constexpr bool empty() const { return head_ == tail_; }
    [[nodiscard]] constexpr bool full() const { return head_ - tail_ == N; }
    [[nodiscard]] constexpr std::size_t size() const { return head_ - tail_; }
    static constexpr std::size_t capacity() { return N; }
    [[nodiscard]] constexpr std::size_t room() const { return N - size(); }

    // False when full; the queue is then unchanged.
    constexpr bool push(T item) {
        if (full()) {
            return false;
        }
        items_[head_++ % N] = item;
        return true;
    }
    constexpr std::optional<T> pop() {
        if (empty()) {
            return std::nullopt;
        }
        return items_[tail_++ % N];
    }

    // The oldest ones, as far as they lie in a row; valid until the next push behind a full round, or their drop.
    [[nodiscard]] constexpr std::span<const T> front() const {
        const std::size_t begin = tail_ % N;
        return std::span{items_}.subspan(begin, std::min(size(), N - begin));
    }
    // At most size().
    constexpr void drop(std::size_t count) { tail_ += count; }
    constexpr void clear() { tail_ = head_; }

private:
    std::array<T, N> items_{};
    std::size_t head_ = 0;
    std::size_t tail_ = 0;
};

}  // namespace phx
