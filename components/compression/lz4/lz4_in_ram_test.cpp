#include <compression/interfaces/decompressor_play.hpp>
#include <memory/interfaces/fake_kernel_map/simulated_ram.hpp>
#include <wiring.hpp>

namespace phx::compression {
namespace {

class Lz4InRam : public ::testing::Test {
protected:
    explicit Lz4InRam() {
        ram_.fill(0xa7);
        wiring::fake_boot_allocator.reset(ram_.ranges());
        EXPECT_TRUE(wiring::pages.init());
    }
    ~Lz4InRam() override {
        EXPECT_EQ(wiring::pages.stats().free_frames, free_before_);
        wiring::fake_boot_allocator.reset();
    }

    memory::SimulatedRam ram_{wiring::fake_kernel_map,
                              {{PhysAddr{0x4001'3000}, 7 * MiB}, {PhysAddr{0x4080'5000}, 40 * MiB}}};
    std::uint64_t free_before_ = 0;
};

TEST_F(Lz4InRam, UnpacksWhatItsProgramPacks) {
    free_before_ = wiring::pages.stats().free_frames;
    expect_round_trips(wiring::dut, {"lz4 -l -q -c", "lz4 -l -9 -q -c"}, std::string(5, '\0'));
}

TEST_F(Lz4InRam, SaysThatMemoryIsShort) {
    free_before_ = wiring::pages.stats().free_frames;
    std::vector<Frame> blocks;
    while (const Result<Frame> frame = wiring::pages.allocate(10)) {
        blocks.push_back(*frame);
    }
    Collected output;
    EXPECT_EQ(unpack(wiring::dut, through("lz4 -l -q -c", samples()[5] + samples()[3]), output).error(), Errno::nomem);
    for (const Frame frame : blocks) {
        wiring::pages.free(frame, 10);
    }
}

}  // namespace
}  // namespace phx::compression
