// Timers on several CPUs: a host thread is the CPU that its head says.
#include <atomic>
#include <thread>

#include <gtest/gtest.h>

#include <arch/thread_head.hpp>
#include <time/interfaces/timers_conformance.hpp>
#include <time/timer_queue/timer_queue.hpp>
#include <wiring.hpp>

namespace phx::time {
namespace {

// One CPU among four, each test on another.
struct OnOneOfFour {
    using Provider = TimerQueue;

    OnOneOfFour() { arch::current()->cpu = (arch::current()->cpu + 1) % types::CpuModel::max_cpus; }
    TimerQueue& ready() {
        wiring::fake_event_timer.reset();
        return queue_;
    }
    void set_now(Nanoseconds now) {
        if (wiring::fake_event_timer.fire(now)) {
            queue_.on_timer(now);
        }
    }

private:
    TimerQueue queue_;
};
INSTANTIATE_TYPED_TEST_SUITE_P(TimerQueueSmp, TimersConformance, OnOneOfFour);

class TimerQueueSmp : public ::testing::Test {
protected:
    TimerQueueSmp() {
        wiring::fake_event_timer.reset();
        on(0);
    }
    ~TimerQueueSmp() override {
        on(0);
        queue_.cancel_sync(a_);
        queue_.cancel_sync(b_);
    }
    static void on(unsigned cpu) { arch::current()->cpu = cpu; }
    [[nodiscard]] static std::optional<Nanoseconds> event() { return wiring::fake_event_timer.armed(); }

    std::string journal_;
    JournalTimer a_{"a", journal_};
    JournalTimer b_{"b", journal_};
    TimerQueue queue_;
};

TEST_F(TimerQueueSmp, ATimerInterruptsTheCpuThatArmedIt) {
    on(2);
    queue_.arm(a_, Nanoseconds{100});
    EXPECT_EQ(event(), Nanoseconds{100});
    on(1);
    EXPECT_EQ(event(), std::nullopt);
    queue_.on_timer(Nanoseconds{100});
    EXPECT_EQ(journal_, "");
    on(2);
    queue_.on_timer(Nanoseconds{100});
    EXPECT_EQ(journal_, "a");
}

TEST_F(TimerQueueSmp, ArmingMovesATimerHere) {
    on(2);
    queue_.arm(a_, Nanoseconds{100});
    on(3);
    queue_.arm(a_, Nanoseconds{90});
    EXPECT_EQ(event(), Nanoseconds{90});
    std::array<TimerInfo, 2> room;
    const auto listed = queue_.list(room);
    ASSERT_EQ(listed.size(), 1U);
    EXPECT_EQ(listed[0].cpu, 3U);
    on(2);
    queue_.on_timer(Nanoseconds{100});
    EXPECT_EQ(journal_, "") << "its comparator fires early, once";
    EXPECT_TRUE(a_.is_armed());
}

TEST_F(TimerQueueSmp, AnyCpuMayCancel) {
    on(2);
    queue_.arm(a_, Nanoseconds{100});
    on(0);
    EXPECT_TRUE(queue_.cancel(a_));
    EXPECT_EQ(queue_.pending(), 0U);
}

// The other CPU stands in on_expired until it is let go.
class Busy : public TimerQueueSmp {
protected:
    Busy() {
        a_.then = [this](Nanoseconds now) {
            if (again) {
                queue_.arm(a_, now + Nanoseconds{10});
            }
            running = true;
            running.notify_one();
            let_go.wait(false);
            returned = true;
        };
        on(1);
        queue_.arm(a_, Nanoseconds{100});
        on(0);
    }
    ~Busy() override { finish(); }

    void start() {
        other_ = std::thread{[this] {
            on(1);
            queue_.on_timer(Nanoseconds{100});
            event_afterwards = event();
        }};
        running.wait(false);
    }
    void finish() {
        let_go = true;
        let_go.notify_all();
        if (other_.joinable()) {
            other_.join();
        }
    }

    bool again = false;
    std::atomic<bool> running = false;
    std::atomic<bool> let_go = false;
    std::atomic<bool> returned = false;
    std::optional<Nanoseconds> event_afterwards;

private:
    std::thread other_;
};

TEST_F(Busy, CancelDoesNotWait) {
    start();
    EXPECT_FALSE(queue_.cancel(a_));
    EXPECT_FALSE(returned);
}

TEST_F(Busy, CancelTakesBackWhatOnExpiredArmed) {
    again = true;
    start();
    EXPECT_TRUE(queue_.cancel(a_));
    EXPECT_FALSE(returned);
}

TEST_F(Busy, CancelSyncWaits) {
    start();
    std::atomic<bool> waited = false;
    std::thread waiter{[&] {
        on(2);
        EXPECT_FALSE(queue_.cancel_sync(a_));
        EXPECT_TRUE(returned);
        waited = true;
    }};
    std::this_thread::sleep_for(std::chrono::milliseconds{20});
    EXPECT_FALSE(waited);
    finish();
    waiter.join();
}

TEST_F(Busy, CancelSyncTakesBackWhatOnExpiredArmed) {
    again = true;
    start();
    std::thread waiter{[&] {
        on(2);
        EXPECT_TRUE(queue_.cancel_sync(a_));
        EXPECT_TRUE(returned);
    }};
    finish();
    waiter.join();
    EXPECT_FALSE(a_.is_armed());
}

// Else it could run on two CPUs at a time.
TEST_F(Busy, ATimerStaysWhereItIsRunning) {
    start();
    queue_.arm(a_, Nanoseconds{120});
    EXPECT_EQ(event(), std::nullopt);
    std::array<TimerInfo, 2> room;
    ASSERT_EQ(queue_.list(room).size(), 1U);
    EXPECT_EQ(room[0].cpu, 1U);
    finish();
    EXPECT_EQ(event_afterwards, Nanoseconds{120}) << "set by that CPU when it is done";
}

TEST_F(Busy, OtherTimersAreNotHeldUp) {
    start();
    queue_.arm(b_, Nanoseconds{100});
    queue_.on_timer(Nanoseconds{100});
    EXPECT_EQ(queue_.expired(), 2U);
    EXPECT_FALSE(queue_.cancel_sync(b_));
    EXPECT_FALSE(returned);
}

}  // namespace
}  // namespace phx::time
