#include "cmd_mem.hpp"

#include <gtest/gtest.h>

#include <arch/image.hpp>

#include <debug/interfaces/captured_output.hpp>
#include <debug/interfaces/monitor_commands_conformance.hpp>
#include <wiring.hpp>

namespace phx::debug {
namespace {

// What the command prints, or the name of its error.
std::string run(std::vector<std::string_view> args = {}, std::size_t index = 0) {
    CapturedOutput out;
    const Result<void> result = wiring::dut.run(index, args, out);
    return result ? out.take() : std::string{errno_name(result.error())};
}

class CmdMemTest : public ::testing::Test {
protected:
    void SetUp() override {
        wiring::fake_boot_info.reset();
        wiring::fake_page_allocator.reset(64);
        wiring::fake_heap.reset();
        wiring::fake_heap_report.reset();
    }
};

TEST_F(CmdMemTest, ShowsMemoryAndWhatIsReserved) {
    wiring::fake_boot_info.set_memory({{PhysAddr{0x4000'0000}, 64 * MiB}, {PhysAddr{0x8000'0000}, 4 * KiB}});
    wiring::fake_boot_info.set_reserved(
        {{{PhysAddr{0x4100'0000}, 1 * MiB}, false}, {{PhysAddr{0x4200'0000}, 8 * KiB}, true}});
    const std::string text = run();
    EXPECT_TRUE(text.starts_with("  memory     0x40000000-0x44000000      65536 KiB\n"
                                 "  memory     0x80000000-0x80001000          4 KiB\n"
                                 "  reserved   0x41000000-0x41100000       1024 KiB\n"
                                 "  reserved   0x42000000-0x42002000          8 KiB not mapped\n"))
        << text;
}

TEST_F(CmdMemTest, ShowsPagesAndHeap) {
    const Result<Frame> frame = wiring::fake_page_allocator.allocate(2);
    ASSERT_TRUE(frame);
    const Result<void*> object = wiring::fake_heap.allocate(100, 8);
    ASSERT_TRUE(object);
    const std::string text = run();
    EXPECT_NE(text.find("  pages      60 of 64 free (240 KiB of 256 KiB)\n"), std::string::npos) << text;
    EXPECT_NE(text.find("  heap       1 objects, 100 bytes in 0 KiB\n"), std::string::npos) << text;
    wiring::fake_heap.free(*object, 100);
    wiring::fake_page_allocator.free(*frame, 2);
}

TEST_F(CmdMemTest, ListsWhereObjectsWereAllocated) {
    const std::uintptr_t text = arch::text_range().begin.value();
    wiring::fake_heap_report.set({{{text + 0x100, 0x1234}, 3, 150}, {{text + 0x200}, 1, 20}});
    EXPECT_EQ(run({}, 1),
              "       150 bytes in      3 objects: function+0x100 0x1234\n"
              "        20 bytes in      1 objects: function+0x200\n");
}

TEST_F(CmdMemTest, SaysThatThereAreMoreSitesThanItShows) {
    wiring::fake_heap_report.set(std::vector<memory::HeapSite>(30));
    EXPECT_TRUE(run({}, 1).ends_with("objects:\n  and others\n"));
}

TEST_F(CmdMemTest, LooksForDamage) {
    EXPECT_EQ(run({"check"}, 1), "  all objects are as they should be\n");
    wiring::fake_heap_report.set({}, "object 7 is broken");
    EXPECT_EQ(run({"check"}, 1), "  object 7 is broken\n");
    EXPECT_EQ(run({"checks"}, 1), "EINVAL");
}

struct Traits {
    static MonitorCommands& ready() {
        static CmdMem commands;
        return commands;
    }
};
INSTANTIATE_TYPED_TEST_SUITE_P(CmdMem, MonitorCommandsConformance, Traits);

}  // namespace
}  // namespace phx::debug
