#include <compression/interfaces/decompressor_play.hpp>
#include <memory/interfaces/fake_kernel_map/simulated_ram.hpp>
#include <wiring.hpp>

namespace phx::compression {
namespace {

class ZstdInRam : public ::testing::Test {
protected:
    explicit ZstdInRam() {
        ram_.fill(0xa7);
        wiring::fake_boot_allocator.reset(ram_.ranges());
        EXPECT_TRUE(wiring::pages.init());
    }
    ~ZstdInRam() override {
        EXPECT_EQ(wiring::pages.stats().free_frames, free_before_);
        wiring::fake_boot_allocator.reset();
    }

    memory::SimulatedRam ram_{wiring::fake_kernel_map,
                              {{PhysAddr{0x4001'3000}, 7 * MiB}, {PhysAddr{0x4080'5000}, 40 * MiB}}};
    std::uint64_t free_before_ = 0;
};

TEST_F(ZstdInRam, UnpacksWhatItsProgramPacks) {
    free_before_ = wiring::pages.stats().free_frames;
    expect_round_trips(wiring::dut, {"zstd -q -c", "zstd -19 -q -c", "zstd -1 --no-check -q -c"}, "070701");
}

TEST_F(ZstdInRam, SaysThatMemoryIsShort) {
    free_before_ = wiring::pages.stats().free_frames;
    std::vector<Frame> blocks;
    while (const Result<Frame> frame = wiring::pages.allocate(10)) {
        blocks.push_back(*frame);
    }
    Collected output;
    EXPECT_EQ(unpack(wiring::dut, through("zstd -19 -q -c", samples()[5] + samples()[3]), output).error(),
              Errno::nomem);
    for (const Frame frame : blocks) {
        wiring::pages.free(frame, 10);
    }
}

}  // namespace
}  // namespace phx::compression
