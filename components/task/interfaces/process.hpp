// Processes and their threads, as Linux programs know them. Their owner, the Processes provider, makes and ends them; what belongs to another
// domain (memory, files, signals) is here as a reference, which that domain gave.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <string_view>

#include <arch/user_frame.hpp>
#include <base/intrusive_list.hpp>
#include <base/ref.hpp>
#include <base/types.hpp>
#include <base/user.hpp>
#include <sync/learnt_lock_class.hpp>
#include <sync/spinlock.hpp>
#include <sync/wait_queue.hpp>
#include <task/interfaces/credentials.hpp>
#include <task/interfaces/signal.hpp>
#include <task/interfaces/thread.hpp>

namespace phx::vm {
class AddressSpace;
struct UserTable;
}
namespace phx::fs {
class FdTable;
class FsContext;
class File;
}
namespace phx::tty {
class Tty;
}

namespace phx::task {

using Pid = std::int32_t;

// Resource limits (getrlimit(2)); RLIM_INFINITY is ~0.
struct Limit {
    std::uint64_t soft = ~std::uint64_t{0};
    std::uint64_t hard = ~std::uint64_t{0};
};
inline constexpr std::size_t k_limits = 16;  // RLIM_NLIMITS

class Process;

// A session. Its number is that of the process that made it.
struct Session final : RefCounted {
    Pid id = 0;
    // Guarded by the tty domain's own lock.
    tty::Tty* controlling_tty = nullptr;

    void end();  // the Processes provider's
};

// A process group. Guarded by the lock of the process tree; there as long as it has members.
struct ProcessGroup {
    Pid id = 0;
    Session* session = nullptr;  // held by the members
    struct Member : ListNode {
        Process* process = nullptr;
    };
    IntrusiveList<Member> members;
};

class UserThread final : public RefCounted, public ListNode {  // in its process's list of threads
public:
    // Becomes null at its end, under the process's lock: who holds that may interrupt it, or read what the Threads provider says.
    Thread* thread = nullptr;
    Process* process = nullptr;  // held
    Pid tid = 0;

    // Its program's memory; null once it has let go of it on its way out. Changed by the thread itself only, with its process's lock.
    vm::AddressSpace* space = nullptr;
    vm::UserTable* table = nullptr;  // the space's
    // Shared with others or not (clone(2)). Changed by the thread itself only, so that it reads them without a lock; whoever reads another
    // thread's takes the process's lock.
    fs::FdTable* files = nullptr;
    fs::FsContext* context = nullptr;  // root, working directory, umask
    // Immutable once here; exchanged whole, by the thread itself, with its process's lock, under which others read it.
    std::atomic<const Credentials*> credentials{nullptr};

    arch::FpState fp;                   // while the CPU does not have it
    std::uint32_t fp_cpu = ~std::uint32_t{0};  // whose registers hold them besides, unless that has loaded others since; UserContext's
    std::uint64_t thread_pointer = 0;   // TPIDR_EL0, while it does not run
    ThreadSignals signals;

    UserPtr<std::int32_t> clear_child_tid;  // set_tid_address(2)
    UserPtr<void> robust_list;              // get_robust_list(2); of the size that Linux asks for
    bool leaving = false;                   // in exit
    Process* vfork_parent = nullptr;        // held; waits until it has let go of its memory. Guarded by the lock of the process tree
    bool resets_on_fork = false;            // SCHED_RESET_ON_FORK
    int death_signal = 0;                   // PR_SET_PDEATHSIG
    std::uint16_t io_priority = 0;          // ioprio_set(2)

    // Its accounts (getrusage(2)).
    std::uint64_t minor_faults = 0;
    std::uint64_t major_faults = 0;
    Nanoseconds system_time;  // of all the time that it ran, what the kernel is known to have taken
    Nanoseconds started;      // on the monotonic clock

    // PR_SET_NAME; with its process's lock. Its kernel thread's name follows.
    [[nodiscard]] std::string_view name() const { return {name_.data()}; }
    void set_name(std::string_view name) {
        name_.fill('\0');
        name.copy(name_.data(), Thread::k_name_size - 1);
        if (thread != nullptr) {
            thread->set_name(name);
        }
    }

    // The registers with which it came into the kernel.
    [[nodiscard]] arch::UserFrame& frame() const {
        const auto top = reinterpret_cast<std::uintptr_t>(thread) & ~std::uintptr_t{15};
        return *reinterpret_cast<arch::UserFrame*>(top - sizeof(arch::UserFrame));
    }

    void end();  // the Processes provider's

private:
    std::array<char, Thread::k_name_size> name_{};
};

// The running thread's. Only where a program's thread runs: in its calls and faults.
[[nodiscard]] inline UserThread& current_user() { return *current().user; }
[[nodiscard]] inline Process& current_process() { return *current_user().process; }

enum class ProcessState : std::uint8_t { running, stopped, zombie, reaped };

// What processes have used (getrusage(2)).
struct Usage {
    Nanoseconds user_time;
    Nanoseconds system_time;
    std::uint64_t minor_faults = 0;
    std::uint64_t major_faults = 0;
    std::uint64_t switches = 0;
    std::uint64_t peak_resident = 0;  // pages, the largest of one process

    void add(const Usage& other) {
        user_time = user_time + other.user_time;
        system_time = system_time + other.system_time;
        minor_faults += other.minor_faults;
        major_faults += other.major_faults;
        switches += other.switches;
        peak_resident = peak_resident > other.peak_resident ? peak_resident : other.peak_resident;
    }
};

// A thread group. The lock guards what is not said otherwise.
class Process final : public RefCounted {
public:
    static constexpr sync::LockClass k_lock_class = sync::LearntLockClass::make("process");
    struct Child : ListNode {
        Process* process = nullptr;
    };

    Pid pid = 0;
    SpinLock lock{k_lock_class};

    // The tree, guarded by the provider's lock of it. The process's own threads may read `group`, `session` and `parent` without, as hints.
    Process* parent = nullptr;
    Child as_child;
    IntrusiveList<Child> children;
    WaitQueue waiters{"children"};  // its threads, in wait4(2) and vfork(2)
    Ref<Session> session;
    Pid group = 0;  // process group
    ProcessGroup::Member as_member;
    ProcessGroup* members = nullptr;  // of its group
    ProcessState state = ProcessState::running;
    int exit_status = 0;  // as wait4(2) gives it: what its leader, or exit_group(2), or a signal said
    int stop_signal = 0;  // what it stopped by last
    int exit_signal = 0;  // what the parent gets at its end
    bool stop_untold = false;      // wait4(2) has something to tell: it stopped,
    bool continue_untold = false;  // or it goes on
    bool executed = false;         // since the fork: setpgid(2)
    bool adopts = false;           // PR_SET_CHILD_SUBREAPER
    bool has_adopter = false;      // one of its ancestors is one

    IntrusiveList<UserThread> threads;  // that have not ended
    std::uint32_t thread_count = 0;     // how many those are
    // Its number is the process's. There until the process is reaped, though it may have ended before: who found the process, and has let go of the
    // tree's lock, may find none.
    UserThread* leader = nullptr;
    // A thread that waits until it is the only one, to execute a program.
    UserThread* executing = nullptr;
    bool shares_memory = false;  // or did, with another process (vfork)

    ProcessSignals signals;
    std::array<Limit, k_limits> limits{};

    fs::File* executable = nullptr;  // /proc/PID/exe; held
    std::uint32_t personality = 0;   // personality(2)
    bool dumpable = true;            // PR_SET_DUMPABLE
    std::atomic<std::int16_t> oom_score_adjustment{0};
    Nanoseconds started;

    Usage ended;           // by threads that have ended
    Usage children_usage;  // by children that have been waited for

    void end();  // the Processes provider's
};

}  // namespace phx::task
