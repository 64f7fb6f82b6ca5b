// Stacks in slots of the kernel's address space. A slot is twice the largest stack, and the stack lies at its start: so one bit of sp tells
// that it ran over (aarch64/exceptions/vectors.S), and what is below faults.
#pragma once

#include <array>
#include <cstdint>

#include <base/result.hpp>
#include <base/types.hpp>
#include <locks/guarded_stacks.hpp>
#include <params/guarded_stacks.hpp>
#include <sync/spinlock.hpp>
#include <task/interfaces/kernel_stacks.hpp>

namespace phx::task {

class GuardedStacks {
public:
    constexpr GuardedStacks() = default;

    Result<KernelStack> allocate();
    void free(const KernelStack& stack);

private:
    static constexpr std::uint64_t k_slot_size = 128 * KiB;
    static constexpr std::size_t k_pages = params::guarded_stacks::size / k_page_size;
    static constexpr std::size_t k_kept = static_cast<std::size_t>(params::guarded_stacks::kept);
    static constexpr std::size_t k_slots = static_cast<std::size_t>(params::guarded_stacks::slots);
    static_assert(params::guarded_stacks::size % k_page_size == 0);

    [[nodiscard]] static VirtAddr bottom_of(std::size_t slot);
    Result<std::size_t> take_slot();
    Result<void> map(VirtAddr bottom);
    void unmap(VirtAddr bottom, std::size_t pages);

    SpinLock lock_{locks::guarded_stacks::slots};
    std::array<VirtAddr, k_kept> kept_ __attribute__((guarded_by(lock_)));
    std::size_t kept_count_ __attribute__((guarded_by(lock_))) = 0;
    std::array<std::uint64_t, (k_slots + 63) / 64> used_ __attribute__((guarded_by(lock_))){};
    std::size_t first_ __attribute__((guarded_by(lock_))) = 0;  // no word of used_ before this has room
};

}  // namespace phx::task
