// Programs of a test's, as what process 1 and its children run.
#pragma once

#include <deque>
#include <functional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <arch/signal_abi.hpp>
#include <arch/user_access.hpp>
#include <linux/sched.h>
#include <linux/wait.h>
#include <sync/interfaces/test_lock_class.hpp>
#include <task/interfaces/fiber_machine.hpp>
#include <task/processes/processes.hpp>

namespace phx::task {

inline ProcessTree& tree() { return wiring::tree; }
inline FakeSignals& signals() { return wiring::fake_signals; }

// What programs do. A thread finds its own by a register of the frame that it begins with.
using Program = std::function<int()>;
inline std::deque<Program> programs;  // NOLINT

inline void run_program() {
    const int status = programs[current_user().frame().x[19]]();
    tree().end_process(status << 8);
}

inline Result<Pid> clone(std::uint64_t flags, Program program, UserPtr<Pid> parent_tid = {}, UserPtr<Pid> child_tid = {}) {
    programs.push_back(std::move(program));
    arch::UserFrame frame = current_user().frame();
    frame.x[19] = programs.size() - 1;
    return tree().sys_clone(frame, flags, 0, parent_tid, 0, child_tid);
}
inline Pid fork(Program program) {
    const Result<Pid> pid = clone(SIGCHLD, std::move(program));
    EXPECT_TRUE(pid);
    return pid.value_or(0);
}
inline constexpr std::uint64_t k_thread = CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | CLONE_SYSVSEM;
inline Pid spawn(Program program) {
    const Result<Pid> tid = clone(k_thread, [program = std::move(program)] {
        program();
        tree().end_thread(0);
        return 0;
    });
    EXPECT_TRUE(tid);
    return tid.value_or(0);
}
inline void yield() { wiring::dut.yield(); }
inline void settle() {
    for (int i = 0; i < 50; ++i) {
        yield();
    }
}

// A place in the programs' memory.
template <class T>
UserPtr<T> place(std::size_t offset) {
    return UserPtr<T>{arch::host::k_user_base + offset};
}
template <class T>
T value_at(std::size_t offset) {
    T value;
    std::memcpy(&value, arch::host::user_memory.at(arch::host::k_user_base + offset), sizeof(T));
    return value;
}

struct Waited {
    Pid pid;
    int status;
    bool operator==(const Waited&) const = default;
};
inline std::ostream& operator<<(std::ostream& out, const Waited& waited) { return out << waited.pid << " with " << waited.status; }
inline Waited wait(Pid pid = -1, std::uint32_t options = 0) {
    const Result<Pid> got = tree().sys_wait4(pid, place<int>(0), options, {});
    return got ? Waited{*got, *got != 0 ? value_at<int>(0) : 0} : Waited{-1, static_cast<int>(got.error())};
}
inline constexpr Waited no_child{-1, ECHILD};

// Process 1 runs what tests give it, and never ends.
class First {
public:
    static void run(Program body) {
        arch::host::user_memory.reset();
        FiberMachine::run([&] {
            SpinGuard guard{lock_};
            body_ = std::move(body);
            done_ = false;
            if (!started_) {
                started_ = true;
                guard.unlock();
                begin();
                guard.relock();
            }
            queue_.wake_all_locked();
            queue_.wait(guard, [] { return done_; });
        });
        EXPECT_TRUE(done_) << "everybody waits";
        signals().sent().clear();
        programs.clear();
        EXPECT_EQ(tree().count().processes, 1U);
        EXPECT_EQ(tree().count().threads, 1U);
        EXPECT_EQ(wiring::fake_virtual_memory.live(), 1U);
    }

    static void end(std::function<void()> wait) {
        FiberMachine::run([&] {
            {
                const SpinGuard guard{lock_};
                body_ = [] {
                    tree().end_process(3 << 8);
                    return 0;
                };
                queue_.wake_all_locked();
            }
            wait();
        });
    }

private:
    static void begin() {
        ASSERT_TRUE(tree().init());
        wiring::fake_user_mode.on_enter(&run_program);
        programs.push_back([] {
            for (;;) {
                SpinGuard guard{lock_};
                queue_.wait(guard, [] { return body_ != nullptr; });
                Program body = std::exchange(body_, nullptr);
                guard.unlock();
                body();
                guard.relock();
                done_ = true;
                queue_.wake_all_locked();
            }
            return 0;
        });
        ASSERT_TRUE(tree().start_first(
            [](void*) {
                tree().move_to(**wiring::fake_virtual_memory.create());
                current_user().frame().x[19] = 0;
                return true;
            },
            nullptr));
        settle();
    }

    static constexpr sync::LockClass k_class = sync::TestLockClass::make("test");
    static inline SpinLock lock_{k_class};
    static inline WaitQueue queue_{"test"};
    static inline Program body_;
    static inline bool done_ = false;
    static inline bool started_ = false;
};

inline void set_action(int signal, SignalAction action) { current_process().signals.handlers->actions[static_cast<std::size_t>(signal - 1)] = action; }

}  // namespace phx::task
