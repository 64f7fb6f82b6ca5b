// The timers of one process. All of it is guarded by the process's lock, under which the machine's timers are armed and cancelled too; what expires
// takes that lock, and looks whether it is time: it may have been set anew meanwhile.
#pragma once

#include <array>
#include <cstdint>

#include <base/intrusive_list.hpp>
#include <base/time_abi.hpp>
#include <task/interfaces/process.hpp>
#include <task/posix_clocks/posix_clocks.hpp>
#include <time/interfaces/timers.hpp>

namespace phx::task {

// A point in time, and how often it comes again.
struct Expiry {
    bool active = false;
    Nanoseconds deadline;
    Nanoseconds interval;

    // To the first time after now that it comes again; how often it has come until now. Only for one that comes again.
    std::int64_t forward(Nanoseconds now) {
        if (now < deadline) {
            return 0;
        }
        const std::int64_t times = (now - deadline).count() / interval.count() + 1;
        deadline = saturating_add(deadline, Nanoseconds{times * interval.count()});
        return times;
    }
};

// ITIMER_REAL. It goes on once its signal is taken, so that a program that does not look is not asked ever more.
class AlarmTimer final : public time::Timer, public SignalSource {
public:
    explicit AlarmTimer(Process& process) : Timer{"itimer"}, process_{process} {}
    void on_expired(Nanoseconds now) override;
    void on_taken(SignalInfo& info) override;
    void set(Expiry to);

    Expiry expiry;

private:
    Process& process_;
};

// Looks at all CPU-time timers of a process, for as long as it has any.
class CpuTick final : public time::Timer {
public:
    explicit CpuTick(TimerSet& set) : Timer{"cpu time"}, set_{set} {}
    void on_expired(Nanoseconds now) override;

private:
    TimerSet& set_;
};

// timer_create(2).
class PosixTimer final : public time::Timer, public SignalSource, public ListNode {  // in the list of those that go by CLOCK_REALTIME
public:
    PosixTimer(TimerSet& set, ClockKind kind) : Timer{"timer"}, set_{set}, kind_{kind} { signal.source = this; }
    void on_expired(Nanoseconds now) override;
    void on_taken(SignalInfo& info) override;

    [[nodiscard]] bool is_cpu_time() const { return kind_ == ClockKind::process_cpu || kind_ == ClockKind::thread_cpu; }
    // With the process's lock held.
    [[nodiscard]] Nanoseconds now() const;
    // The deadline is a point on its clock, or a span from now.
    void set_to(Expiry to, bool absolute);
    void stop();
    void arm();
    // It is time: what fire() does follows without the lock.
    void begin_firing();
    void fire();

    int notify = SIGEV_SIGNAL;
    bool user_only = false;
    Ref<UserThread> target;      // SIGEV_THREAD_ID
    Ref<UserThread> cpu_thread;  // whose CPU time it is
    Expiry expiry;
    std::int64_t overrun = -1;      // since it was taken last, and not told
    std::int64_t overrun_last = 0;  // of the signal taken last
    QueuedSignal signal;

private:
    TimerSet& set_;
    const ClockKind kind_;
    bool follows_clock_ = false;  // goes by CLOCK_REALTIME, wherever that is set to
    bool goes_on_ = false;        // when its signal is taken
};

class TimerSet {
public:
    static constexpr int k_most = 4096;  // timers of timer_create(2)

    explicit TimerSet(Process& of) : process{of}, alarm{of}, tick{*this} {}

    // With the process's lock held.
    [[nodiscard]] PosixTimer* find(int id) const;
    Result<int> put(PosixTimer& timer);
    [[nodiscard]] PosixTimer* take(int id);
    [[nodiscard]] PosixTimer* take_any();
    void schedule();

    void look_at_cpu_time();

    Process& process;
    AlarmTimer alarm;
    Expiry virtual_time;    // ITIMER_VIRTUAL
    Expiry profiling_time;  // ITIMER_PROF
    CpuTick tick;
    std::uint32_t count = 0;      // of timer_create(2)
    std::uint32_t cpu_count = 0;  // of these, by CPU time
    struct Chunk {
        std::array<PosixTimer*, 64> timers{};
    };
    std::array<Chunk*, k_most / 64> chunks{};

private:
    enum class Due : std::uint8_t { none, signal, timer };
    Due find_due(int& signal, PosixTimer*& timer);
    template <class F>
    void for_each_cpu_timer(F f);

    int next_id_ = 0;
    Nanoseconds seen_;              // CPU time at the last look
    Nanoseconds pause_{k_least_};   // until the next
    static constexpr std::int64_t k_least_ = 1'000'000;
    static constexpr std::int64_t k_most_pause_ = 64'000'000;
};

}  // namespace phx::task
