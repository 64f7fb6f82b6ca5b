// What every provider of InterruptEntry keeps. Traits, one object a test: `using Provider`; `Provider& ready()`;
// `IrqLine wired()` and `other()`, which have handlers, `unwired()`, which has none; `raise(line)` makes the line
// pending and lets it through, its handler lowers it; `handled(line)`, how often the handler ran; `disabled(line)`,
// whether the controller was told so.
#pragma once

#include <gtest/gtest.h>

#include <irq/interfaces/interrupt_entry.hpp>

namespace phx::irq {

template <class Traits>
class InterruptEntryConformance : public ::testing::Test {
protected:
    static_assert(InterruptEntry<typename Traits::Provider>);

    Traits traits_;
    typename Traits::Provider& entry_ = traits_.ready();
};

TYPED_TEST_SUITE_P(InterruptEntryConformance);

TYPED_TEST_P(InterruptEntryConformance, CountsWhatItServes) {
    const IrqLine line = this->traits_.wired();
    EXPECT_EQ(this->entry_.count(line), 0U);
    for (unsigned n = 1; n <= 3; ++n) {
        this->traits_.raise(line);
        this->entry_.handle();
        EXPECT_EQ(this->traits_.handled(line), n);
        EXPECT_EQ(this->entry_.count(line), n);
    }
    EXPECT_EQ(this->entry_.count(this->traits_.other()), 0U);
    EXPECT_EQ(this->entry_.unexpected(), 0U);
}

TYPED_TEST_P(InterruptEntryConformance, ServesOneInEachEntry) {
    this->traits_.raise(this->traits_.wired());
    this->traits_.raise(this->traits_.other());
    this->entry_.handle();
    EXPECT_EQ(this->entry_.count(this->traits_.wired()) + this->entry_.count(this->traits_.other()), 1U);
    this->entry_.handle();
    EXPECT_EQ(this->entry_.count(this->traits_.wired()), 1U);
    EXPECT_EQ(this->entry_.count(this->traits_.other()), 1U);
    EXPECT_EQ(this->entry_.unexpected(), 0U);
}

TYPED_TEST_P(InterruptEntryConformance, DisablesALineThatNobodyHandles) {
    const IrqLine line = this->traits_.unwired();
    this->traits_.raise(line);
    this->entry_.handle();
    EXPECT_TRUE(this->traits_.disabled(line));
    EXPECT_EQ(this->entry_.unexpected(), 1U);
    EXPECT_EQ(this->entry_.count(line), 0U);
}

TYPED_TEST_P(InterruptEntryConformance, CountsAnEntryWithNothingToServe) {
    this->entry_.handle();
    EXPECT_EQ(this->entry_.unexpected(), 1U);
}

REGISTER_TYPED_TEST_SUITE_P(InterruptEntryConformance, CountsWhatItServes, ServesOneInEachEntry,
                            DisablesALineThatNobodyHandles, CountsAnEntryWithNothingToServe);

}  // namespace phx::irq
