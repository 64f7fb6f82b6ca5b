#include <gtest/gtest.h>

#include <cstring>
#include <string>
#include <vector>

#include <arch/image.hpp>
#include <wiring.hpp>

namespace phx::debug {
namespace {

class SymbolTableTest : public ::testing::Test {
protected:
    void TearDown() override { arch::host::symbol_blob = {}; }

    void install(const std::vector<std::pair<std::uint32_t, std::string>>& functions) {
        blob_ = {0x5048'5853, static_cast<std::uint32_t>(functions.size())};
        std::string names;
        std::vector<std::uint32_t> offsets;
        for (const auto& [offset, name] : functions) {
            blob_.push_back(offset);
            offsets.push_back(static_cast<std::uint32_t>(names.size()));
            names += name + '\0';
        }
        blob_.insert(blob_.end(), offsets.begin(), offsets.end());
        const std::size_t at = blob_.size();
        blob_.resize(at + (names.size() + 3) / 4);
        std::memcpy(blob_.data() + at, names.data(), names.size());
        arch::host::symbol_blob = blob_;
    }

    std::vector<std::uint32_t> blob_;
    SymbolTable table_;
};

TEST_F(SymbolTableTest, FindsTheFunctionThatHoldsAnAddress) {
    install({{0, "start"}, {0x40, "middle"}, {0x100, "last"}});
    const VirtAddr base = arch::image_start();
    EXPECT_EQ(table_.find(base)->name, "start");
    EXPECT_EQ(table_.find(base + 0x3f)->name, "start");
    EXPECT_EQ(table_.find(base + 0x3f)->offset, 0x3fU);
    EXPECT_EQ(table_.find(base + 0x40)->name, "middle");
    EXPECT_EQ(table_.find(base + 0x5000)->name, "last");
}

TEST_F(SymbolTableTest, KnowsNothingOutsideTheText) {
    install({{0x10, "start"}});
    EXPECT_FALSE(table_.find(arch::image_start()));
    EXPECT_FALSE(table_.find(VirtAddr{0}));
    EXPECT_FALSE(table_.find(arch::text_range().end));
}

TEST_F(SymbolTableTest, AnImageWithoutATableHasNoNames) {
    EXPECT_FALSE(table_.find(arch::image_start()));
    blob_ = {0x5048'5853, 1000};
    arch::host::symbol_blob = blob_;
    EXPECT_FALSE(table_.find(arch::image_start()));
}

}  // namespace
}  // namespace phx::debug
