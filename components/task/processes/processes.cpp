// The records of processes, and looking for them.
#include <task/processes/processes.hpp>

#include <arch/resource_abi.hpp>
#include <linux/sched.h>

#include <memory/interfaces/context.hpp>
#include <ports/processes.hpp>
#include <sync/parking.hpp>

namespace phx::task {
namespace {

[[nodiscard]] Nanoseconds now() {
    auto* clock = ports::processes::clock();
    return clock != nullptr ? clock->now() : Nanoseconds{};
}

// As Linux begins with (asm-generic/resource.h, INIT_RLIMITS); as many processes as have kernel stacks in a sixteenth of memory.
void set_first_limits(std::array<Limit, k_limits>& limits) {
    constexpr std::uint64_t k_stacks_of_16_kib = 8 * 4;
    auto* pages = ports::processes::pages();
    const std::uint64_t most = pages != nullptr ? pages->stats().total_frames / k_stacks_of_16_kib / 2 : 1024;
    limits[RLIMIT_STACK].soft = 8 * MiB;
    limits[RLIMIT_CORE].soft = 0;
    limits[RLIMIT_NPROC] = limits[RLIMIT_SIGPENDING] = {most, most};
    limits[RLIMIT_NOFILE] = {1024, 4096};
    limits[RLIMIT_MEMLOCK] = {8 * MiB, 8 * MiB};
    limits[RLIMIT_MSGQUEUE] = {819200, 819200};
    limits[RLIMIT_NICE] = limits[RLIMIT_RTPRIO] = {0, 0};
}

}  // namespace

void Session::end() { ports::processes::self().end(*this); }
void Process::end() { ports::processes::self().end(*this); }
void UserThread::end() { ports::processes::self().end(*this); }
void Credentials::end() const { memory::destroy(ports::processes::heap(), const_cast<Credentials*>(this)); }

Result<void> ProcessTree::init() {
    const SpinGuard guard{lock_};
    return pids_.init();
}

// Until its number is free again, nobody else can have it; sessions end with their last process's record.
void ProcessTree::end(Session& session) {
    {
        const SpinGuard guard{lock_};
        if (PidTable::Entry* const entry = pids_.find(session.id); entry != nullptr && entry->session == &session) {
            entry->session = nullptr;
            pids_.release(session.id);
        }
    }
    memory::destroy(ports::processes::heap(), &session);
}

void ProcessTree::end(Process& process) { memory::destroy(ports::processes::heap(), &process); }

void ProcessTree::end(UserThread& thread) {
    Process* const process = thread.process;
    if (const Credentials* const credentials = thread.credentials.load(std::memory_order_relaxed); credentials != nullptr && credentials->drop()) {
        credentials->end();
    }
    memory::destroy(ports::processes::heap(), &thread);
    if (process->drop()) {
        process->end();
    }
}

// As Linux's first, it is in session 0 and process group 0, which are nobody's, so that it can begin a session of its own.
Result<void> ProcessTree::start_first(bool (*prepare)(void*), void* argument) {
    if (first_ != nullptr) {
        return Errno::exist;
    }
    auto& heap = ports::processes::heap();
    auto* const session = TRY(memory::create<Session>(heap, memory::MaySleep{}));
    auto* const group = TRY(memory::create<ProcessGroup>(heap, memory::MaySleep{}));
    auto* const credentials = TRY(memory::create<Credentials>(heap, memory::MaySleep{}));
    auto* const process = TRY(memory::create<Process>(heap, memory::MaySleep{}));
    auto* const thread = TRY(memory::create<UserThread>(heap, memory::MaySleep{}));
    process->session = Ref<Session>::adopt(session);
    process->as_child.process = process->as_member.process = process;
    process->started = now();
    set_first_limits(process->limits);
    if (auto* signals = ports::processes::signals()) {
        process->signals.handlers = TRY(signals->create_handlers());
    }
    process->retain();
    thread->process = process;
    thread->credentials = credentials;
    thread->started = process->started;
    prepare_first_ = prepare;
    first_argument_ = argument;
    thread->retain();
    thread->set_name("init");
    thread->thread = TRY(ports::processes::threads().create(
        {.name = "init", .detached = true, .user = thread, .held = true, .on_left = &on_left}, &begin_first, this));
    {
        const SpinGuard guard{lock_};
        const Pid pid = TRY(pids_.allocate());
        process->pid = thread->tid = pid;
        process->leader = thread;
        pids_.find(pid)->thread = thread;
        pids_.find(0)->group = group;
        pids_.find(0)->session = session;
        group->session = session;
        join_group(*process, *group);
        process->threads.push_back(*thread);
        process->thread_count = 1;
        ++processes_;
        ++threads_;
        process->retain();
        first_ = process;
    }
    ports::processes::threads().start(*thread->thread);
    return {};
}

void ProcessTree::begin_first(void* tree) {
    auto& self = *static_cast<ProcessTree*>(tree);
    if (!self.prepare_first_(self.first_argument_) || current_user().space == nullptr) {
        self.end_process(0xff << 8);
    }
    ports::processes::mode().enter();
}

int ProcessTree::wait_first() {
    SpinGuard guard{lock_};
    first_waiters_.wait(guard, [&]() __attribute__((no_thread_safety_analysis)) { return first_ended_; });
    return first_->exit_status;
}

// Of a process's own number.
Process* ProcessTree::process_of(Pid pid) {
    const PidTable::Entry* const entry = pids_.find(pid);
    if (entry == nullptr || entry->thread == nullptr || entry->thread->process->leader != entry->thread) {
        return nullptr;
    }
    return entry->thread->process;
}

Ref<Process> ProcessTree::find(Pid pid) {
    const SpinGuard guard{lock_};
    return Ref<Process>{process_of(pid)};
}

Ref<UserThread> ProcessTree::find_thread(Pid tid) {
    const SpinGuard guard{lock_};
    const PidTable::Entry* const entry = pids_.find(tid);
    return Ref<UserThread>{entry != nullptr ? entry->thread : nullptr};
}

Ref<Process> ProcessTree::next(Pid from) {
    const SpinGuard guard{lock_};
    for (Pid pid = pids_.next(from); pid != 0; pid = pids_.next(pid + 1)) {
        if (Process* const process = process_of(pid)) {
            return Ref<Process>{process};
        }
    }
    return {};
}

ProcessCount ProcessTree::count() {
    const SpinGuard guard{lock_};
    return {.processes = processes_, .threads = threads_, .last = pids_.last()};
}

Usage ProcessTree::usage(Process& process) {
    const Nanoseconds time = now();
    const SpinGuard guard{process.lock};
    Usage usage = process.ended;
    for (const UserThread& thread : process.threads) {
        usage.add(usage_of(thread, time));
    }
    return usage;
}

// A thread that runs has run since it was chosen.
Usage ProcessTree::usage_of(const UserThread& thread, Nanoseconds time) {
    Usage usage;
    usage.system_time = thread.system_time;
    usage.minor_faults = thread.minor_faults;
    usage.major_faults = thread.major_faults;
    if (const Thread* const kernel = thread.thread) {
        const bool runs = kernel == &current() || ports::processes::threads().is_running(kernel);
        const Nanoseconds ran = kernel->run_time + (runs ? time - kernel->started_at : Nanoseconds{});
        usage.user_time = ran > thread.system_time ? ran - thread.system_time : Nanoseconds{};
        usage.switches = kernel->switches;
    }
    return usage;
}

}  // namespace phx::task
