// Process groups and sessions (credentials(7)).
#include <task/processes/processes.hpp>

#include <arch/signal_abi.hpp>
#include <memory/interfaces/context.hpp>
#include <ports/processes.hpp>

namespace phx::task {

void ProcessTree::join_group(Process& process, ProcessGroup& group) {
    process.group = group.id;
    process.members = &group;
    group.members.push_back(process.as_member);
}

// The last member takes the group with it, which holds its number.
void ProcessTree::leave_group(Process& process) {
    ProcessGroup& group = *std::exchange(process.members, nullptr);
    IntrusiveList<ProcessGroup::Member>::remove(process.as_member);
    if (group.members.empty()) {
        pids_.find(group.id)->group = nullptr;
        pids_.release(group.id);
        memory::destroy(ports::processes::heap(), &group);
    }
}

Pid ProcessTree::session_of(Pid group) {
    const SpinGuard guard{lock_};
    const PidTable::Entry* const entry = pids_.find(group);
    return entry != nullptr && entry->group != nullptr ? entry->group->session->id : 0;
}

bool ProcessTree::is_orphaned(Pid group) {
    const SpinGuard guard{lock_};
    const PidTable::Entry* const entry = pids_.find(group);
    return entry == nullptr || entry->group == nullptr || is_orphaned(*entry->group, nullptr);
}

// Without a member whose parent is in another group of the same session: nobody could start it again once it is stopped (POSIX.1, 3.264).
bool ProcessTree::is_orphaned(ProcessGroup& group, const Process* ignored) {
    for (const ProcessGroup::Member& member : group.members) {
        const Process& process = *member.process;
        if (&process == ignored || process.state == ProcessState::zombie || process.parent == nullptr || process.parent->pid == 1) {
            continue;
        }
        if (process.parent->members != &group && process.parent->session == process.session) {
            return false;
        }
    }
    return true;
}

// _exit(2): a group that becomes orphaned with one of it stopped gets SIGHUP, and SIGCONT.
void ProcessTree::hang_up_if_orphaned(ProcessGroup& group, const Process* ignored) {
    auto* signals = ports::processes::signals();
    if (signals == nullptr || !is_orphaned(group, ignored)) {
        return;
    }
    bool any_stopped = false;
    for (const ProcessGroup::Member& member : group.members) {
        any_stopped = any_stopped || member.process->state == ProcessState::stopped;
    }
    if (!any_stopped) {
        return;
    }
    for (const int signal : {SIGHUP, SIGCONT}) {
        for (ProcessGroup::Member& member : group.members) {
            static_cast<void>(signals->send(*member.process, kernel_signal(signal)));
        }
    }
}

Pid ProcessTree::parent_of(Process& process) {
    const SpinGuard guard{lock_};
    return process.parent != nullptr ? process.parent->pid : 0;
}

Result<Pid> ProcessTree::sys_getpgid(Pid pid) {
    if (pid == 0) {
        return current_process().group;
    }
    const SpinGuard guard{lock_};
    const PidTable::Entry* const entry = pids_.find(pid);
    return entry != nullptr && entry->thread != nullptr ? Result<Pid>{entry->thread->process->group} : Errno::srch;
}

Result<Pid> ProcessTree::sys_getsid(Pid pid) {
    if (pid == 0) {
        return current_process().session->id;
    }
    const SpinGuard guard{lock_};
    const PidTable::Entry* const entry = pids_.find(pid);
    return entry != nullptr && entry->thread != nullptr ? Result<Pid>{entry->thread->process->session->id} : Errno::srch;
}

// setpgid(2)
Result<void> ProcessTree::sys_setpgid(Pid pid, Pid wanted) {
    Process& self = current_process();
    pid = pid == 0 ? self.pid : pid;
    wanted = wanted == 0 ? pid : wanted;
    if (wanted < 0) {
        return Errno::inval;
    }
    auto& heap = ports::processes::heap();
    auto* fresh = TRY(memory::create<ProcessGroup>(heap, memory::MaySleep{}));
    const Result<void> moved = move_to_group(self, pid, wanted, fresh);
    if (fresh != nullptr) {
        memory::destroy(heap, fresh);
    }
    return moved;
}

// Takes `fresh` if a new group is called for.
Result<void> ProcessTree::move_to_group(Process& self, Pid pid, Pid wanted, ProcessGroup*& fresh) {
    const SpinGuard guard{lock_};
    const PidTable::Entry* const entry = pids_.find(pid);
    if (entry == nullptr || entry->thread == nullptr) {
        return Errno::srch;
    }
    Process* const process = process_of(pid);
    if (process == nullptr) {
        return Errno::inval;  // a thread that is no leader
    }
    if (process->parent == &self) {
        if (process->session != self.session) {
            return Errno::perm;
        }
        if (process->executed) {
            return Errno::acces;
        }
    } else if (process != &self) {
        return Errno::srch;
    }
    if (process->session->id == process->pid) {
        return Errno::perm;
    }
    if (process->group == wanted) {
        return {};
    }
    PidTable::Entry* const target = pids_.find(wanted);
    ProcessGroup* group = target != nullptr ? target->group : nullptr;
    if (group == nullptr) {
        if (wanted != pid) {
            return Errno::perm;
        }
        group = std::exchange(fresh, nullptr);
        group->id = wanted;
        group->session = process->session.get();
        target->group = group;
    } else if (group->session != process->session.get()) {
        return Errno::perm;
    }
    leave_group(*process);
    join_group(*process, *group);
    return {};
}

// setsid(2). The first process's session, 0, goes to nobody.
Result<Pid> ProcessTree::sys_setsid() {
    Process& self = current_process();
    auto& heap = ports::processes::heap();
    auto* group = TRY(memory::create<ProcessGroup>(heap, memory::MaySleep{}));
    const Result<Session*> session = memory::create<Session>(heap, memory::MaySleep{});
    if (!session) {
        memory::destroy(heap, group);
        return session.error();
    }
    Ref<Session> left;  // the one before; its end takes the lock
    {
        const SpinGuard guard{lock_};
        PidTable::Entry* const entry = pids_.find(self.pid);
        if (entry->group == nullptr && entry->session == nullptr) {
            (*session)->id = group->id = self.pid;
            group->session = *session;
            entry->group = std::exchange(group, nullptr);
            entry->session = *session;
            left = std::exchange(self.session, Ref<Session>::adopt(*session));
            leave_group(self);
            join_group(self, *entry->group);
        }
    }
    if (group != nullptr) {
        memory::destroy(heap, group);
        memory::destroy(heap, *session);
        return Errno::perm;
    }
    return self.pid;
}

}  // namespace phx::task
