// What every provider of IrqController keeps. Traits, one object a test: `using Provider`; `Provider& ready()`, after
// its init on CPU 0 and its init_cpu on CPU 1; `IrqLine line(n)`, ascending, for n below 3; `raise(line)` and `lower(line)`, what a device
// does to its level; `with_cpu(n, f)`, which calls f as CPU n.
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

TYPED_TEST_P(IrqControllerConformance, ASoftwareInterruptComesToItsCpuAlone) {
    const IrqLine call{5};
    ASSERT_TRUE(this->controller_.enable(call));
    this->traits_.with_cpu(1, [&] { ASSERT_TRUE(this->controller_.enable(call)); });
    this->controller_.send(call, 1);
    EXPECT_EQ(this->controller_.acknowledge(), std::nullopt);
    this->traits_.with_cpu(1, [&] {
        this->expect_served(call);
        EXPECT_EQ(this->controller_.acknowledge(), std::nullopt);
        this->controller_.complete(call);
        EXPECT_EQ(this->controller_.acknowledge(), std::nullopt);
        this->controller_.send(call, 0);
        EXPECT_EQ(this->controller_.acknowledge(), std::nullopt);
    });
    this->expect_served(call);
    this->controller_.complete(call);
    EXPECT_EQ(this->controller_.acknowledge(), std::nullopt);
}

TYPED_TEST_P(IrqControllerConformance, ACpuMaySendToItself) {
    const IrqLine call{15};
    ASSERT_TRUE(this->controller_.enable(call));
    this->controller_.send(call, 0);
    this->controller_.send(call, 0);
    this->expect_served(call);
    this->controller_.complete(call);
    EXPECT_EQ(this->controller_.acknowledge(), std::nullopt);
    this->controller_.send(call, 0);
    this->expect_served(call);
}

TYPED_TEST_P(IrqControllerConformance, OneThatIsSentWhileItIsServedComesAgain) {
    const IrqLine call{0};
    ASSERT_TRUE(this->controller_.enable(call));
    this->controller_.send(call, 0);
    this->expect_served(call);
    this->controller_.send(call, 0);
    this->controller_.complete(call);
    this->expect_served(call);
}

TYPED_TEST_P(IrqControllerConformance, ACpusOwnLinesAreEnabledByItself) {
    const IrqLine call{1};
    ASSERT_TRUE(this->controller_.enable(call));
    this->controller_.send(call, 1);
    this->traits_.with_cpu(1, [&] {
        EXPECT_EQ(this->controller_.acknowledge(), std::nullopt);
        ASSERT_TRUE(this->controller_.enable(call));
        this->expect_served(call);
        this->controller_.complete(call);
        ASSERT_TRUE(this->controller_.disable(call));
    });
    this->controller_.send(call, 0);
    this->expect_served(call);
}

TYPED_TEST_P(IrqControllerConformance, SharedLinesComeToTheCpuThatBooted) {
    if (this->line_.id() < 32) {
        GTEST_SKIP() << "not a shared line";
    }
    this->traits_.with_cpu(1, [&] { ASSERT_TRUE(this->controller_.enable(this->line_)); });
    this->traits_.raise(this->line_);
    this->traits_.with_cpu(1, [&] { EXPECT_EQ(this->controller_.acknowledge(), std::nullopt); });
    this->expect_served(this->line_);
}

TYPED_TEST_P(IrqControllerConformance, ACpuThatIsNotThereGetsNothing) {
    const IrqLine call{2};
    ASSERT_TRUE(this->controller_.enable(call));
    this->controller_.send(call, 3);
    EXPECT_EQ(this->controller_.acknowledge(), std::nullopt);
    this->traits_.with_cpu(1, [&] { EXPECT_EQ(this->controller_.acknowledge(), std::nullopt); });
}

REGISTER_TYPED_TEST_SUITE_P(IrqControllerConformance, NothingIsPendingAtFirst, LinesStartDisabled, ServesAnEnabledLine,
                            EnablingLetsThroughWhatIsPending, ALineIsServedOnceUntilItIsCompleted,
                            ALevelThatStandsComesAgainAfterCompletion, ALevelThatFallsInTimeIsNotServed,
                            ADisabledLineDoesNotCome, ALineMayBeDisabledWhileItIsServed, DisablingOneLeavesTheOthers,
                            ServesAllThatArePending, RefusesLinesItDoesNotHave, ASoftwareInterruptComesToItsCpuAlone, ACpuMaySendToItself,
                            OneThatIsSentWhileItIsServedComesAgain, ACpusOwnLinesAreEnabledByItself, SharedLinesComeToTheCpuThatBooted,
                            ACpuThatIsNotThereGetsNothing);

}  // namespace phx::irq
