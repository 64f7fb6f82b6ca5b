// A ticket lock: each CPU draws a number and waits until it is served.
#pragma once

#include <atomic>
#include <bit>
#include <cstdint>

#include <arch/cpu.hpp>
#include <base/opaque.hpp>

namespace phx::sync {

// One word: the number that is served in its low half, the next one to be drawn in its high half; so one atomic addition draws a number and
// tells whether it is served already. There may be 65,535 that wait.
class Tickets {
public:
    void lock() {
        const std::uint32_t before = draw_of_word();
        const std::uint32_t difference = before ^ std::rotr(before, 16);
        if (opaque(difference) != 0) [[unlikely]] {  // one instruction; to compare the halves the compiler would take two
            wait(static_cast<std::uint16_t>(before >> 16));
        }
    }
    // The two halves of lock(), for those who do something else while they wait.
    [[nodiscard]] std::uint16_t draw() { return static_cast<std::uint16_t>(draw_of_word() >> 16); }
    [[nodiscard]] bool is_served(std::uint16_t ticket) const {
        return static_cast<std::uint16_t>(word_.load(std::memory_order_acquire)) == ticket;
    }

    // The low half alone is written: only its holder does, and a carry must not reach the numbers that others draw meanwhile.
    void unlock() {
        const auto served = static_cast<std::uint16_t>(word_.load(std::memory_order_relaxed));
        __atomic_store_n(reinterpret_cast<Half*>(&word_), static_cast<std::uint16_t>(served + 1), __ATOMIC_RELEASE);
    }
    bool try_lock() {
        std::uint32_t word = word_.load(std::memory_order_relaxed);
        return word == std::rotr(word, 16) &&
               word_.compare_exchange_strong(word, word + k_one_drawn, std::memory_order_acquire, std::memory_order_relaxed);
    }
    [[nodiscard]] bool is_locked() const {
        const std::uint32_t word = word_.load(std::memory_order_relaxed);
        return word != std::rotr(word, 16);
    }

private:
    using Half [[gnu::may_alias]] = std::uint16_t;
    static constexpr std::uint32_t k_one_drawn = 1U << 16;
    static_assert(std::endian::native == std::endian::little);

    std::uint32_t draw_of_word() { return word_.fetch_add(k_one_drawn, std::memory_order_acquire); }
    [[gnu::noinline]] void wait(std::uint16_t ticket) const {
        while (!is_served(ticket)) {
            arch::relax();
        }
    }

    std::atomic<std::uint32_t> word_{0};
};

}  // namespace phx::sync
