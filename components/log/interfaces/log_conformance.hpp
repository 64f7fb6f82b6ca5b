// What every Log must do. A provider's test instantiates it: INSTANTIATE_TYPED_TEST_SUITE_P(Klog, LogConformance, Klog).
#pragma once

#include <gtest/gtest.h>

#include <array>
#include <string>

#include <log/interfaces/log.hpp>

namespace phx::log {

template <Log Provider>
class LogConformance : public ::testing::Test {
protected:
    void say(std::string_view text) { Logger{log_, "tag"}.error("{}", text); }

    Provider log_;
    std::array<char, 300> buffer_;
};

TYPED_TEST_SUITE_P(LogConformance);

TYPED_TEST_P(LogConformance, IsEmptyAtFirst) { EXPECT_FALSE(this->log_.next(0, this->buffer_)); }

TYPED_TEST_P(LogConformance, KeepsLevelTagAndText) {
    Logger{this->log_, "uart"}.warning("{} of {:#x}", 3, 16);
    const auto record = this->log_.next(0, this->buffer_);
    ASSERT_TRUE(record);
    EXPECT_EQ(record->sequence, 0U);
    EXPECT_EQ(record->level, Level::warning);
    EXPECT_EQ(record->tag, "uart");
    EXPECT_EQ(record->text, "3 of 0x10");
}

TYPED_TEST_P(LogConformance, NumbersMessagesInOrder) {
    for (int i = 0; i < 5; ++i) {
        this->say(std::to_string(i));
    }
    for (std::uint64_t i = 0; i < 5; ++i) {
        const auto record = this->log_.next(i, this->buffer_);
        ASSERT_TRUE(record);
        EXPECT_EQ(record->sequence, i);
        EXPECT_EQ(record->text, std::to_string(i));
    }
    EXPECT_FALSE(this->log_.next(5, this->buffer_));
}

TYPED_TEST_P(LogConformance, CutsAMessageAt200Characters) {
    this->say(std::string(500, 'x'));
    EXPECT_EQ(this->log_.next(0, this->buffer_)->text.size(), 200U);
}

TYPED_TEST_P(LogConformance, CutsAMessageToTheReadersBuffer) {
    this->say("a long text");
    std::array<char, 6> small;
    EXPECT_EQ(this->log_.next(0, small)->text, "a long");
}

TYPED_TEST_P(LogConformance, LeavesOutWhatIsBelowItsLowestLevel) {
    Logger{this->log_, "t"}.debug("seen or not");
    EXPECT_EQ(this->log_.next(0, this->buffer_).has_value(), TypeParam::lowest == Level::debug);
}

REGISTER_TYPED_TEST_SUITE_P(LogConformance, IsEmptyAtFirst, KeepsLevelTagAndText, NumbersMessagesInOrder, CutsAMessageAt200Characters,
                            CutsAMessageToTheReadersBuffer, LeavesOutWhatIsBelowItsLowestLevel);

}  // namespace phx::log
