// A thread of the kernel. Its owner, the Threads provider, makes and changes it; others read it, or name it.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <string_view>

#include <arch/context.hpp>
#include <arch/thread_head.hpp>
#include <base/intrusive_list.hpp>
#include <base/types.hpp>
#include <sched/interfaces/scheduler.hpp>
#include <sync/rcu_reader.hpp>

namespace phx {
class Mutex;
}

namespace phx::task {

class UserThread;

enum class ThreadState : std::uint8_t {
    runnable,  // runs, or is queued to run
    waiting,   // until somebody wakes it
    done,      // its function has returned, or it has exited
};

using ThreadFunction = void (*)(void* argument);

class Thread final : public arch::ThreadHead, public sched::Schedulable, public ListNode {
public:
    static constexpr std::size_t k_name_size = 16;  // with room for a 0, as in Linux (TASK_COMM_LEN)

    constexpr Thread() { rcu_sections = sync::k_outside_rcu; }

    [[nodiscard]] std::string_view name() const { return {name_.data()}; }
    void set_name(std::string_view name) {
        name_.fill('\0');
        name.copy(name_.data(), k_name_size - 1);
    }

    // Where it runs, is queued, or ran last.
    [[nodiscard]] unsigned cpu_number() const { return ThreadHead::cpu; }
    void place(unsigned cpu) {
        ThreadHead::cpu = cpu;
        Schedulable::cpu = cpu;
    }

    std::uint32_t id = 0;
    // Written under the lock of the run queue that `cpu` names, but for a thread that sets its own to `waiting`.
    std::atomic<ThreadState> thread_state{ThreadState::runnable};
    bool on_queue = false;       // it runs, is queued or moves: it may be `waiting` all the same, on its way to block()
    bool detached = false;       // nobody joins it
    bool idle = false;
    bool changing = false;       // to effective_attributes and wanted_affinity, as soon as it neither runs nor moves
    bool moving = false;         // from one CPU to another, in no queue: who moves it makes changes that are wanted meanwhile
    bool unsettled = false;      // something must be done once it is off its stack: it moves, or is done
    bool left = false;           // done, and its stack is no longer in use
    // Written under the lock of its run queue.
    sched::CpuMask wanted_affinity = ~sched::CpuMask{0};
    sched::Attributes own_attributes;                      // as they were set
    sched::Attributes lent_attributes = sched::least_urgent;  // by who waits for it
    std::atomic<sched::Attributes> effective_attributes;   // the more urgent of both
    Mutex* blocked_on = nullptr;             // the mutex that it waits for
    IntrusiveList<Mutex> contended;          // those that it owns and others wait for
    arch::Context context;
    ThreadFunction function = nullptr;
    void* argument = nullptr;
    int status = 0;
    VirtAddr stack_bottom;
    VirtAddr stack_top;
    const char* waits_for = nullptr;  // a lock's or a queue's name while it waits
    std::uint64_t switches = 0;       // how often it was chosen to run
    Nanoseconds run_time;             // up to started_at
    Nanoseconds started_at;           // when it was last chosen
    Thread* joiner = nullptr;
    // A watchdog's own note: since when it has seen the thread wait, and after how many switches that was.
    struct Watch {
        Nanoseconds since;
        std::uint64_t switches = UINT64_MAX;
    };
    mutable Watch watch;
    sync::RcuReader rcu;
    UserThread* user = nullptr;                // what it has besides if it runs a program
    void (*on_left)(UserThread& user) = nullptr;
    // While it waits, or is about to: the bits of user_work that end that.
    std::atomic<std::uint32_t> interrupted_by{0};

private:
    std::array<char, k_name_size> name_{};
};

// The thread that runs here. Any context of a graph with threads.
[[nodiscard]] inline Thread& current() {
    return *static_cast<Thread*>(arch::current());
}

}  // namespace phx::task
