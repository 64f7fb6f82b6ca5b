#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

#include <arch/user_frame.hpp>

namespace phx::syscall {

class UnknownCalls {
public:
    static constexpr std::size_t k_counted = 512;  // Linux 6.12 ends at 466

    // Thread context: the call of `frame` fails with ENOSYS.
    void refuse(arch::UserFrame& frame);

    // f(number, count): each number that was asked for, in order; k_counted stands for all from there on. Any context.
    template <class F>
    void for_each(F&& f) const {
        for (std::size_t number = 0; number < counts_.size(); ++number) {
            if (const std::uint32_t count = counts_[number].load(std::memory_order_relaxed); count != 0) {
                f(number, count);
            }
        }
    }

private:
    std::array<std::atomic<std::uint32_t>, k_counted + 1> counts_{};
};

}  // namespace phx::syscall
