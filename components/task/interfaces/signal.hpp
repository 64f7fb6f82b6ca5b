// Signals (signal(7)): what threads and processes keep for them. The Signals provider makes and changes all of it.
#pragma once

#include <array>
#include <cstdint>

#include <arch/signal_abi.hpp>
#include <base/intrusive_list.hpp>
#include <base/ref.hpp>
#include <base/result.hpp>
#include <base/types.hpp>
#include <base/user.hpp>
#include <sync/learnt_lock_class.hpp>
#include <sync/spinlock.hpp>

namespace phx::task {

class TimerSet;

// Bit n-1 is signal n, as in the kernel's sigset_t.
using SignalSet = std::uint64_t;
[[nodiscard]] constexpr SignalSet signal_bit(int signal) { return SignalSet{1} << (signal - 1); }
inline constexpr int k_signals = 64;
inline constexpr int k_first_real_time_signal = 32;  // SIGRTMIN of asm-generic/signal.h, which is a C library's macro as well

// What a handler gets (uapi asm-generic/siginfo.h) without the padding: si_signo, si_errno, si_code, _sifields.
using SignalInfo = uapi::SignalInfo;
static_assert(sizeof(SignalInfo) == 48 && sizeof(uapi::siginfo_t) == 128);

// By the kernel, to whom it may concern.
[[nodiscard]] constexpr SignalInfo kernel_signal(int signal) {
    SignalInfo info{};
    info.si_signo = signal;
    info.si_code = SI_KERNEL;
    return info;
}
// By a process: SI_USER, SI_TKILL, or the kernel in its name, as in SIGPIPE (SI_USER).
[[nodiscard]] constexpr SignalInfo user_signal(int signal, std::int32_t sender, std::uint32_t sender_uid, int code = SI_USER) {
    SignalInfo info{};
    info.si_signo = signal;
    info.si_code = code;
    info._sifields._kill._pid = sender;
    info._sifields._kill._uid = sender_uid;
    return info;
}
// By what the program did itself: SEGV_MAPERR and so on.
[[nodiscard]] inline SignalInfo fault_signal(int signal, int code, UserAddr address) {
    SignalInfo info{};
    info.si_signo = signal;
    info.si_code = code;
    info._sifields._sigfault._addr = reinterpret_cast<void*>(address.value());
    return info;
}

// What is asked of a signal (rt_sigaction(2)): uapi's struct sigaction with numbers for pointers.
struct SignalAction {
    std::uint64_t handler = 0;  // k_default, k_ignore, or a program's address
    std::uint64_t flags = 0;    // SA_*
    std::uint64_t restorer = 0;
    SignalSet mask = 0;

    static constexpr std::uint64_t k_default = 0;  // SIG_DFL
    static constexpr std::uint64_t k_ignore = 1;   // SIG_IGN
};
static_assert(sizeof(SignalAction) == sizeof(struct uapi::sigaction));

// The actions of a process, which clone(CLONE_SIGHAND) shares.
struct SignalHandlers final : RefCounted {
    static constexpr sync::LockClass k_lock_class = sync::LearntLockClass::make("signal handlers");
    SpinLock lock{k_lock_class};  // inside a process's. Handlers alone are also read without it
    std::array<SignalAction, k_signals> actions{};

    void end();  // the Signals provider's
};

// Told when a queued signal of its own is taken to be handled, or dropped, as POSIX timers are that count what they missed. With the process's lock
// held; may change the info, and arm timers.
class SignalSource {
public:
    virtual void on_taken(SignalInfo& info) = 0;

protected:
    ~SignalSource() = default;
};

struct QueuedSignal : ListNode {
    SignalInfo info{};
    SignalSource* source = nullptr;  // it is the source's, and is not freed
};

struct PendingSignals {
    SignalSet set = 0;
    IntrusiveList<QueuedSignal> queue;  // standard signals once at most, real-time ones in order
};

// How a call that gave Errno::restart_block goes on (restart_syscall(2)), in whatever is left to be done.
struct RestartBlock {
    Result<std::int64_t> (*function)(const RestartBlock& block) = nullptr;  // null: EINTR
    std::array<std::uint64_t, 6> words{};                                   // the function's
};

// Of a thread. Guarded by its process's lock; the thread itself reads `blocked` and the rest without.
struct ThreadSignals {
    SignalSet blocked = 0;
    SignalSet real_blocked = 0;   // while rt_sigtimedwait(2) waits, what `blocked` is without it: such signals are for nobody else
    SignalSet saved_blocked = 0;  // to be put back after the handler, while `restore_blocked`: rt_sigsuspend, ppoll
    bool restore_blocked = false;
    bool leaving = false;         // takes no signals any more
    bool must_stop = false;       // part in a stop of its process that is not over
    bool stop_taken = false;      // it took a stop signal, which a SIGCONT since makes void
    bool stopped = false;
    PendingSignals pending;
    std::uint64_t stack_base = 0;  // sigaltstack(2)
    std::uint64_t stack_size = 0;
    std::uint32_t stack_flags = SS_DISABLE;
    std::uint64_t fault_address = 0;   // of its last fault, for signal frames
    std::uint64_t fault_syndrome = 0;  // ESR_EL1
    RestartBlock restart;
};

// Of a process. Guarded by its lock.
struct ProcessSignals {
    SignalHandlers* handlers = nullptr;  // null once it has ended
    PendingSignals pending;
    std::uint32_t queued = 0;      // of its pending signals and its threads', those with memory (RLIMIT_SIGPENDING)
    std::uint32_t must_stop = 0;   // threads whose `must_stop` is set
    int stop_signal = 0;           // which stopped it, or is about to
    bool stopped = false;          // all of its threads
    bool told_stopped = false;     // what Processes has heard of that
    bool telling = false;          // one of its threads is about to tell
    bool killable = false;         // process 1, which a signal kills all the same: it did it itself
    bool group_exit = false;       // all threads are to end, the process with `group_status` (Processes::call_to_end)
    int group_status = 0;          // as wait4(2) gives it
    SignalSource* alarm = nullptr;  // told whenever a SIGALRM is taken (setitimer(2))
    TimerSet* timers = nullptr;     // its timers, the TimerSets provider's; null: it has none
};

}  // namespace phx::task
