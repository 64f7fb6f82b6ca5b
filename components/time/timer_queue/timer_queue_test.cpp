#include <time/timer_queue/timer_queue.hpp>

#include <memory>
#include <vector>

#include <gtest/gtest.h>

#include <arch/interrupts.hpp>
#include <time/interfaces/timer_listener.hpp>
#include <time/interfaces/timers_conformance.hpp>
#include <wiring.hpp>

namespace phx::time {
namespace {

static_assert(TimerListener<TimerQueue>);

struct OnFakeEvents {
    using Provider = TimerQueue;

    TimerQueue& ready() {
        wiring::fake_event_timer.reset();
        return queue_;
    }
    // One interrupt at most, as hardware lets others in between.
    void set_now(Nanoseconds now) {
        if (wiring::fake_event_timer.fire(now)) {
            queue_.on_timer(now);
        }
    }

private:
    TimerQueue queue_;
};
INSTANTIATE_TYPED_TEST_SUITE_P(TimerQueue, TimersConformance, OnFakeEvents);

class TimerQueueEvents : public ::testing::Test {
protected:
    TimerQueueEvents() { wiring::fake_event_timer.reset(); }
    ~TimerQueueEvents() override {
        queue_.cancel(a_);
        queue_.cancel(b_);
    }
    [[nodiscard]] static std::optional<Nanoseconds> event() { return wiring::fake_event_timer.armed(); }
    [[nodiscard]] static std::uint64_t changes() { return wiring::fake_event_timer.changes(); }

    std::string journal_;
    JournalTimer a_{"a", journal_};
    JournalTimer b_{"b", journal_};
    TimerQueue queue_;
};

TEST_F(TimerQueueEvents, TheEarliestDeadlineIsArmed) {
    queue_.arm(a_, Nanoseconds{200});
    EXPECT_EQ(event(), Nanoseconds{200});
    queue_.arm(b_, Nanoseconds{100});
    EXPECT_EQ(event(), Nanoseconds{100});
    ASSERT_TRUE(wiring::fake_event_timer.fire(Nanoseconds{100}));
    queue_.on_timer(Nanoseconds{100});
    EXPECT_EQ(event(), Nanoseconds{200});
}

TEST_F(TimerQueueEvents, LaterTimersLeaveTheComparatorAlone) {
    queue_.arm(a_, Nanoseconds{100});
    const std::uint64_t before = changes();
    queue_.arm(b_, Nanoseconds{200});
    queue_.arm(b_, Nanoseconds{300});
    queue_.cancel(b_);
    EXPECT_EQ(changes(), before);
}

// What a timeout costs that is armed and cancelled over and over; the comparator then fires in vain, but once.
TEST_F(TimerQueueEvents, WhatWasCancelledCostsOneInterruptAtMost) {
    queue_.arm(b_, Nanoseconds{1000});
    for (int i = 0; i < 10; ++i) {
        queue_.arm(a_, Nanoseconds{100 + i});
        queue_.arm(a_, Nanoseconds{500 + i});
        queue_.cancel(a_);
    }
    EXPECT_EQ(changes(), 2U);
    ASSERT_TRUE(wiring::fake_event_timer.fire(Nanoseconds{100}));
    queue_.on_timer(Nanoseconds{100});
    EXPECT_EQ(journal_, "");
    EXPECT_EQ(event(), Nanoseconds{1000});
    queue_.cancel(b_);
    ASSERT_TRUE(wiring::fake_event_timer.fire(Nanoseconds{1000}));
    queue_.on_timer(Nanoseconds{1000});
    EXPECT_EQ(event(), std::nullopt);
}

TEST_F(TimerQueueEvents, AnInterruptSetsTheComparatorOnce) {
    queue_.arm(a_, Nanoseconds{100});
    queue_.arm(b_, Nanoseconds{100});
    a_.then = [this](Nanoseconds) { queue_.arm(a_, Nanoseconds{150}); };
    b_.then = [this](Nanoseconds) { queue_.arm(b_, Nanoseconds{130}); };
    const std::uint64_t before = changes();
    queue_.on_timer(Nanoseconds{100});
    EXPECT_EQ(changes(), before + 1);
    EXPECT_EQ(event(), Nanoseconds{130});
}

TEST_F(TimerQueueEvents, AnEarlyInterruptIsSetAgain) {
    queue_.arm(a_, Nanoseconds{100});
    ASSERT_TRUE(wiring::fake_event_timer.fire(Nanoseconds{100}));
    queue_.on_timer(Nanoseconds{99});
    EXPECT_EQ(journal_, "");
    EXPECT_EQ(event(), Nanoseconds{100});
}

TEST_F(TimerQueueEvents, TimersExpireWithInterruptsMasked) {
    bool masked = false;
    a_.then = [&](Nanoseconds) { masked = arch::interrupts_masked(); };
    queue_.arm(a_, Nanoseconds{1});
    queue_.on_timer(Nanoseconds{1});
    EXPECT_TRUE(masked);
    EXPECT_FALSE(arch::interrupts_masked());
}

// Those that came while there were few, and are not balanced, do not pile up below the others.
TEST(TimerTree, StaysShallowForOnesThatComeAndGo) {
    std::string journal;
    std::vector<std::unique_ptr<JournalTimer>> timers;
    TimerTree tree;
    std::int64_t deadline = 0;
    for (int round = 0; round < 200; ++round) {
        for (int i = 0; i < 8; ++i) {
            timers.push_back(std::make_unique<JournalTimer>("t", journal));
            tree.insert(*timers.back(), Nanoseconds{deadline++});
        }
        if (round % 2 == 0) {
            for (int i = 0; i < 7; ++i) {
                Timer* const first = tree.first();
                tree.remove(*first);
                std::erase_if(timers, [&](const auto& timer) { return timer.get() == first; });
            }
        }
    }
    std::size_t deepest = 0;
    for (const auto& timer : timers) {
        std::size_t depth = 0;
        for (Timer* at = timer.get(); at != nullptr; at = at->links().parent) {
            ++depth;
        }
        deepest = std::max(deepest, depth);
    }
    EXPECT_GT(tree.size(), 800U);
    EXPECT_LE(deepest, 50U);
}

TEST(TimerTree, StaysShallowForAscendingDeadlines) {
    constexpr std::size_t count = 4096;
    std::string journal;
    std::vector<std::unique_ptr<JournalTimer>> timers;
    TimerTree tree;
    for (std::size_t i = 0; i < count; ++i) {
        timers.push_back(std::make_unique<JournalTimer>("t", journal));
        tree.insert(*timers.back(), Nanoseconds{static_cast<std::int64_t>(i)});
    }
    std::size_t deepest = 0;
    for (const auto& timer : timers) {
        std::size_t depth = 0;
        for (Timer* at = timer.get(); at != nullptr; at = at->links().parent) {
            ++depth;
        }
        deepest = std::max(deepest, depth);
    }
    EXPECT_LE(deepest, 60U) << "12 would be perfect, 4096 a list";
    for (std::size_t i = 1; i < count; i += 2) {
        tree.remove(*timers[i]);
    }
    for (std::size_t i = 0; i < count; i += 2) {
        const TimerLinks& links = timers[i]->links();
        EXPECT_TRUE(links.parent == nullptr || links.parent->links().rank >= links.rank)
            << "removal keeps it shallow too";
    }
    for (std::size_t i = 0; i < count; i += 2) {
        EXPECT_EQ(tree.first(), timers[i].get());
        tree.remove(*timers[i]);
    }
    EXPECT_EQ(tree.size(), 0U);
}

}  // namespace
}  // namespace phx::time
