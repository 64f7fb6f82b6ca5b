#include "heap_file.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <arch/image.hpp>
#include <wiring.hpp>

namespace phx::debug {
namespace {

class Text final : public fs::TextSink {
public:
    void write(std::string_view text) override { all += text; }
    std::string all;
};

std::string shown() {
    Text text;
    EXPECT_TRUE(wiring::dut.show(0, text));
    return text.all;
}

TEST(HeapFile, IsReadByTheSuperuserOnly) {
    ASSERT_EQ(wiring::dut.files().size(), 1U);
    EXPECT_EQ(wiring::dut.files()[0].path, "phoenix/heap");
    EXPECT_EQ(wiring::dut.files()[0].mode, 0400U);
}

TEST(HeapFile, SaysWhereObjectsWereAllocated) {
    const std::uintptr_t text = arch::text_range().begin.value();
    wiring::fake_heap_report.set({{{text + 0x100, 0x1234}, 3, 150}, {{text + 0x200}, 1, 20}});
    EXPECT_EQ(shown(), "150 3 function+0x100 0x1234\n20 1 function+0x200\n");
    wiring::fake_heap_report.reset();
    EXPECT_EQ(shown(), "");
}

TEST(HeapFile, LeavesOutWhatDoesNotFit) {
    wiring::fake_heap_report.set(std::vector<memory::HeapSite>(100, {{}, 1, 2}));
    const std::string text = shown();
    EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 64);
    wiring::fake_heap_report.reset();
}

}  // namespace
}  // namespace phx::debug
