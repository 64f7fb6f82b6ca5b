#include <gtest/gtest.h>

#include <concepts>

#include <base/interrupt_guard.hpp>
#include <base/types.hpp>

namespace phx {
namespace {

constexpr PhysRange range(std::uint64_t base, std::uint64_t size) {
    return {PhysAddr{base}, size};
}

TEST(Address, AlignsBothWays) {
    EXPECT_EQ(PhysAddr{0x1234}.aligned_down(0x1000), PhysAddr{0x1000});
    EXPECT_EQ(PhysAddr{0x1234}.aligned_up(0x1000), PhysAddr{0x2000});
    EXPECT_EQ(PhysAddr{0x1000}.aligned_up(0x1000), PhysAddr{0x1000});
    EXPECT_TRUE(PhysAddr{0x1000}.is_aligned(0x1000));
    EXPECT_FALSE(PhysAddr{0x1001}.is_aligned(2));
    EXPECT_TRUE(PhysAddr{0x1001}.is_aligned(1));
    EXPECT_EQ(align_up(0, 16), 0U);
    EXPECT_EQ(align_up(17, 16), 32U);
}

TEST(Address, CountsInBytes) {
    PhysAddr a{100};
    a += 20;
    EXPECT_EQ(a - PhysAddr{100}, 20U);
    EXPECT_EQ(a + 1, PhysAddr{121});
    EXPECT_EQ(a - 20, PhysAddr{100});
    EXPECT_LT(PhysAddr{1}, PhysAddr{2});
}

TEST(PhysRange, ContainsItsBytesOnly) {
    const PhysRange r = range(0x1000, 0x1000);
    EXPECT_TRUE(r.contains(PhysAddr{0x1000}));
    EXPECT_TRUE(r.contains(PhysAddr{0x1fff}));
    EXPECT_FALSE(r.contains(PhysAddr{0x2000}));
    EXPECT_FALSE(r.contains(PhysAddr{0xfff}));
    EXPECT_TRUE(r.contains(r));
    EXPECT_TRUE(r.contains(range(0x1800, 0x800)));
    EXPECT_FALSE(r.contains(range(0x1800, 0x801)));
    EXPECT_FALSE(r.contains(range(0xfff, 2)));
    EXPECT_FALSE(r.contains(range(0x1001, UINT64_MAX))) << "whose end is past the last address";
}

TEST(PhysRange, OverlapsWhenAByteIsShared) {
    const PhysRange r = range(0x1000, 0x1000);
    EXPECT_TRUE(r.overlaps(r));
    EXPECT_TRUE(r.overlaps(range(0x1fff, 1)));
    EXPECT_TRUE(r.overlaps(range(0, 0x1001)));
    EXPECT_TRUE(r.overlaps(range(0, 0x10000)));
    EXPECT_FALSE(r.overlaps(range(0x2000, 0x1000)));
    EXPECT_FALSE(r.overlaps(range(0, 0x1000)));
    EXPECT_FALSE(r.overlaps(range(0x1800, 0)));
    EXPECT_FALSE(range(0x1800, 0).overlaps(r));
}

TEST(Frame, IsAPage) {
    EXPECT_EQ(Frame::containing(PhysAddr{0x4000'1fff}), Frame{0x40001});
    EXPECT_EQ(Frame{0x40001}.address(), PhysAddr{0x4000'1000});
    EXPECT_EQ(Frame{3} + 4, Frame{7});
}

TEST(Nanoseconds, AddAndSubtract) {
    EXPECT_EQ(Nanoseconds{5} - Nanoseconds{7}, Nanoseconds{-2});
    EXPECT_EQ(Nanoseconds{5} + Nanoseconds{7}, Nanoseconds{12});
}

static_assert(!std::convertible_to<std::uint64_t, PhysAddr>);
static_assert(!std::convertible_to<PhysAddr, VirtAddr>);
static_assert(!std::convertible_to<PhysAddr, std::uint64_t>);
static_assert(!std::convertible_to<std::uint64_t, Frame>);
static_assert(!std::convertible_to<std::uint32_t, IrqLine>);
static_assert(!std::convertible_to<std::int64_t, Nanoseconds>);

TEST(InterruptGuard, MasksForItsScopeAndNests) {
    arch::unmask_interrupts();
    {
        const InterruptGuard outer;
        EXPECT_TRUE(arch::interrupts_masked());
        const auto callee = [] {
            const InterruptGuard inner;
            EXPECT_TRUE(arch::interrupts_masked());
        };
        callee();
        EXPECT_TRUE(arch::interrupts_masked());
    }
    EXPECT_FALSE(arch::interrupts_masked());
}

}  // namespace
}  // namespace phx
