#include <gtest/gtest.h>

#include <memory/interfaces/fake_kernel_map/fake_kernel_map.hpp>
#include <memory/interfaces/fake_kernel_map/simulated_ram.hpp>

namespace phx::memory {
namespace {

TEST(FakeKernelMap, IsTheIdentityAtFirst) {
    const FakeKernelMap map;
    int object = 0;
    EXPECT_EQ(map.to_physical(&object).value(), reinterpret_cast<std::uintptr_t>(&object));
    EXPECT_EQ(map.to_virtual(map.to_physical(&object)), reinterpret_cast<std::byte*>(&object));
}

TEST(SimulatedRam, IsReachedThroughTheMap) {
    FakeKernelMap map;
    {
        SimulatedRam ram{map, {{PhysAddr{0x4000'0000}, MiB}, {PhysAddr{0x8'0000'0000}, GiB}}};
        EXPECT_EQ(ram.touched_bytes(), 0U);
        *map.to_virtual(PhysAddr{0x8'0000'0000}) = std::byte{7};
        *map.to_virtual(PhysAddr{0x400f'ffff}) = std::byte{8};
        EXPECT_EQ(ram.touched_bytes(), 2 * k_page_size);
        EXPECT_EQ(map.to_physical(map.to_virtual(PhysAddr{0x8'1234'5678})), PhysAddr{0x8'1234'5678});
        EXPECT_TRUE(ram.contains({PhysAddr{0x4000'0000}, MiB}));
        EXPECT_FALSE(ram.contains({PhysAddr{0x4000'0000}, MiB + 1}));
    }
    EXPECT_EQ(map.to_virtual(PhysAddr{16}), reinterpret_cast<std::byte*>(16));
}

TEST(SimulatedRamDeathTest, HasNothingInItsHoles) {
    FakeKernelMap map;
    const SimulatedRam ram{map, {{PhysAddr{0x4000'0000}, MiB}, {PhysAddr{0x4020'0000}, MiB}}};
    EXPECT_DEATH(*map.to_virtual(PhysAddr{0x4010'0000}) = std::byte{1}, "");
}

}  // namespace
}  // namespace phx::memory
