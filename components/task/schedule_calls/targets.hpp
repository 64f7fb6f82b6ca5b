// Whose scheduling may be changed, and finding them. Within schedule_calls only.
#pragma once

#include <base/result.hpp>
#include <linux/capability.h>
#include <ports/schedule_calls.hpp>
#include <task/interfaces/process.hpp>

namespace phx::task::schedule_calls {

[[nodiscard]] inline const Credentials& own() { return *current_user().credentials.load(std::memory_order_relaxed); }

// With the lock of the thread's process: the caller's user is the thread's real or effective one, or it may do everything.
[[nodiscard]] inline bool is_same_user(const UserThread& thread) {
    const Credentials* const other = thread.credentials.load(std::memory_order_relaxed);
    return own().has(CAP_SYS_NICE) || (other != nullptr && (own().euid == other->euid || own().euid == other->uid));
}

// f(thread, kernel thread) with the lock of its process; 0 is the running one. EINVAL, ESRCH, and what f gives.
template <class F>
auto with_thread(Pid tid, F f) -> decltype(f(current_user(), current())) {
    if (tid < 0) {
        return Errno::inval;
    }
    const Ref<UserThread> found = tid == 0 ? Ref<UserThread>{&current_user()} : ports::schedule_calls::processes().find_thread(tid);
    if (!found) {
        return Errno::srch;
    }
    const SpinGuard guard{found->process->lock};
    if (found->thread == nullptr) {
        return Errno::srch;
    }
    return f(*found, *found->thread);
}

// f(thread) for each thread that setpriority(2) or ioprio_set(2) mean, with the lock of its process. EINVAL; ESRCH: there are none.
enum class Whom : std::uint8_t { process, group, user };
template <class F>
Result<void> for_each_of(Whom whom, std::uint32_t who, F f) {
    auto& processes = ports::schedule_calls::processes();
    bool any = false;
    const auto all_of = [&](Process& process, auto&& wanted) {
        const SpinGuard guard{process.lock};
        for (UserThread& thread : process.threads) {
            if (thread.thread != nullptr && wanted(thread)) {
                any = true;
                f(thread);
            }
        }
    };
    const auto all = [](const UserThread&) { return true; };
    switch (whom) {
    case Whom::process: {
        const Ref<UserThread> thread = who == 0 ? Ref<UserThread>{&current_user()} : processes.find_thread(static_cast<Pid>(who));
        if (thread) {
            const SpinGuard guard{thread->process->lock};
            if (thread->thread != nullptr) {
                any = true;
                f(*thread);
            }
        }
        break;
    }
    case Whom::group:
        static_cast<void>(processes.for_each_in_group(who == 0 ? current_process().group : static_cast<Pid>(who),
                                                      [&](Process& process) { all_of(process, all); }));
        break;
    case Whom::user: {
        const Uid uid = who == 0 ? own().uid : who;
        processes.for_each([&](Process& process) {
            all_of(process, [uid](const UserThread& thread) {
                const Credentials* const credentials = thread.credentials.load(std::memory_order_relaxed);
                return credentials != nullptr && credentials->uid == uid;
            });
        });
        break;
    }
    }
    return any ? Result<void>{} : Errno::srch;
}

}  // namespace phx::task::schedule_calls
