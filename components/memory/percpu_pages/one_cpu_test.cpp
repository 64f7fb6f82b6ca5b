#include <gtest/gtest.h>

#include <memory/interfaces/fake_kernel_map/simulated_ram.hpp>
#include <memory/interfaces/page_allocator_conformance.hpp>
#include <wiring.hpp>

namespace phx::memory {
namespace {

struct InSimulatedRam {
    SimulatedRam ram{wiring::fake_kernel_map, {{PhysAddr{0x4001'3000}, 3 * MiB}, {PhysAddr{0x4080'5000}, 2 * MiB}}};
    PerCpuPages pages;

    InSimulatedRam() {
        ram.fill(0xff);
        wiring::fake_boot_allocator.reset(ram.ranges());
        wiring::fake_boot_info.set_memory(ram.ranges());
        EXPECT_TRUE(wiring::buddy.init());
        EXPECT_TRUE(pages.init());
    }
    ~InSimulatedRam() {
        wiring::fake_boot_allocator.reset();
        wiring::fake_boot_info.reset();
    }
    PerCpuPages& provider() { return pages; }
};
INSTANTIATE_TYPED_TEST_SUITE_P(PerCpuPagesOfOneCpu, PageAllocatorConformance, InSimulatedRam);

}  // namespace
}  // namespace phx::memory
