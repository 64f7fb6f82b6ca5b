#pragma once
#include <gtest/gtest.h>

#include <vector>

#include <arch/thread_head.hpp>
#include <memory/interfaces/fake_kernel_map/simulated_ram.hpp>
#include <wiring.hpp>

namespace phx::memory {

// RAM, a buddy allocator on it, and one to test in front.
struct Machine {
    SimulatedRam ram;
    PerCpuPages pages;

    explicit Machine(std::vector<PhysRange> ranges = {{PhysAddr{0x4001'3000}, 3 * MiB}, {PhysAddr{0x4080'5000}, 2 * MiB}})
        : ram{wiring::fake_kernel_map, ranges} {
        ram.fill(0xff);
        wiring::fake_boot_allocator.reset(ranges);
        wiring::fake_boot_info.set_memory(ranges);
        EXPECT_TRUE(wiring::buddy.init());
        EXPECT_TRUE(pages.init());
    }
    ~Machine() {
        on_cpu(0);
        wiring::fake_boot_allocator.reset();
        wiring::fake_boot_info.reset();
    }
    Machine(const Machine&) = delete;
    Machine& operator=(const Machine&) = delete;

    PerCpuPages& provider() { return pages; }
    static void on_cpu(unsigned cpu) { arch::current()->cpu = cpu; }
};

}  // namespace phx::memory
