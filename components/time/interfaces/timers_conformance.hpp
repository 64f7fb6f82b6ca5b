// What every provider of Timers keeps. Traits, one object a test: `using Provider`; `Provider& ready()`, with no timer
// armed; `set_now(now)`: the time is `now`, and the interrupts that this brings are served.
#pragma once

#include <array>
#include <functional>
#include <string>

#include <gtest/gtest.h>

#include <time/interfaces/timers.hpp>

namespace phx::time {

// Writes its name into a journal when it expires, then does what the test has put in.
class JournalTimer final : public Timer {
public:
    JournalTimer(std::string_view name, std::string& journal) : Timer{name}, journal_{journal} {}
    void on_expired(Nanoseconds now) override {
        journal_ += name();
        EXPECT_FALSE(is_armed());
        EXPECT_GE(now, deadline());
        if (then) {
            then(now);
        }
    }
    std::function<void(Nanoseconds)> then;

private:
    std::string& journal_;
};

template <class Traits>
class TimersConformance : public ::testing::Test {
protected:
    using Provider = typename Traits::Provider;
    static_assert(Timers<Provider>);

    ~TimersConformance() override {
        for (JournalTimer* timer : {&a_, &b_, &c_}) {
            timers_.cancel_sync(*timer);
        }
    }

    Traits traits_;
    Provider& timers_ = traits_.ready();
    std::string journal_;
    JournalTimer a_{"a", journal_};
    JournalTimer b_{"b", journal_};
    JournalTimer c_{"c", journal_};
};

TYPED_TEST_SUITE_P(TimersConformance);

TYPED_TEST_P(TimersConformance, ExpireInTheOrderOfTheirDeadlines) {
    this->timers_.arm(this->b_, Nanoseconds{200});
    this->timers_.arm(this->c_, Nanoseconds{300});
    this->timers_.arm(this->a_, Nanoseconds{100});
    EXPECT_EQ(this->timers_.pending(), 3U);
    this->traits_.set_now(Nanoseconds{99});
    EXPECT_EQ(this->journal_, "");
    this->traits_.set_now(Nanoseconds{200});
    EXPECT_EQ(this->journal_, "ab");
    EXPECT_FALSE(this->a_.is_armed());
    EXPECT_TRUE(this->c_.is_armed());
    this->traits_.set_now(Nanoseconds{1000});
    EXPECT_EQ(this->journal_, "abc");
    EXPECT_EQ(this->timers_.pending(), 0U);
    EXPECT_EQ(this->timers_.expired(), 3U);
}

TYPED_TEST_P(TimersConformance, EqualDeadlinesExpireInTheOrderOfArming) {
    this->timers_.arm(this->c_, Nanoseconds{5});
    this->timers_.arm(this->a_, Nanoseconds{5});
    this->timers_.arm(this->b_, Nanoseconds{5});
    this->timers_.arm(this->c_, Nanoseconds{5});
    this->traits_.set_now(Nanoseconds{5});
    EXPECT_EQ(this->journal_, "abc");
}

TYPED_TEST_P(TimersConformance, ADeadlineInThePastExpiresAtOnce) {
    this->traits_.set_now(Nanoseconds{1000});
    this->timers_.arm(this->a_, Nanoseconds{10});
    EXPECT_EQ(this->journal_, "") << "only from interrupt context";
    this->traits_.set_now(Nanoseconds{1000});
    EXPECT_EQ(this->journal_, "a");
}

TYPED_TEST_P(TimersConformance, ACancelledTimerDoesNotExpire) {
    this->timers_.arm(this->a_, Nanoseconds{10});
    this->timers_.arm(this->b_, Nanoseconds{20});
    EXPECT_TRUE(this->timers_.cancel(this->a_));
    EXPECT_FALSE(this->timers_.cancel(this->a_));
    EXPECT_FALSE(this->timers_.cancel(this->c_));
    this->traits_.set_now(Nanoseconds{100});
    EXPECT_EQ(this->journal_, "b");
    EXPECT_FALSE(this->timers_.cancel(this->b_));
    EXPECT_EQ(this->timers_.expired(), 1U);
}

TYPED_TEST_P(TimersConformance, CancelSyncSaysWhetherItWasArmed) {
    this->timers_.arm(this->a_, Nanoseconds{10});
    EXPECT_TRUE(this->timers_.cancel_sync(this->a_));
    EXPECT_FALSE(this->timers_.cancel_sync(this->a_));
    EXPECT_FALSE(this->timers_.cancel_sync(this->c_)) << "was never armed";
    this->timers_.arm(this->b_, Nanoseconds{20});
    this->traits_.set_now(Nanoseconds{100});
    EXPECT_EQ(this->journal_, "b");
    EXPECT_FALSE(this->timers_.cancel_sync(this->b_));
    EXPECT_EQ(this->timers_.pending(), 0U);
}

TYPED_TEST_P(TimersConformance, ArmingMovesAnArmedTimer) {
    this->timers_.arm(this->a_, Nanoseconds{10});
    this->timers_.arm(this->b_, Nanoseconds{20});
    this->timers_.arm(this->a_, Nanoseconds{30});
    EXPECT_EQ(this->timers_.pending(), 2U);
    EXPECT_EQ(this->a_.deadline(), Nanoseconds{30});
    this->traits_.set_now(Nanoseconds{20});
    EXPECT_EQ(this->journal_, "b");
    this->timers_.arm(this->a_, Nanoseconds{25});
    this->traits_.set_now(Nanoseconds{25});
    EXPECT_EQ(this->journal_, "ba");
}

TYPED_TEST_P(TimersConformance, ATimerMayArmItselfAgain) {
    this->a_.then = [this](Nanoseconds now) { this->timers_.arm(this->a_, now + Nanoseconds{10}); };
    this->timers_.arm(this->a_, Nanoseconds{10});
    for (std::int64_t now = 10; now <= 30; now += 10) {
        this->traits_.set_now(Nanoseconds{now});
    }
    EXPECT_EQ(this->journal_, "aaa");
    EXPECT_TRUE(this->a_.is_armed());
    EXPECT_EQ(this->a_.deadline(), Nanoseconds{40});
}

TYPED_TEST_P(TimersConformance, OnePassEndsThoughATimerArmsItselfForThePast) {
    this->a_.then = [this](Nanoseconds) { this->timers_.arm(this->a_, Nanoseconds{0}); };
    this->timers_.arm(this->a_, Nanoseconds{10});
    this->traits_.set_now(Nanoseconds{10});
    EXPECT_EQ(this->journal_, "a");
    EXPECT_TRUE(this->timers_.cancel(this->a_));
}

TYPED_TEST_P(TimersConformance, AnExpiringTimerMayCancelItself) {
    this->a_.then = [this](Nanoseconds now) {
        EXPECT_FALSE(this->timers_.cancel(this->a_));
        this->timers_.arm(this->a_, now + Nanoseconds{10});
        EXPECT_TRUE(this->timers_.cancel(this->a_));
    };
    this->timers_.arm(this->a_, Nanoseconds{10});
    this->traits_.set_now(Nanoseconds{10});
    this->traits_.set_now(Nanoseconds{20});
    EXPECT_EQ(this->journal_, "a");
}

TYPED_TEST_P(TimersConformance, AnExpiringTimerMayCancelOthersThatAreDue) {
    this->a_.then = [this](Nanoseconds) {
        EXPECT_TRUE(this->timers_.cancel(this->b_));
        EXPECT_TRUE(this->timers_.cancel_sync(this->c_));
        this->timers_.arm(this->c_, Nanoseconds{40});
    };
    this->timers_.arm(this->a_, Nanoseconds{10});
    this->timers_.arm(this->b_, Nanoseconds{10});
    this->timers_.arm(this->c_, Nanoseconds{10});
    this->traits_.set_now(Nanoseconds{10});
    EXPECT_EQ(this->journal_, "a");
    this->traits_.set_now(Nanoseconds{40});
    EXPECT_EQ(this->journal_, "ac");
}

TYPED_TEST_P(TimersConformance, ListsTheEarliestFirstAsManyAsFit) {
    std::array<TimerInfo, 4> room;
    EXPECT_TRUE(this->timers_.list(room).empty());
    this->timers_.arm(this->b_, Nanoseconds{20});
    this->timers_.arm(this->a_, Nanoseconds{10});
    this->timers_.arm(this->c_, Nanoseconds{30});
    const auto all = this->timers_.list(room);
    ASSERT_EQ(all.size(), 3U);
    EXPECT_EQ(all[0].name, "a");
    EXPECT_EQ(all[1].name, "b");
    EXPECT_EQ(all[2].deadline, Nanoseconds{30});
    const auto some = this->timers_.list(std::span{room}.first(2));
    ASSERT_EQ(some.size(), 2U);
    EXPECT_EQ(some[1].name, "b");
    EXPECT_TRUE(this->timers_.list({}).empty());
}

REGISTER_TYPED_TEST_SUITE_P(TimersConformance, ExpireInTheOrderOfTheirDeadlines, EqualDeadlinesExpireInTheOrderOfArming,
                            ADeadlineInThePastExpiresAtOnce, ACancelledTimerDoesNotExpire,
                            CancelSyncSaysWhetherItWasArmed, ArmingMovesAnArmedTimer, ATimerMayArmItselfAgain,
                            OnePassEndsThoughATimerArmsItselfForThePast, AnExpiringTimerMayCancelItself,
                            AnExpiringTimerMayCancelOthersThatAreDue, ListsTheEarliestFirstAsManyAsFit);

}  // namespace phx::time
