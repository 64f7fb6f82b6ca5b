#include <task/guarded_stacks/guarded_stacks.hpp>

#include <bit>

#include <arch/image.hpp>
#include <base/panic.hpp>
#include <ports/guarded_stacks.hpp>

namespace phx::task {

// Slot 0 stays empty, so that something unmapped lies below every stack.
VirtAddr GuardedStacks::bottom_of(std::size_t slot) {
    return arch::k_mapping_base + (slot + 1) * k_slot_size;
}

Result<KernelStack> GuardedStacks::allocate() {
    {
        const SpinGuard guard{lock_};
        if (kept_count_ > 0) {
            const VirtAddr bottom = kept_[--kept_count_];
            return KernelStack{bottom, bottom + params::guarded_stacks::size};
        }
    }
    const std::size_t slot = TRY(take_slot());
    const VirtAddr bottom = bottom_of(slot);
    if (const auto mapped = map(bottom); !mapped) {
        const SpinGuard guard{lock_};
        used_[slot / 64] &= ~(std::uint64_t{1} << slot % 64);
        first_ = 0;
        return mapped.error();
    }
    return KernelStack{bottom, bottom + params::guarded_stacks::size};
}

Result<std::size_t> GuardedStacks::take_slot() {
    const SpinGuard guard{lock_};
    for (; first_ < used_.size(); ++first_) {
        const std::size_t slot = first_ * 64 + static_cast<std::size_t>(std::countr_one(used_[first_]));
        if (used_[first_] != ~std::uint64_t{0} && slot < k_slots) {
            used_[first_] |= std::uint64_t{1} << slot % 64;
            return slot;
        }
    }
    return Errno::nomem;
}

Result<void> GuardedStacks::map(VirtAddr bottom) {
    for (std::size_t page = 0; page < k_pages; ++page) {
        const Result<Frame> frame = ports::guarded_stacks::pages().allocate(0);
        const Result<void> mapped =
            frame ? ports::guarded_stacks::mappings().map(bottom + page * k_page_size, frame->address()) : Result<void>{frame.error()};
        if (!mapped) {
            if (frame) {
                ports::guarded_stacks::pages().free(*frame, 0);
            }
            unmap(bottom, page);
            return mapped;
        }
    }
    return {};
}

void GuardedStacks::unmap(VirtAddr bottom, std::size_t pages) {
    for (std::size_t page = 0; page < pages; ++page) {
        const PhysAddr phys = ports::guarded_stacks::mappings().unmap(bottom + page * k_page_size);
        ports::guarded_stacks::pages().free(Frame::containing(phys), 0);
    }
}

void GuardedStacks::free(const KernelStack& stack) {
    ASSERT(stack.bottom > arch::k_mapping_base && stack.bottom.is_aligned(k_slot_size));
    {
        const SpinGuard guard{lock_};
        if (kept_count_ < k_kept) {
            kept_[kept_count_++] = stack.bottom;
            return;
        }
    }
    unmap(stack.bottom, k_pages);
    const std::size_t slot = (stack.bottom - arch::k_mapping_base) / k_slot_size - 1;
    const SpinGuard guard{lock_};
    used_[slot / 64] &= ~(std::uint64_t{1} << slot % 64);
    first_ = slot / 64 < first_ ? slot / 64 : first_;
}

}  // namespace phx::task
