// A fixed first-in first-out queue. N is a power of two. Not synchronised: the owner guards it.
#pragma once

#include <array>
#include <cstddef>
#include <optional>

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

private:
    std::array<T, N> items_{};
    std::size_t head_ = 0;
    std::size_t tail_ = 0;
};

}  // namespace phx
