#include <task/interfaces/fake_processes/fake_processes.hpp>

#include <sync/parking.hpp>

namespace phx::task {

void Session::end() { delete this; }
void Process::end() { delete this; }
void UserThread::end() { delete this; }
void Credentials::end() const { delete this; }

Process& FakeProcesses::add(Pid pid, Process* parent) {
    auto* const process = new Process;
    process->pid = pid;
    process->as_child.process = process->as_member.process = process;
    process->exit_signal = 17;  // SIGCHLD
    process->parent = parent;
    if (parent != nullptr) {
        process->session = parent->session;
        process->group = parent->group;
        parent->children.push_back(process->as_child);
    } else {
        process->session = Ref<Session>::adopt(new Session);
        process->session->id = pid;
        process->group = pid;
    }
    entries_.push_back({process, {}});
    process->leader = &add_thread(*process, pid);
    return *process;
}

UserThread& FakeProcesses::add_thread(Process& process, Pid tid, Thread* thread) {
    auto* const added = new UserThread;
    added->tid = tid;
    added->process = &process;
    added->thread = thread;
    added->credentials = new Credentials;
    if (thread != nullptr) {
        thread->user = added;
    }
    process.threads.push_back(*added);
    ++process.thread_count;
    for (Entry& entry : entries_) {
        if (entry.process == &process) {
            entry.threads.push_back(added);
        }
    }
    return *added;
}

void FakeProcesses::reset() {
    for (auto entry = entries_.rbegin(); entry != entries_.rend(); ++entry) {
        for (UserThread* const thread : entry->threads) {
            if (thread->is_linked()) {
                IntrusiveList<UserThread>::remove(*thread);
            }
            delete thread->credentials.load();
            if (thread->drop()) {
                thread->end();
            }
        }
        if (entry->process->as_child.is_linked()) {
            IntrusiveList<Process::Child>::remove(entry->process->as_child);
        }
        if (entry->process->drop()) {
            entry->process->end();
        }
    }
    entries_.clear();
    events_.clear();
    orphaned_ = false;
}

Ref<Process> FakeProcesses::find(Pid pid) {
    for (const Entry& entry : entries_) {
        if (entry.process->pid == pid) {
            return Ref<Process>{entry.process};
        }
    }
    return {};
}

Ref<UserThread> FakeProcesses::find_thread(Pid tid) {
    for (const Entry& entry : entries_) {
        for (UserThread* const thread : entry.threads) {
            if (thread->tid == tid) {
                return Ref<UserThread>{thread};
            }
        }
    }
    return {};
}

Ref<Process> FakeProcesses::next(Pid pid) {
    Process* best = nullptr;
    for (const Entry& entry : entries_) {
        if (entry.process->pid >= pid && (best == nullptr || entry.process->pid < best->pid)) {
            best = entry.process;
        }
    }
    return Ref<Process>{best};
}

Pid FakeProcesses::session_of(Pid group) {
    for (const Entry& entry : entries_) {
        if (entry.process->group == group) {
            return entry.process->session->id;
        }
    }
    return 0;
}

bool FakeProcesses::call_to_end(Process& process, int status) {
    if (process.signals.group_exit) {
        return false;
    }
    process.signals.group_exit = true;
    process.signals.group_status = status;
    for (UserThread& thread : process.threads) {
        if (thread.thread != nullptr) {
            sync::interrupt(*thread.thread, arch::k_signal_pending | arch::k_ending);
        }
    }
    events_.push_back({Event::called_to_end, process.pid, status});
    return true;
}

void FakeProcesses::stop(Process& process, int signal) {
    process.state = ProcessState::stopped;
    process.exit_status = signal << 8 | 0x7f;
    events_.push_back({Event::stopped, process.pid, signal});
}

void FakeProcesses::go_on(Process& process) {
    process.state = ProcessState::running;
    events_.push_back({Event::went_on, process.pid, 0});
}

}  // namespace phx::task
