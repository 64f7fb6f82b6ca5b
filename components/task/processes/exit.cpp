// The ends of threads and of processes: what sleeps first, then, under the tree's lock, what others see.
#include <task/processes/processes.hpp>

#include <arch/signal_abi.hpp>
#include <base/panic.hpp>
#include <fs/interfaces/file.hpp>
#include <ports/processes.hpp>
#include <sync/parking.hpp>
#include <vm/user_memory/user_memory.hpp>

namespace phx::task {
namespace {

// siginfo's times, and times(2)'s, are in these (USER_HZ).
constexpr std::int64_t k_tick = 10'000'000;

// What SIGCHLD tells (sigaction(2)).
SignalInfo child_signal(const Process& child, int signal, int code, int status, const Usage& usage) {
    SignalInfo info{};
    info.si_signo = signal;
    info.si_code = code;
    info._sifields._sigchld._pid = child.pid;
    info._sifields._sigchld._uid = child.leader->credentials.load(std::memory_order_relaxed)->uid;
    info._sifields._sigchld._status = status;
    info._sifields._sigchld._utime = usage.user_time.count() / k_tick;
    info._sifields._sigchld._stime = usage.system_time.count() / k_tick;
    return info;
}

}  // namespace

void ProcessTree::end_thread(int status) {
    UserThread& self = current_user();
    Process& process = *self.process;
    self.leaving = true;
    current().user_work.fetch_and(~(arch::k_signal_pending | arch::k_ending), std::memory_order_relaxed);
    let_go_of_memory(self);
    release_files(self);
    if (auto* signals = ports::processes::signals()) {
        signals->flush(self);
    }
    if (leave(self, status)) {
        finish(process);
    }
    ports::processes::threads().exit(0);
    __builtin_unreachable();
}

void ProcessTree::end_process(int status) {
    Process& process = current_process();
    {
        const SpinGuard guard{process.lock};
        call_to_end(process, status);
    }
    end_thread(status);
}

// The running thread knows, if it is one of them. Others are made to look on their way back to the program.
bool ProcessTree::call_to_end(Process& process, int status) {
    if (process.signals.group_exit) {
        return false;
    }
    process.signals.group_exit = true;
    process.signals.group_status = status;
    for (UserThread& thread : process.threads) {
        sync::interrupt(*thread.thread, arch::k_signal_pending | arch::k_ending);
    }
    return true;
}

// Others that use it may wait for the thread's end (pthread_join), for locks that it held, or for a vfork's child.
void ProcessTree::let_go_of_memory(UserThread& self) {
    Process& process = *self.process;
    if (self.space != nullptr) {
        auto* futexes = ports::processes::futexes();
        if (futexes != nullptr) {
            futexes->leave_memory(self);
        }
        if (!self.clear_child_tid.is_null() && (process.thread_count > 1 || process.shares_memory)) {
            static_cast<void>(vm::write(self.clear_child_tid, 0));
            if (futexes != nullptr) {
                futexes->wake(self.clear_child_tid.as<std::uint32_t>(), 1);
            }
        }
        self.clear_child_tid = {};
        vm::AddressSpace* space = nullptr;
        {
            const SpinGuard guard{process.lock};
            space = std::exchange(self.space, nullptr);
            self.table = nullptr;
            ports::processes::tables().deactivate();
        }
        ports::processes::memory().release(*space);
    }
    release_vfork(self);
}

void ProcessTree::release_vfork(UserThread& self) {
    if (self.vfork_parent == nullptr) {
        return;
    }
    SpinGuard guard{lock_};
    const Ref<Process> parent = Ref<Process>::adopt(std::exchange(self.vfork_parent, nullptr));
    parent->waiters.wake_all(guard);
}

void ProcessTree::release_files(UserThread& thread) {
    auto* files = ports::processes::files();
    fs::FdTable* table = nullptr;
    fs::FsContext* context = nullptr;
    {
        const SpinGuard guard{thread.process->lock};
        table = std::exchange(thread.files, nullptr);
        context = std::exchange(thread.context, nullptr);
    }
    if (files != nullptr && table != nullptr) {
        files->release(*table);
    }
    if (files != nullptr && context != nullptr) {
        files->release(*context);
    }
}

// True: it was the last of its process.
bool ProcessTree::leave(UserThread& self, int status) {
    Process& process = *self.process;
    auto* clock = ports::processes::clock();
    const Nanoseconds time = clock != nullptr ? clock->now() : Nanoseconds{};
    Ref<UserThread> unlisted;  // the reference of the list
    bool is_last = false;
    {
        const SpinGuard guard{lock_};
        {
            const InnerSpinGuard own{process.lock};
            process.ended.add(usage_of(self, time));
            IntrusiveList<UserThread>::remove(self);
            self.thread = nullptr;
            is_last = --process.thread_count == 0;
            if (&self == process.leader && !process.signals.group_exit) {
                process.exit_status = status;
            } else if (process.signals.group_exit) {
                process.exit_status = process.signals.group_status;
            }
        }
        --threads_;
        if (&self != process.leader) {
            pids_.find(self.tid)->thread = nullptr;
            pids_.release(self.tid);
            unlisted = Ref<UserThread>::adopt(&self);
        }
        if (process.executing != nullptr && process.thread_count == 1) {
            process.waiters.wake_all_locked();
        }
    }
    return is_last;
}

// As a zombie it waits for its parent; or not, if that does not want to know.
void ProcessTree::finish(Process& process) {
    if (auto* timers = ports::processes::timers()) {
        timers->end(process);
    }
    if (auto* signals = ports::processes::signals()) {
        signals->end(process);
    }
    if (auto* terminals = ports::processes::terminals(); terminals != nullptr && process.session->id == process.pid) {
        terminals->on_session_end(*process.session);
    }
    fs::File* executable = nullptr;
    {
        const SpinGuard guard{process.lock};
        executable = std::exchange(process.executable, nullptr);
    }
    static_cast<void>(Ref<fs::File>::adopt(executable));
    IntrusiveList<Process::Child> unwanted;
    {
        const SpinGuard guard{lock_};
        process.state = ProcessState::zombie;
        if (&process == first_) {
            first_ended_ = true;
            first_waiters_.wake_all_locked();
        } else {
            adopt_children(process, unwanted);
            Process& parent = *process.parent;
            if (process.session == parent.session && process.members != parent.members) {
                hang_up_if_orphaned(*process.members, &process);
            }
            if (tell_parent_of_end(process)) {
                remove(process);
                unwanted.push_back(process.as_child);
            }
            parent.waiters.wake_all_locked();
        }
    }
    while (Process::Child* const child = unwanted.pop_front()) {
        drop_reaped(*child->process);
    }
}

// Its children are the nearest ancestor's that asked for such, or process 1's (prctl(2), PR_SET_CHILD_SUBREAPER).
void ProcessTree::adopt_children(Process& process, IntrusiveList<Process::Child>& unwanted) {
    if (process.children.empty()) {
        return;
    }
    auto* signals = ports::processes::signals();
    Process& adopter = adopter_of(process);
    while (Process::Child* const node = process.children.pop_front()) {
        Process& child = *node->process;
        child.parent = &adopter;
        child.exit_signal = SIGCHLD;
        adopter.children.push_back(child.as_child);
        if (child.state == ProcessState::zombie) {
            if (tell_parent_of_end(child)) {
                remove(child);
                unwanted.push_back(child.as_child);
            }
        } else if (signals != nullptr) {
            send_death_signals(child);
        }
        if (child.members != nullptr && child.session == process.session && child.members != process.members) {
            hang_up_if_orphaned(*child.members, nullptr);
        }
    }
    adopter.waiters.wake_all_locked();
}

Process& ProcessTree::adopter_of(Process& process) {
    if (process.has_adopter) {
        for (Process* ancestor = process.parent; ancestor != nullptr && ancestor != first_; ancestor = ancestor->parent) {
            if (ancestor->adopts && ancestor->state != ProcessState::zombie) {
                return *ancestor;
            }
        }
    }
    return *first_;
}

// PR_SET_PDEATHSIG; each thread that asked sends its own.
void ProcessTree::send_death_signals(Process& child) {
    std::array<int, 4> asked{};
    std::size_t count = 0;
    {
        const InnerSpinGuard guard{child.lock};
        for (const UserThread& thread : child.threads) {
            if (thread.death_signal != 0 && count < asked.size()) {
                asked[count++] = thread.death_signal;
            }
        }
    }
    for (std::size_t i = 0; i < count; ++i) {
        static_cast<void>(ports::processes::signals()->send(child, user_signal(asked[i], 0, 0)));
    }
}

// wait(2), notes: who ignores SIGCHLD, or sets SA_NOCLDWAIT, has no zombies.
bool ProcessTree::tell_parent_of_end(Process& process) {
    auto* signals = ports::processes::signals();
    if (signals == nullptr || process.exit_signal < 1 || process.exit_signal > k_signals) {
        return false;
    }
    Process& parent = *process.parent;
    bool unwanted = false;
    if (process.exit_signal == SIGCHLD) {
        const SignalAction action = signals->action(parent, SIGCHLD);
        unwanted = action.handler == SignalAction::k_ignore || (action.flags & SA_NOCLDWAIT) != 0;
        if (action.handler == SignalAction::k_ignore) {
            return true;
        }
    }
    const int status = process.exit_status;
    const int signal = status & 0x7f;
    const int code = signal == 0 ? CLD_EXITED : (status & 0x80) != 0 ? CLD_DUMPED : CLD_KILLED;
    static_cast<void>(
        signals->send(parent, child_signal(process, process.exit_signal, code, signal == 0 ? status >> 8 & 0xff : signal, process.ended)));
    return unwanted;
}

void ProcessTree::tell_parent_of_stop(Process& process, int code, int status) {
    Process* const parent = process.parent;
    if (parent == nullptr) {
        return;
    }
    if (auto* signals = ports::processes::signals()) {
        const SignalAction action = signals->action(*parent, SIGCHLD);
        if (action.handler != SignalAction::k_ignore && (action.flags & SA_NOCLDSTOP) == 0) {
            static_cast<void>(signals->send(*parent, child_signal(process, SIGCHLD, code, status, process.ended)));
        }
    }
    parent->waiters.wake_all_locked();
}

void ProcessTree::stop(Process& process, int signal) {
    {
        const SpinGuard guard{lock_};
        if (process.state == ProcessState::zombie || process.state == ProcessState::reaped) {
            return;
        }
        process.state = ProcessState::stopped;
        process.stop_signal = signal;
        process.stop_untold = true;
        process.continue_untold = false;
        tell_parent_of_stop(process, CLD_STOPPED, signal);
    }
    sync::run_unparked();
}

void ProcessTree::go_on(Process& process) {
    {
        const SpinGuard guard{lock_};
        if (process.state != ProcessState::stopped) {
            return;
        }
        process.state = ProcessState::running;
        process.stop_untold = false;
        process.continue_untold = true;
        tell_parent_of_stop(process, CLD_CONTINUED, SIGCONT);
    }
    sync::run_unparked();
}

// Out of the tree. drop_reaped() follows once the lock is released.
void ProcessTree::remove(Process& process) {
    IntrusiveList<Process::Child>::remove(process.as_child);
    process.parent = nullptr;
    process.state = ProcessState::reaped;
    pids_.find(process.pid)->thread = nullptr;
    leave_group(process);
    pids_.release(process.pid);
    --processes_;
}

void ProcessTree::drop_reaped(Process& process) {
    UserThread* leader = nullptr;
    {
        const SpinGuard guard{process.lock};
        leader = std::exchange(process.leader, nullptr);
    }
    static_cast<void>(Ref<UserThread>::adopt(leader));
    static_cast<void>(Ref<Process>::adopt(&process));
}

// The thread is off its stack: the last who used its record lets go of it.
void ProcessTree::on_left(UserThread& thread) { static_cast<void>(Ref<UserThread>::adopt(&thread)); }

}  // namespace phx::task
