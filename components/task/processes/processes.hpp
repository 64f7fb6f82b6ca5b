// The tree of processes. One spinlock, the outermost of those for processes, guards who is whose child, process groups, sessions, numbers, and
// whether a process is running, stopped or a zombie. What a process has, its own lock guards (task/interfaces/process.hpp).
#pragma once

#include <cstdint>

#include <arch/user_frame.hpp>
#include <base/interrupt_guard.hpp>
#include <base/result.hpp>
#include <base/user.hpp>
#include <sync/learnt_lock_class.hpp>
#include <sync/spinlock.hpp>
#include <sync/wait_queue.hpp>
#include <task/interfaces/processes.hpp>
#include <task/processes/pid_table.hpp>

namespace phx::task {

// What clone(2) and clone3(2) are asked for.
struct CloneRequest {
    std::uint64_t flags = 0;  // CLONE_*, without CSIGNAL
    int exit_signal = 0;
    std::uint64_t stack = 0;  // its end; 0: goes on where the caller is
    std::uint64_t thread_pointer = 0;
    UserPtr<Pid> parent_tid;
    UserPtr<Pid> child_tid;
    Pid pid = 0;              // clone3: to be this; 0: any

    [[nodiscard]] bool has(std::uint64_t flag) const { return (flags & flag) != 0; }
};

// What wait4(2) and waitid(2) look for, and what they found.
struct WaitRequest {
    enum class Which : std::uint8_t { any, pid, group } which = Which::any;
    Pid id = 0;
    std::uint32_t options = 0;  // WNOHANG and so on; WEXITED for wait4
};
struct WaitResult {
    Pid pid = 0;     // 0: none yet
    Uid uid = 0;
    int status = 0;  // as wait4 gives it
    Usage usage;
};

class ProcessTree {
public:
    constexpr ProcessTree() = default;

    Result<void> init();

    // Processes
    Result<void> start_first(bool (*prepare)(void*), void* argument);
    int wait_first() __attribute__((locks_excluded(interrupts_off)));
    Ref<Process> find(Pid pid);
    Ref<UserThread> find_thread(Pid tid);
    Ref<Process> next(Pid pid);
    template <class F>
    void for_each(F&& f) {
        const SpinGuard guard{lock_};
        for (Pid pid = pids_.next(1); pid != 0; pid = pids_.next(pid + 1)) {
            if (UserThread* const thread = pids_.find(pid)->thread; thread != nullptr && thread->process->leader == thread) {
                f(*thread->process);
            }
        }
    }
    template <class F>
    bool for_each_in_group(Pid group, F&& f) {
        const SpinGuard guard{lock_};
        const PidTable::Entry* const entry = pids_.find(group);
        if (entry == nullptr || entry->group == nullptr) {
            return false;
        }
        for (ProcessGroup::Member& member : entry->group->members) {
            f(*member.process);
        }
        return true;
    }
    Pid session_of(Pid group);
    bool is_orphaned(Pid group);
    Pid parent_of(Process& process);
    Usage usage(Process& process);
    ProcessCount count();
    [[noreturn]] void end_thread(int status) __attribute__((locks_excluded(interrupts_off)));
    [[noreturn]] void end_process(int status) __attribute__((locks_excluded(interrupts_off)));
    bool call_to_end(Process& process, int status);
    void stop(Process& process, int signal);
    void go_on(Process& process);
    Result<void> become_only_thread() __attribute__((locks_excluded(interrupts_off)));
    void move_to(vm::AddressSpace& space) __attribute__((locks_excluded(interrupts_off)));
    void has_executed(std::string_view name);
    Result<void> become(const CredentialFields& fields);

    // System calls
    Result<Pid> sys_clone(arch::UserFrame& frame, std::uint64_t flags, std::uint64_t stack, UserPtr<Pid> parent_tid, std::uint64_t thread_pointer,
                          UserPtr<Pid> child_tid);
    Result<Pid> sys_clone3(arch::UserFrame& frame, UserPtr<void> arguments, std::size_t size);
    Result<void> sys_unshare(std::uint64_t flags);
    Result<void> sys_exit(int status) { end_thread((status & 0xff) << 8); }
    Result<void> sys_exit_group(int status) { end_process((status & 0xff) << 8); }
    Result<Pid> sys_wait4(Pid pid, UserPtr<int> status, std::uint32_t options, UserPtr<void> usage);
    Result<void> sys_waitid(int which, Pid id, UserPtr<void> info, std::uint32_t options, UserPtr<void> usage);
    Result<Pid> sys_set_tid_address(UserPtr<Pid> address) {
        current_user().clear_child_tid = address;
        return current_user().tid;
    }
    Result<Pid> sys_getpid() { return current_process().pid; }
    Result<Pid> sys_gettid() { return current_user().tid; }
    Result<Pid> sys_getppid() { return parent_of(current_process()); }
    Result<Pid> sys_getpgid(Pid pid);
    Result<void> sys_setpgid(Pid pid, Pid group);
    Result<Pid> sys_getsid(Pid pid);
    Result<Pid> sys_setsid();

    // For objects whose last reference has gone.
    void end(Session& session);
    void end(Process& process);
    void end(UserThread& thread);

private:
    class Unborn;
    static constexpr sync::LockClass k_class = sync::LearntLockClass::make("process tree");

    Result<Pid> clone(arch::UserFrame& frame, const CloneRequest& request);
    Result<void> share_or_copy(UserThread& child, const CloneRequest& request);
    Result<Process*> create_process(const CloneRequest& request);
    Result<Pid> link(UserThread& child, const CloneRequest& request);
    void wait_for_vfork(UserThread& child) __attribute__((locks_excluded(interrupts_off)));
    bool is_at_process_limit(const Process& process);
    [[noreturn]] static void begin(void* child_tid);
    [[noreturn]] static void begin_first(void* tree);
    static void on_left(UserThread& thread);

    [[nodiscard]] static Usage usage_of(const UserThread& thread, Nanoseconds time);
    void release_files(UserThread& thread);
    void let_go_of_memory(UserThread& self);
    bool leave(UserThread& self, int status);
    void finish(Process& process);
    void release_vfork(UserThread& self);
    void adopt_children(Process& process, IntrusiveList<Process::Child>& unwanted) __attribute__((requires_capability(lock_, interrupts_off)));
    void send_death_signals(Process& child) __attribute__((requires_capability(lock_, interrupts_off)));
    [[nodiscard]] Process& adopter_of(Process& process) __attribute__((requires_capability(lock_, interrupts_off)));
    // True: nobody will wait for it.
    bool tell_parent_of_end(Process& process) __attribute__((requires_capability(lock_, interrupts_off)));
    void tell_parent_of_stop(Process& process, int code, int status) __attribute__((requires_capability(lock_, interrupts_off)));
    void remove(Process& process) __attribute__((requires_capability(lock_, interrupts_off)));
    void drop_reaped(Process& process);
    void hang_up_if_orphaned(ProcessGroup& group, const Process* ignored) __attribute__((requires_capability(lock_, interrupts_off)));
    [[nodiscard]] static bool is_orphaned(ProcessGroup& group, const Process* ignored);

    enum class Look : std::uint8_t { nothing, waiting, found };
    [[nodiscard]] Look look(Process& self, const WaitRequest& request, WaitResult& result, Process*& reaped) __attribute__((requires_capability(lock_, interrupts_off)));
    [[nodiscard]] bool take(Process& child, const WaitRequest& request, WaitResult& result, Process*& reaped)
        __attribute__((requires_capability(lock_, interrupts_off)));
    Result<WaitResult> wait(const WaitRequest& request) __attribute__((locks_excluded(interrupts_off)));

    Result<void> move_to_group(Process& self, Pid pid, Pid wanted, ProcessGroup*& fresh);
    void join_group(Process& process, ProcessGroup& group) __attribute__((requires_capability(lock_, interrupts_off)));
    void leave_group(Process& process) __attribute__((requires_capability(lock_, interrupts_off)));
    [[nodiscard]] Process* process_of(Pid pid) __attribute__((requires_capability(lock_, interrupts_off)));

    SpinLock lock_{k_class};
    PidTable pids_ __attribute__((guarded_by(lock_)));
    std::uint32_t processes_ __attribute__((guarded_by(lock_))) = 0;
    std::uint32_t threads_ __attribute__((guarded_by(lock_))) = 0;
    Process* first_ = nullptr;  // held; process 1
    bool first_ended_ __attribute__((guarded_by(lock_))) = false;
    WaitQueue first_waiters_{"process 1"};
    bool (*prepare_first_)(void*) = nullptr;
    void* first_argument_ = nullptr;
};

}  // namespace phx::task
