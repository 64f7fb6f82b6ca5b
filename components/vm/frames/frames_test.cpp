#include <gtest/gtest.h>

#include <memory>
#include <vector>

#include <memory/interfaces/fake_kernel_map/simulated_ram.hpp>
#include <wiring.hpp>

namespace phx::vm {
namespace {

class FrameTableTest : public ::testing::Test {
protected:
    FrameTableTest() {
        wiring::fake_boot_info.set_memory(ram_.ranges());
        wiring::fake_boot_allocator.reset(ram_.ranges());
        EXPECT_TRUE(wiring::buddy.init());
        std::destroy_at(&frames());
        std::construct_at(&frames());
        EXPECT_TRUE(frames().init());
        free_ = free_frames();
    }
    ~FrameTableTest() override {
        wiring::fake_boot_info.reset();
        wiring::fake_boot_allocator.reset();
    }
    static FrameTable& frames() { return wiring::dut; }
    static std::uint64_t free_frames() { return wiring::buddy.stats().free_frames; }

    memory::SimulatedRam ram_{wiring::fake_kernel_map, {{PhysAddr{0x4000'0000}, 4 * MiB}, {PhysAddr{0x8000'0000}, 2 * MiB}}};
    std::uint64_t free_;
};

TEST_F(FrameTableTest, AFrameWithOneOwnerNeedsNoRecord) {
    const Frame frame = frames().allocate().value();
    EXPECT_EQ(frames().record(frame), nullptr);
    EXPECT_FALSE(frames().is_shared(frame));
    EXPECT_EQ(frames().stats().users, 1U);
    frames().release(frame);
    EXPECT_EQ(free_frames(), free_);
    EXPECT_EQ(frames().stats().users, 0U);
}

TEST_F(FrameTableTest, TheLastOwnerGivesItBack) {
    const Frame frame = frames().allocate().value();
    ASSERT_TRUE(frames().share(frame));
    ASSERT_TRUE(frames().share(frame));
    EXPECT_TRUE(frames().is_shared(frame));
    frames().release(frame);
    frames().release(frame);
    EXPECT_FALSE(frames().is_shared(frame));
    EXPECT_EQ(frames().stats().users, 1U);
    frames().release(frame);
    EXPECT_EQ(free_frames(), free_ - 1) << "the page of records stays";
    const Frame again = frames().allocate().value();
    EXPECT_EQ(again, frame);
    EXPECT_FALSE(frames().is_shared(again));
    frames().release(again);
}

TEST_F(FrameTableTest, RecordsAreApart) {
    std::vector<Frame> all;
    for (int i = 0; i < 600; ++i) {
        all.push_back(frames().allocate().value());
        FrameRecord& record = *frames().make_record(all.back()).value();
        EXPECT_EQ(record.index.load(), 0U);
        record.index.store(all.back().number());
    }
    std::size_t seen = 0;
    for (Frame at = frames().next_record(Frame{}); at != Frame{}; at = frames().next_record(at + 1)) {
        const std::uint64_t index = frames().record(at)->index.load();
        EXPECT_TRUE(index == 0 || index == at.number());
        seen += index == 0 ? 0 : 1;
    }
    EXPECT_EQ(seen, all.size());
    for (const Frame frame : all) {
        frames().release(frame);
    }
}

TEST_F(FrameTableTest, TheZeroPageIsOne) {
    const auto* bytes = frames().bytes(frames().zero_page());
    EXPECT_TRUE(std::all_of(bytes, bytes + k_page_size, [](std::byte b) { return b == std::byte{0}; }));
}

TEST_F(FrameTableTest, SomeIsLeftToTheKernel) {
    std::vector<Frame> all;
    Result<Frame> frame = frames().allocate();
    for (; frame; frame = frames().allocate()) {
        all.push_back(*frame);
    }
    EXPECT_EQ(frame.error(), Errno::nomem);
    EXPECT_EQ(free_frames(), params::frames::reserve / k_page_size);
    EXPECT_TRUE(frames().make_record(all[0])) << "which is the kernel's";
    for (int i = 0; i < 2; ++i) {
        frames().release(all.back());
        all.pop_back();
    }
    EXPECT_TRUE(frames().allocate());
    EXPECT_FALSE(frames().allocate());
}

}  // namespace
}  // namespace phx::vm
