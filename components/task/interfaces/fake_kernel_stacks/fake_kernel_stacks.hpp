// Stacks from the host's heap, as many as a test allows.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include <task/interfaces/kernel_stacks.hpp>

namespace phx::task {

class FakeKernelStacks {
public:
    static constexpr std::size_t k_size = 256 * KiB;  // sanitizers need much

    constexpr FakeKernelStacks() = default;

    Result<KernelStack> allocate() {
        if (live_ >= limit_) {
            return Errno::nomem;
        }
        ++live_;
        const VirtAddr bottom{reinterpret_cast<std::uintptr_t>(std::aligned_alloc(64, k_size))};
        return KernelStack{bottom, bottom + k_size};
    }
    void free(const KernelStack& stack) {
        --live_;
        std::free(reinterpret_cast<void*>(stack.bottom.value()));
    }

    [[nodiscard]] std::size_t live() const { return live_; }
    void set_limit(std::size_t limit) { limit_ = limit; }

private:
    std::size_t live_ = 0;
    std::size_t limit_ = SIZE_MAX;
};

}  // namespace phx::task
