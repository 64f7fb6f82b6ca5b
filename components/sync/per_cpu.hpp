// One T for each CPU, a cache line apart. In a kernel for one CPU just a T.
#pragma once

#include <array>
#include <cstddef>

#include <types/cpu_model.hpp>

namespace phx {

inline constexpr std::size_t k_cache_line = 64;  // CTR_EL0.DminLine of every processor that the kernel knows

[[nodiscard]] inline unsigned this_cpu() { return types::CpuModel::this_cpu(); }

template <class T>
class PerCpu {
public:
    static constexpr unsigned count = types::CpuModel::max_cpus;

    constexpr PerCpu() = default;

    // With one CPU its number is not looked at.
    [[nodiscard]] T& of(unsigned cpu) { return slots_.data()[count == 1 ? 0 : cpu].item; }
    [[nodiscard]] const T& of(unsigned cpu) const { return slots_.data()[count == 1 ? 0 : cpu].item; }
    // The caller must not move to another CPU while it uses the answer: interrupts or preemption off.
    [[nodiscard]] T& local() { return of(this_cpu()); }

private:
    static constexpr std::size_t k_alignment = count == 1 || alignof(T) > k_cache_line ? alignof(T) : k_cache_line;
    struct alignas(k_alignment) Slot {
        T item{};
    };
    std::array<Slot, count> slots_{};
};

}  // namespace phx
