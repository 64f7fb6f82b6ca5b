// Real threads as CPUs arm, move, cancel and expire timers, and free them: for ThreadSanitizer.
#include <algorithm>
#include <array>
#include <atomic>
#include <memory>
#include <random>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include <arch/thread_head.hpp>
#include <time/timer_queue/timer_queue.hpp>
#include <wiring.hpp>

namespace phx::time {
namespace {

constexpr unsigned k_cpus = types::CpuModel::max_cpus;

// A plain counter: two on_expired at a time, or one that runs on after cancel_sync, is a race.
class CountingTimer final : public Timer {
public:
    CountingTimer() : Timer{"t"} {}
    void on_expired(Nanoseconds now) override {
        ++expired_;
        if (again != nullptr && expired_ % 2 == 0) {
            again->arm(*this, now + Nanoseconds{5});
        }
        if (slow) {
            std::this_thread::yield();
        }
        ++returned_;
    }
    [[nodiscard]] std::uint64_t expired() const {
        EXPECT_EQ(expired_, returned_);
        return expired_;
    }
    TimerQueue* again = nullptr;
    bool slow = false;

private:
    std::uint64_t expired_ = 0;
    std::uint64_t returned_ = 0;
};

class TimerQueueRace : public ::testing::Test {
protected:
    TimerQueueRace() { wiring::fake_event_timer.reset(); }

    // Each CPU takes `rounds` turns of `turn(random)`, between which time passes and its timer interrupt comes.
    template <class Turn>
    void on_all_cpus(int rounds, Turn turn) {
        std::vector<std::thread> cpus;
        for (unsigned cpu = 0; cpu < k_cpus; ++cpu) {
            cpus.emplace_back([&, cpu] {
                arch::current()->cpu = cpu;
                std::minstd_rand random{cpu + 1};
                for (int round = 0; round < rounds; ++round) {
                    turn(random);
                    const Nanoseconds now{now_.fetch_add(1, std::memory_order_relaxed)};
                    if (wiring::fake_event_timer.fire(now)) {
                        queue_.on_timer(now);
                    }
                    if (round % 8 == 0) {
                        std::this_thread::yield();
                    }
                }
            });
        }
        for (std::thread& cpu : cpus) {
            cpu.join();
        }
    }
    [[nodiscard]] Nanoseconds soon(std::minstd_rand& random) const {
        return Nanoseconds{now_.load(std::memory_order_relaxed) + static_cast<std::int64_t>(random() % 12)};
    }

    TimerQueue queue_;

private:
    std::atomic<std::int64_t> now_ = 0;
};

TEST_F(TimerQueueRace, SharedTimersExpireOnOneCpuAtATime) {
    std::array<CountingTimer, 6> timers;
    timers[0].again = &queue_;
    timers[1].again = &queue_;
    timers[1].slow = true;
    timers[2].slow = true;
    on_all_cpus(100'000, [&](std::minstd_rand& random) {
        CountingTimer& timer = timers[random() % timers.size()];
        std::array<TimerInfo, 4> room;
        switch (random() % 8) {
        case 0:
            queue_.cancel(timer);
            break;
        case 1:
            queue_.cancel_sync(timer);
            break;
        case 2: {
            const auto listed = queue_.list(room);
            EXPECT_TRUE(std::ranges::is_sorted(listed, {}, &TimerInfo::deadline));
            break;
        }
        default:
            queue_.arm(timer, soon(random));
        }
    });
    std::uint64_t expired = 0;
    for (CountingTimer& timer : timers) {
        queue_.cancel_sync(timer);
        EXPECT_FALSE(timer.is_armed());
        expired += timer.expired();
    }
    EXPECT_EQ(queue_.pending(), 0U);
    EXPECT_EQ(queue_.expired(), expired);
    EXPECT_GT(expired, 0U);
}

// A timer passes from the CPU that armed it to one that frees it.
TEST_F(TimerQueueRace, ATimerMayBeFreedAfterCancelSync) {
    std::array<std::atomic<CountingTimer*>, 4> slots{};
    std::atomic<std::uint64_t> expired = 0;
    const auto bury = [&](CountingTimer* timer) {
        if (timer != nullptr) {
            queue_.cancel_sync(*timer);
            expired += timer->expired();
            delete timer;
        }
    };
    on_all_cpus(40'000, [&](std::minstd_rand& random) {
        auto timer = std::make_unique<CountingTimer>();
        timer->again = random() % 2 == 0 ? &queue_ : nullptr;
        timer->slow = random() % 2 == 0;
        queue_.arm(*timer, soon(random));
        bury(slots[random() % slots.size()].exchange(timer.release()));
    });
    for (auto& slot : slots) {
        bury(slot.exchange(nullptr));
    }
    EXPECT_EQ(queue_.pending(), 0U);
    EXPECT_EQ(queue_.expired(), expired);
}

}  // namespace
}  // namespace phx::time
