// What execve(2) does to processes.
#include <task/processes/processes.hpp>

#include <asm-generic/signal.h>
#include <memory/interfaces/context.hpp>
#include <ports/processes.hpp>
#include <sync/parking.hpp>

namespace phx::task {

Result<void> ProcessTree::become_only_thread() {
    UserThread& self = current_user();
    Process& process = *self.process;
    if (process.thread_count == 1 && process.leader == &self) {
        return {};  // nobody else could make another
    }
    SpinGuard guard{lock_};
    {
        const InnerSpinGuard own{process.lock};
        if (process.signals.group_exit || process.executing != nullptr) {
            return Errno::again;
        }
        process.executing = &self;
        for (UserThread& thread : process.threads) {
            if (&thread != &self) {
                sync::interrupt(*thread.thread, arch::k_signal_pending | arch::k_ending);
            }
        }
    }
    const bool alone = process.waiters.wait_killable(guard, [&] { return process.thread_count == 1; });
    process.executing = nullptr;
    if (!alone) {
        return Errno::again;
    }
    Ref<UserThread> before;
    if (process.leader != &self) {
        before = Ref<UserThread>::adopt(process.leader);
        pids_.find(self.tid)->thread = nullptr;
        pids_.release(self.tid);
        pids_.find(process.pid)->thread = &self;
        const InnerSpinGuard own{process.lock};
        self.tid = process.pid;
        process.leader = &self;
    }
    guard.unlock();
    return {};
}

void ProcessTree::move_to(vm::AddressSpace& space) {
    UserThread& self = current_user();
    Process& process = *self.process;
    vm::AddressSpace* before = nullptr;
    if (self.space != nullptr) {
        if (auto* futexes = ports::processes::futexes()) {
            futexes->leave_memory(self);
        }
    }
    self.clear_child_tid = {};
    self.robust_list = {};
    {
        const SpinGuard guard{process.lock};
        before = std::exchange(self.space, &space);
        self.table = &ports::processes::memory().table_of(space);
        ports::processes::tables().activate(*self.table);
        process.shares_memory = false;
    }
    release_vfork(self);
    if (before != nullptr) {
        ports::processes::memory().release(*before);
    }
}

void ProcessTree::has_executed(std::string_view name) {
    Process& process = current_process();
    {
        const SpinGuard guard{lock_};
        process.executed = true;
        process.exit_signal = SIGCHLD;
        const InnerSpinGuard own{process.lock};
        current_user().set_name(name);
    }
    if (auto* timers = ports::processes::timers()) {
        timers->on_exec(process);
    }
}

Result<void> ProcessTree::become(const CredentialFields& fields) {
    UserThread& self = current_user();
    auto* const fresh = TRY(memory::create<Credentials>(ports::processes::heap(), memory::MaySleep{}, fields));
    const Credentials* before = nullptr;
    {
        const SpinGuard guard{self.process->lock};
        before = self.credentials.exchange(fresh, std::memory_order_relaxed);
    }
    if (before->drop()) {
        before->end();
    }
    return {};
}

}  // namespace phx::task
