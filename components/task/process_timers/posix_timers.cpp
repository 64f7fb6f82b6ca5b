// timer_create(2) and its kin.
#include <algorithm>
#include <limits>
#include <memory>
#include <utility>

#include <arch/resource_abi.hpp>

#include <ports/process_timers.hpp>
#include <task/process_timers/process_timers.hpp>
#include <vm/user_memory/user_memory.hpp>

namespace phx::task {
namespace {

// One that is ignored, and would come more often, is looked at so often (Linux: a tick).
constexpr Nanoseconds k_tick{4'000'000};

[[nodiscard]] int clamped(std::int64_t count) {
    return static_cast<int>(std::clamp<std::int64_t>(count, 0, std::numeric_limits<int>::max()));  // DELAYTIMER_MAX
}

// With the process's lock held: what timer_gettime(2) says. A timer that nobody is told of is brought up to date by looking.
[[nodiscard]] __kernel_itimerspec read_timer(PosixTimer& timer) {
    Expiry& expiry = timer.expiry;
    const bool silent = timer.notify == SIGEV_NONE;
    __kernel_itimerspec record{};
    if (expiry.interval != Nanoseconds{}) {
        record.it_interval = to_timespec(expiry.interval);
    } else if (!expiry.active) {
        return record;
    }
    const Nanoseconds now = timer.now();
    if (expiry.interval != Nanoseconds{} && (silent || !expiry.active)) {
        timer.overrun += expiry.forward(now);
    }
    if (expiry.deadline > now) {
        record.it_value = to_timespec(expiry.deadline - now);
    } else if (!silent) {
        record.it_value.tv_nsec = 1;  // about to be told
    }
    return record;
}

}  // namespace

PosixTimer* TimerSet::find(int id) const {
    if (id < 0 || id >= k_most) {
        return nullptr;
    }
    const Chunk* const chunk = chunks.data()[id / 64];
    return chunk != nullptr ? chunk->timers.data()[id % 64] : nullptr;
}

// The next free number after the last that was given. The chunk that it lies in has been made already.
Result<int> TimerSet::put(PosixTimer& timer) {
    for (int tried = 0; tried < k_most; ++tried) {
        const int id = next_id_;
        next_id_ = (next_id_ + 1) % k_most;
        if (find(id) != nullptr) {
            continue;
        }
        Chunk*& chunk = chunks.data()[id / 64];
        if (chunk == nullptr) {
            void* const memory = TRY(ports::process_timers::heap().allocate(sizeof(Chunk), alignof(Chunk)));
            chunk = std::construct_at(static_cast<Chunk*>(memory));
        }
        chunk->timers.data()[id % 64] = &timer;
        ++count;
        cpu_count += timer.is_cpu_time() ? 1 : 0;
        return id;
    }
    return Errno::again;
}

PosixTimer* TimerSet::take(int id) {
    PosixTimer* const timer = find(id);
    if (timer != nullptr) {
        chunks.data()[id / 64]->timers.data()[id % 64] = nullptr;
        --count;
        cpu_count -= timer->is_cpu_time() ? 1 : 0;
        timer->stop();
    }
    return timer;
}

PosixTimer* TimerSet::take_any() {
    for (int id = 0; count != 0 && id < k_most; ++id) {
        if (PosixTimer* const timer = take(id)) {
            return timer;
        }
    }
    return nullptr;
}

[[clang::no_thread_safety_analysis]] Nanoseconds PosixTimer::now() const {
    switch (kind_) {
        case ClockKind::process_cpu:
            return cpu_time_locked(set_.process, user_only);
        case ClockKind::thread_cpu:
            return cpu_time_locked(*cpu_thread);
        default:
            return read_clock(follows_clock_ ? kind_ : ClockKind::monotonic);
    }
}

void PosixTimer::arm() {
    if (is_cpu_time()) {
        set_.schedule();
    } else if (notify != SIGEV_NONE) {
        ports::process_timers::timers().arm(*this, follows_clock_ ? to_monotonic(kind_, expiry.deadline) : expiry.deadline);
    }
}

void PosixTimer::stop() {
    expiry = {};
    goes_on_ = false;
    ports::process_timers::timers().cancel(*this);
    ports::process_timers::self().unfollow(*this);
}

// Only a point in time moves with a clock that is set.
void PosixTimer::set_to(Expiry to, bool absolute) {
    stop();
    overrun = -1;
    overrun_last = 0;
    follows_clock_ = absolute && !is_cpu_time();
    expiry = to;
    if (!expiry.active) {
        return;
    }
    if (!absolute) {
        expiry.deadline = saturating_add(now(), expiry.deadline);
    }
    if (follows_clock_ && kind_ == ClockKind::realtime) {
        ports::process_timers::self().follow(*this);
    }
    arm();
}

void PosixTimer::on_expired(Nanoseconds) {
    {
        const SpinGuard guard{set_.process.lock};
        if (!expiry.active) {
            return;
        }
        if (now() < expiry.deadline) {
            arm();
            return;
        }
        begin_firing();
    }
    fire();
}

void PosixTimer::begin_firing() {
    expiry.active = false;
    goes_on_ = expiry.interval != Nanoseconds{};
}

// Not under the lock, which sending takes. That the timer is not freed meanwhile is seen to by who frees it.
void PosixTimer::fire() {
    if (notify == SIGEV_NONE) {
        return;
    }
    const Result<void> sent = ports::process_timers::signals().send_own(set_.process, target.get(), signal);
    if (sent) {
        return;
    }
    const SpinGuard guard{set_.process.lock};
    if (sent.error() == Errno::busy) {
        if (signal.is_linked()) {
            ++signal.info._sifields._timer._overrun;
        }
        return;
    }
    // It is ignored: nobody will take it, and the timer goes on by itself.
    if (goes_on_) {
        goes_on_ = false;
        overrun += expiry.forward(saturating_add(now(), expiry.interval < k_tick ? k_tick : Nanoseconds{}));
        expiry.active = true;
        arm();
    }
}

void PosixTimer::on_taken(SignalInfo& info) {
    int missed = std::exchange(signal.info._sifields._timer._overrun, 0);
    if (goes_on_) {
        goes_on_ = false;
        overrun += expiry.forward(now());
        overrun_last = std::exchange(overrun, -1);
        missed = clamped(overrun_last + missed);
        expiry.active = true;
        arm();
    }
    info._sifields._timer._overrun = missed;
}

Result<void> ProcessTimers::sys_timer_create(int number, UserPtr<const struct uapi::sigevent> event, UserPtr<int> id_to) {
    const NamedClock clock = TRY(find_clock(number));
    if (clock.coarse || clock.raw) {
        return Errno::opnotsupp;
    }
    Process& process = current_process();
    if (clock.kind == ClockKind::process_cpu && clock.process.get() != &process) {
        return Errno::inval;
    }
    struct uapi::sigevent wanted{};
    if (!event.is_null()) {
        wanted = TRY(vm::read(event));
    }
    Ref<UserThread> target;
    if (!event.is_null()) {
        const int how = wanted.sigev_notify;
        if (how == (SIGEV_SIGNAL | SIGEV_THREAD_ID)) {
            target = ports::process_timers::processes().find_thread(wanted._sigev_un._tid);
            if (!target || target->process != &process) {
                return Errno::inval;
            }
        } else if (how != SIGEV_SIGNAL && how != SIGEV_THREAD && how != SIGEV_NONE) {
            return Errno::inval;
        }
        if (how != SIGEV_NONE && (wanted.sigev_signo < 1 || wanted.sigev_signo > k_signals)) {
            return Errno::inval;
        }
    } else {
        wanted.sigev_notify = SIGEV_SIGNAL;
        wanted.sigev_signo = SIGALRM;
    }
    TimerSet& set = *TRY(set_of(process));
    void* const memory = TRY(ports::process_timers::heap().allocate(sizeof(PosixTimer), alignof(PosixTimer)));
    PosixTimer& timer = *std::construct_at(static_cast<PosixTimer*>(memory), set, clock.kind);
    timer.notify = wanted.sigev_notify;
    timer.user_only = clock.user_only;
    timer.target = std::move(target);
    timer.cpu_thread = clock.thread;
    const auto put = [&]() -> Result<int> {
        const SpinGuard guard{process.lock};
        if (set.count + process.signals.queued >= process.limits.data()[RLIMIT_SIGPENDING].soft) {
            return Errno::again;
        }
        const int id = TRY(set.put(timer));
        timer.signal.info.si_signo = wanted.sigev_signo;
        timer.signal.info.si_code = SI_TIMER;
        timer.signal.info._sifields._timer._tid = id;
        if (event.is_null()) {
            timer.signal.info._sifields._timer._sigval.sival_int = id;
        } else {
            timer.signal.info._sifields._timer._sigval = wanted.sigev_value;
        }
        return id;
    };
    const Result<int> id = put();
    if (!id) {
        destroy(timer, set);
        return id.error();
    }
    const Result<void> written = vm::write(id_to, *id);
    if (!written) {
        (void)sys_timer_delete(*id);
    }
    return written;
}

Result<void> ProcessTimers::sys_timer_settime(int id, int flags, UserPtr<const __kernel_itimerspec> from, UserPtr<__kernel_itimerspec> old) {
    if (from.is_null()) {
        return Errno::inval;
    }
    const __kernel_itimerspec record = TRY(vm::read(from));
    Expiry wanted{.deadline = TRY(to_nanoseconds(__kernel_timespec{record.it_value.tv_sec, record.it_value.tv_nsec})),
                  .interval = TRY(to_nanoseconds(__kernel_timespec{record.it_interval.tv_sec, record.it_interval.tv_nsec}))};
    wanted.active = wanted.deadline != Nanoseconds{};
    if (!wanted.active) {
        wanted = {};
    }
    Process& process = current_process();
    __kernel_itimerspec before{};
    {
        const SpinGuard guard{process.lock};
        TimerSet* const set = process.signals.timers;
        PosixTimer* const timer = set != nullptr ? set->find(id) : nullptr;
        if (timer == nullptr) {
            return Errno::inval;
        }
        before = read_timer(*timer);
        timer->set_to(wanted, (flags & TIMER_ABSTIME) != 0);
    }
    return old.is_null() ? Result<void>{} : vm::write(old, before);
}

Result<void> ProcessTimers::sys_timer_gettime(int id, UserPtr<__kernel_itimerspec> to) {
    Process& process = current_process();
    __kernel_itimerspec record{};
    {
        const SpinGuard guard{process.lock};
        TimerSet* const set = process.signals.timers;
        PosixTimer* const timer = set != nullptr ? set->find(id) : nullptr;
        if (timer == nullptr) {
            return Errno::inval;
        }
        record = read_timer(*timer);
    }
    return vm::write(to, record);
}

Result<int> ProcessTimers::sys_timer_getoverrun(int id) {
    Process& process = current_process();
    const SpinGuard guard{process.lock};
    TimerSet* const set = process.signals.timers;
    PosixTimer* const timer = set != nullptr ? set->find(id) : nullptr;
    if (timer == nullptr) {
        return Errno::inval;
    }
    return clamped(timer->overrun_last);
}

Result<void> ProcessTimers::sys_timer_delete(int id) {
    Process& process = current_process();
    PosixTimer* timer = nullptr;
    TimerSet* set = nullptr;
    {
        const SpinGuard guard{process.lock};
        set = process.signals.timers;
        timer = set != nullptr ? set->take(id) : nullptr;
    }
    if (timer == nullptr) {
        return Errno::inval;
    }
    destroy(*timer, *set);
    return {};
}

}  // namespace phx::task
