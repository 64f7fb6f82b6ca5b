// clone(2): a new process, or a thread of the running one's.
#include <task/processes/processes.hpp>

#include <arch/resource_abi.hpp>
#include <linux/sched.h>

#include <asm-generic/signal.h>
#include <fs/interfaces/file.hpp>
#include <linux/capability.h>
#include <memory/interfaces/context.hpp>
#include <ports/processes.hpp>
#include <vm/user_memory/user_memory.hpp>

namespace phx::task {

// A thread on its way into the world, and its process if that is new. Goes back where it came from unless it is released.
class ProcessTree::Unborn {
public:
    Unborn(ProcessTree& tree, UserThread& thread, bool is_process) : tree_{tree}, thread_{&thread}, is_process_{is_process} {}
    ~Unborn() {
        if (thread_ == nullptr) {
            return;
        }
        Process* const process = thread_->process;
        if (thread_->thread != nullptr) {
            ports::processes::threads().discard(*thread_->thread);
        }
        tree_.release_files(*thread_);
        if (thread_->space != nullptr) {
            ports::processes::memory().release(*thread_->space);
        }
        if (is_process_) {
            release_process(*process);
        }
        thread_->end();
    }
    Unborn(const Unborn&) = delete;
    Unborn& operator=(const Unborn&) = delete;
    [[nodiscard]] UserThread& operator*() { return *thread_; }
    [[nodiscard]] UserThread* operator->() { return thread_; }
    UserThread& release() { return *std::exchange(thread_, nullptr); }

private:
    static void release_process(Process& process) {
        if (auto* signals = ports::processes::signals(); signals != nullptr && process.signals.handlers != nullptr) {
            signals->end(process);
        }
        if (process.executable != nullptr) {
            static_cast<void>(Ref<fs::File>::adopt(std::exchange(process.executable, nullptr)));
        }
        static_cast<void>(process.drop());  // the thread has another reference
    }

    ProcessTree& tree_;
    UserThread* thread_;
    bool is_process_;
};

namespace {

// What the kernel has for nobody else before the thread itself runs.
void fill_in(UserThread& child, const arch::UserFrame& frame, const CloneRequest& request) {
    auto& mode = ports::processes::mode();
    UserThread& self = current_user();
    mode.save_fp(self);
    child.fp = self.fp;
    child.thread_pointer = request.has(CLONE_SETTLS) ? request.thread_pointer : mode.thread_pointer();
    child.io_priority = self.io_priority;
    if (request.has(CLONE_CHILD_CLEARTID)) {
        child.clear_child_tid = request.child_tid;
    }
    arch::UserFrame& registers = child.frame();
    registers = frame;
    registers.x[0] = 0;
    registers.call = -1;
    if (request.stack != 0) {
        registers.sp = request.stack;
    }
}

// sched(7), "Resetting scheduling policy for child processes".
[[nodiscard]] sched::Attributes inherited_attributes(const UserThread& self) {
    sched::Attributes attributes = self.thread->own_attributes;
    if (self.resets_on_fork) {
        if (attributes.is_real_time()) {
            attributes = {};
        }
        attributes.nice = attributes.nice < 0 ? std::int8_t{0} : attributes.nice;
    }
    return attributes;
}

}  // namespace

Result<Pid> ProcessTree::clone(arch::UserFrame& frame, const CloneRequest& request) {
    UserThread& self = current_user();
    const bool is_process = !request.has(CLONE_THREAD);
    // A signal for the group must not miss the child: first things first (Linux kernel/fork.c says the same of ERESTARTNOINTR).
    if ((current().user_work.load(std::memory_order_relaxed) & (arch::k_signal_pending | arch::k_ending)) != 0) {
        return Errno::restart_no_intr;
    }
    if (is_at_process_limit(*self.process)) {
        return Errno::again;
    }
    auto& heap = ports::processes::heap();
    auto* const thread = TRY(memory::create<UserThread>(heap, memory::MaySleep{}));
    if (is_process) {
        const Result<Process*> process = create_process(request);
        if (!process) {
            memory::destroy(heap, thread);
            return process.error();
        }
        thread->process = *process;
    } else {
        thread->process = self.process;
    }
    thread->process->retain();
    Unborn child{*this, *thread, is_process};
    const Credentials* const credentials = self.credentials.load(std::memory_order_relaxed);
    credentials->retain();
    child->credentials.store(credentials, std::memory_order_relaxed);
    TRY(share_or_copy(*child, request));
    const bool tells_child = request.has(CLONE_CHILD_SETTID);
    child->thread = TRY(ports::processes::threads().create(
        {.name = self.name(),
         .attributes = inherited_attributes(self),
         .affinity = self.thread->changing ? self.thread->wanted_affinity : self.thread->affinity,
         .detached = true,
         .user = thread,
         .held = true,
         .on_left = &on_left},
        &begin, reinterpret_cast<void*>(tells_child ? request.child_tid.address().value() : 0)));
    child->set_name(self.name());
    fill_in(*child, frame, request);
    if (auto* signals = ports::processes::signals()) {
        signals->start_thread(*child, request.flags);
    }
    const Pid pid = TRY(link(*child, request));
    child.release();
    if (request.has(CLONE_PARENT_SETTID)) {
        static_cast<void>(vm::write(request.parent_tid, pid));
    }
    const Ref<UserThread> waited{request.has(CLONE_VFORK) ? thread : nullptr};
    ports::processes::threads().start(*thread->thread);
    if (waited) {
        wait_for_vfork(*waited);
    }
    return pid;
}

Result<Process*> ProcessTree::create_process(const CloneRequest& request) {
    Process& parent = current_process();
    auto* const process = TRY(memory::create<Process>(ports::processes::heap(), memory::MaySleep{}));
    process->as_child.process = process->as_member.process = process;
    process->exit_signal = request.exit_signal;
    if (auto* signals = ports::processes::signals()) {
        SignalHandlers& handlers = *parent.signals.handlers;
        if (request.has(CLONE_SIGHAND)) {
            handlers.retain();
            process->signals.handlers = &handlers;
        } else {
            const Result<SignalHandlers*> copy = signals->copy(handlers);
            if (!copy) {
                memory::destroy(ports::processes::heap(), process);
                return copy.error();
            }
            process->signals.handlers = *copy;
            if (request.has(CLONE_CLEAR_SIGHAND)) {
                for (SignalAction& action : (*copy)->actions) {
                    action = {.handler = action.handler == SignalAction::k_ignore ? SignalAction::k_ignore : SignalAction::k_default};
                }
            }
        }
    }
    const SpinGuard guard{parent.lock};
    process->limits = parent.limits;
    process->personality = parent.personality;
    process->dumpable = parent.dumpable;
    process->oom_score_adjustment.store(parent.oom_score_adjustment.load(std::memory_order_relaxed), std::memory_order_relaxed);
    process->executable = parent.executable;
    if (process->executable != nullptr) {
        process->executable->retain();
    }
    return process;
}

Result<void> ProcessTree::share_or_copy(UserThread& child, const CloneRequest& request) {
    UserThread& self = current_user();
    auto& memory = ports::processes::memory();
    if (request.has(CLONE_VM)) {
        memory.retain(*self.space);
        child.space = self.space;
        if (!request.has(CLONE_THREAD)) {
            self.process->shares_memory = child.process->shares_memory = true;
        }
    } else {
        child.space = TRY(memory.clone(*self.space));
    }
    child.table = &memory.table_of(*child.space);
    auto* files = ports::processes::files();
    if (files == nullptr) {
        return {};
    }
    if (self.files != nullptr && request.has(CLONE_FILES)) {
        files->retain(*self.files);
        child.files = self.files;
    } else if (self.files != nullptr) {
        child.files = TRY(files->copy_table(*self.files));
    }
    if (self.context != nullptr && request.has(CLONE_FS)) {
        files->retain(*self.context);
        child.context = self.context;
    } else if (self.context != nullptr) {
        child.context = TRY(files->copy_context(*self.context));
    }
    return {};
}

// From here on others find it. Signals for all of its group come under the tree's lock, those for all of the process's threads under the process's,
// so that it misses none that the running thread has not seen. Its references: that of the process or of its list of threads, and that of the thread that runs.
Result<Pid> ProcessTree::link(UserThread& child, const CloneRequest& request) {
    Process& self = current_process();
    Process& process = *child.process;
    const SpinGuard guard{lock_};
    const InnerSpinGuard own{process.lock};
    if ((current().user_work.load(std::memory_order_relaxed) & (arch::k_signal_pending | arch::k_ending)) != 0) {
        return Errno::restart_no_intr;
    }
    Pid pid = request.pid;
    if (pid != 0) {
        TRY(pids_.allocate_exactly(pid));
    } else {
        pid = TRY(pids_.allocate());
    }
    pids_.find(pid)->thread = &child;
    child.tid = pid;
    child.retain();
    auto* clock = ports::processes::clock();
    child.started = clock != nullptr ? clock->now() : Nanoseconds{};
    if (!request.has(CLONE_THREAD)) {
        process.pid = pid;
        process.leader = &child;
        process.started = child.started;
        Process& parent = request.has(CLONE_PARENT) ? *self.parent : self;
        process.parent = &parent;
        process.has_adopter = parent.adopts || parent.has_adopter;
        process.exit_signal = request.has(CLONE_PARENT) ? self.exit_signal : process.exit_signal;
        parent.children.push_back(process.as_child);
        process.session = self.session;
        join_group(process, *self.members);
        ++processes_;
    }
    process.threads.push_back(child);
    ++process.thread_count;
    ++threads_;
    if (request.has(CLONE_VFORK)) {
        self.retain();
        child.vfork_parent = &self;
    }
    return pid;
}

void ProcessTree::begin(void* child_tid) {
    if (child_tid != nullptr) {
        static_cast<void>(vm::write(UserPtr<Pid>{reinterpret_cast<std::uintptr_t>(child_tid)}, current_user().tid));
    }
    ports::processes::mode().enter();
}

// Until the child has let go of the memory that it shares, whatever signals come; but not if the caller is to end.
void ProcessTree::wait_for_vfork(UserThread& child) {
    SpinGuard guard{lock_};
    current_process().waiters.wait_killable(guard, [&] { return child.vfork_parent == nullptr; });
}

// RLIMIT_NPROC counts the threads of the real user; root has no such limit (getrlimit(2)).
bool ProcessTree::is_at_process_limit(const Process& process) {
    const Credentials& own = *current_user().credentials.load(std::memory_order_relaxed);
    const std::uint64_t limit = process.limits[RLIMIT_NPROC].soft;
    if (own.uid == 0 || own.has(CAP_SYS_RESOURCE) || own.has(CAP_SYS_ADMIN) || limit == ~std::uint64_t{0}) {
        return false;
    }
    std::uint64_t count = 0;
    const SpinGuard guard{lock_};
    for (Pid pid = pids_.next(1); pid != 0; pid = pids_.next(pid + 1)) {
        if (UserThread* const thread = pids_.find(pid)->thread) {
            const InnerSpinGuard its{thread->process->lock};
            count += thread->credentials.load(std::memory_order_relaxed)->uid == own.uid ? 1 : 0;
        }
    }
    return count >= limit;
}

}  // namespace phx::task
