// Data that is read far more often than written, by readers who never wait for each other nor hold up a writer: they read again if a writer was
// there meanwhile.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>

#include <arch/cpu.hpp>

namespace phx {

// The count alone, for data whose every access is atomic (relaxed will do). Odd: a writer is at work.
//
// What orders it (C++ [atomics.fences]): if a reader saw one word of a writer's, then the reader's acquire fence comes after the writer's
// release fence, so the reader's second look sees at least the odd count, and it tries again. If its first look saw the even count that a
// writer left, it acquired all that was written before. On Arm both fences are DMBs (DMB ISHLD for the reader; Arm ARM DDI 0487, B2.3).
class SeqCount {
public:
    // Any context; waits while a writer is at work, so an interrupt handler must not read what its own CPU may be writing.
    [[nodiscard]] std::uint32_t begin_read() const {
        for (;;) {
            const std::uint32_t seen = count_.load(std::memory_order_acquire);
            if ((seen & 1) == 0) {
                return seen;
            }
            arch::relax();
        }
    }
    // Whether what was read since begin_read() gave `seen` must be thrown away.
    [[nodiscard]] bool must_retry(std::uint32_t seen) const {
        std::atomic_thread_fence(std::memory_order_acquire);
        return count_.load(std::memory_order_relaxed) != seen;
    }

    // One writer at a time, which is not interrupted: under a SpinGuard, or with interrupts masked where it is the only writer.
    void begin_write() {
        count_.store(count_.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
        std::atomic_thread_fence(std::memory_order_release);
    }
    void end_write() { count_.store(count_.load(std::memory_order_relaxed) + 1, std::memory_order_release); }

private:
    std::atomic<std::uint32_t> count_{0};
};

// A whole value under a SeqCount.
template <class T>
    requires std::is_trivially_copyable_v<T> && std::is_default_constructible_v<T>
class SeqLocked {
public:
    // All bytes 0.
    constexpr SeqLocked() = default;

    // Any context, see SeqCount.
    [[nodiscard]] T read() const {
        for (;;) {
            const std::uint32_t seen = count_.begin_read();
            Words words;
            for (std::size_t i = 0; i < k_words; ++i) {
                words[i] = words_[i].load(std::memory_order_relaxed);
            }
            if (!count_.must_retry(seen)) {
                T value;
                std::memcpy(&value, words.data(), sizeof value);
                return value;
            }
        }
    }
    // One writer at a time, which is not interrupted.
    void write(const T& value) {
        Words words{};
        std::memcpy(words.data(), &value, sizeof value);
        count_.begin_write();
        for (std::size_t i = 0; i < k_words; ++i) {
            words_[i].store(words[i], std::memory_order_relaxed);
        }
        count_.end_write();
    }

private:
    static constexpr std::size_t k_words = (sizeof(T) + 7) / 8;
    using Words = std::array<std::uint64_t, k_words>;

    SeqCount count_;
    std::array<std::atomic<std::uint64_t>, k_words> words_{};
};

}  // namespace phx
