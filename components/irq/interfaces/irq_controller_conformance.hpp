// What every provider of IrqController keeps. Traits, one object a test: `using Provider`; `Provider& ready()`, after
// its init; `IrqLine line(n)`, ascending, for n below 3; `raise(line)` and `lower(line)`, what a device does to its
// level.
#pragma once

#include <gtest/gtest.h>

#include <irq/interfaces/irq_controller.hpp>

namespace phx::irq {

template <class Traits>
class IrqControllerConformance : public ::testing::Test {
protected:
    static_assert(IrqController<typename Traits::Provider>);

    void expect_served(IrqLine line) {
        const auto acknowledged = controller_.acknowledge();
        ASSERT_TRUE(acknowledged.has_value());
        EXPECT_EQ(*acknowledged, line);
    }

    Traits traits_;
    typename Traits::Provider& controller_ = traits_.ready();
    const IrqLine line_ = traits_.line(0);
};

TYPED_TEST_SUITE_P(IrqControllerConformance);

TYPED_TEST_P(IrqControllerConformance, NothingIsPendingAtFirst) {
    EXPECT_EQ(this->controller_.acknowledge(), std::nullopt);
}

TYPED_TEST_P(IrqControllerConformance, LinesStartDisabled) {
    this->traits_.raise(this->line_);
    EXPECT_EQ(this->controller_.acknowledge(), std::nullopt);
}

TYPED_TEST_P(IrqControllerConformance, ServesAnEnabledLine) {
    ASSERT_TRUE(this->controller_.enable(this->line_));
    EXPECT_EQ(this->controller_.acknowledge(), std::nullopt);
    this->traits_.raise(this->line_);
    this->expect_served(this->line_);
}

TYPED_TEST_P(IrqControllerConformance, EnablingLetsThroughWhatIsPending) {
    this->traits_.raise(this->line_);
    ASSERT_TRUE(this->controller_.enable(this->line_));
    this->expect_served(this->line_);
}

TYPED_TEST_P(IrqControllerConformance, ALineIsServedOnceUntilItIsCompleted) {
    ASSERT_TRUE(this->controller_.enable(this->line_));
    this->traits_.raise(this->line_);
    this->expect_served(this->line_);
    EXPECT_EQ(this->controller_.acknowledge(), std::nullopt);
    this->traits_.lower(this->line_);
    this->controller_.complete(this->line_);
    EXPECT_EQ(this->controller_.acknowledge(), std::nullopt);
}

TYPED_TEST_P(IrqControllerConformance, ALevelThatStandsComesAgainAfterCompletion) {
    ASSERT_TRUE(this->controller_.enable(this->line_));
    this->traits_.raise(this->line_);
    this->expect_served(this->line_);
    this->controller_.complete(this->line_);
    this->expect_served(this->line_);
}

TYPED_TEST_P(IrqControllerConformance, ALevelThatFallsInTimeIsNotServed) {
    ASSERT_TRUE(this->controller_.enable(this->line_));
    this->traits_.raise(this->line_);
    this->traits_.lower(this->line_);
    EXPECT_EQ(this->controller_.acknowledge(), std::nullopt);
}

TYPED_TEST_P(IrqControllerConformance, ADisabledLineDoesNotCome) {
    ASSERT_TRUE(this->controller_.enable(this->line_));
    this->traits_.raise(this->line_);
    ASSERT_TRUE(this->controller_.disable(this->line_));
    EXPECT_EQ(this->controller_.acknowledge(), std::nullopt);
    ASSERT_TRUE(this->controller_.enable(this->line_));
    this->expect_served(this->line_);
}

TYPED_TEST_P(IrqControllerConformance, ALineMayBeDisabledWhileItIsServed) {
    ASSERT_TRUE(this->controller_.enable(this->line_));
    this->traits_.raise(this->line_);
    this->expect_served(this->line_);
    ASSERT_TRUE(this->controller_.disable(this->line_));
    this->controller_.complete(this->line_);
    EXPECT_EQ(this->controller_.acknowledge(), std::nullopt);
}

TYPED_TEST_P(IrqControllerConformance, DisablingOneLeavesTheOthers) {
    const IrqLine other = this->traits_.line(1);
    ASSERT_TRUE(this->controller_.enable(this->line_));
    ASSERT_TRUE(this->controller_.enable(other));
    ASSERT_TRUE(this->controller_.disable(this->line_));
    this->traits_.raise(this->line_);
    this->traits_.raise(other);
    this->expect_served(other);
}

TYPED_TEST_P(IrqControllerConformance, ServesAllThatArePending) {
    for (unsigned n = 0; n < 3; ++n) {
        ASSERT_TRUE(this->controller_.enable(this->traits_.line(n)));
        this->traits_.raise(this->traits_.line(n));
    }
    unsigned served = 0;
    while (const auto line = this->controller_.acknowledge()) {
        this->traits_.lower(*line);
        this->controller_.complete(*line);
        ASSERT_LE(++served, 3U);
    }
    EXPECT_EQ(served, 3U);
}

TYPED_TEST_P(IrqControllerConformance, RefusesLinesItDoesNotHave) {
    const std::uint32_t count = this->controller_.line_count();
    EXPECT_GT(count, this->traits_.line(2).id());
    for (const std::uint32_t id : {count, count + 1, 0xffff'ffffU}) {
        EXPECT_EQ(this->controller_.enable(IrqLine{id}).error(), Errno::inval) << id;
        EXPECT_EQ(this->controller_.disable(IrqLine{id}).error(), Errno::inval) << id;
    }
    EXPECT_TRUE(this->controller_.disable(IrqLine{count - 1}));
}

REGISTER_TYPED_TEST_SUITE_P(IrqControllerConformance, NothingIsPendingAtFirst, LinesStartDisabled, ServesAnEnabledLine,
                            EnablingLetsThroughWhatIsPending, ALineIsServedOnceUntilItIsCompleted,
                            ALevelThatStandsComesAgainAfterCompletion, ALevelThatFallsInTimeIsNotServed,
                            ADisabledLineDoesNotCome, ALineMayBeDisabledWhileItIsServed, DisablingOneLeavesTheOthers,
                            ServesAllThatArePending, RefusesLinesItDoesNotHave);

}  // namespace phx::irq
