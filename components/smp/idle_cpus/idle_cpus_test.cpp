#include <smp/idle_cpus/idle_cpus.hpp>

#include <gtest/gtest.h>

#include <arch/cpu.hpp>
#include <arch/interrupts.hpp>
#include <wiring.hpp>

namespace phx::smp {
namespace {

TEST(IdleCpus, EachHasAStackAndAHead) {
    IdleCpus cpus;
    const auto first = cpus.secondary_stack(1);
    const auto last = cpus.secondary_stack(3);
    ASSERT_TRUE(first);
    ASSERT_TRUE(last);
    EXPECT_NE(first->top, last->top);
    EXPECT_TRUE(first->top.is_aligned(16));
    EXPECT_EQ(first->head->cpu, 1U);
    EXPECT_EQ(last->head->cpu, 3U);
    for (const VirtAddr top : {first->top, last->top}) {
        wiring::fake_kernel_stacks.free({top - task::FakeKernelStacks::k_size, top});
    }
}

TEST(IdleCpus, RefusesNumbersThatNoFurtherCpuHas) {
    IdleCpus cpus;
    EXPECT_EQ(cpus.secondary_stack(0).error(), Errno::inval);
    EXPECT_EQ(cpus.secondary_stack(4).error(), Errno::inval);
}

TEST(IdleCpus, WaitsWithInterruptsOpen) {
    struct Waited {};
    IdleCpus cpus;
    arch::mask_interrupts();
    arch::host::on_wait = [] { throw Waited{}; };
    EXPECT_THROW(cpus.run_secondary(1), Waited);
    EXPECT_FALSE(arch::interrupts_masked());
    arch::host::on_wait = nullptr;
}

}  // namespace
}  // namespace phx::smp
