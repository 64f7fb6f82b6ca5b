#include <task/processes/processes.hpp>

#include <gtest/gtest.h>

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <vector>

#include <arch/resource_abi.hpp>
#include <arch/signal_abi.hpp>
#include <arch/user_access.hpp>
#include <linux/sched.h>
#include <linux/wait.h>
#include <task/interfaces/fiber_machine.hpp>
#include <sync/interfaces/test_lock_class.hpp>

namespace phx::task {
namespace {

ProcessTree& tree() { return wiring::tree; }
FakeSignals& signals() { return wiring::fake_signals; }

// What programs do. A thread finds its own by a register of the frame that it begins with.
using Program = std::function<int()>;
std::deque<Program> programs;  // NOLINT

void run_program() {
    const int status = programs[current_user().frame().x[19]]();
    tree().end_process(status << 8);
}

Result<Pid> clone(std::uint64_t flags, Program program, UserPtr<Pid> parent_tid = {}, UserPtr<Pid> child_tid = {}) {
    programs.push_back(std::move(program));
    arch::UserFrame frame = current_user().frame();
    frame.x[19] = programs.size() - 1;
    return tree().sys_clone(frame, flags, 0, parent_tid, 0, child_tid);
}
Pid fork(Program program) {
    const Result<Pid> pid = clone(SIGCHLD, std::move(program));
    EXPECT_TRUE(pid);
    return pid.value_or(0);
}
constexpr std::uint64_t k_thread = CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | CLONE_SYSVSEM;
Pid spawn(Program program) {
    const Result<Pid> tid = clone(k_thread, [program = std::move(program)] {
        program();
        tree().end_thread(0);
        return 0;
    });
    EXPECT_TRUE(tid);
    return tid.value_or(0);
}
void yield() { wiring::dut.yield(); }
void settle() {
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
std::ostream& operator<<(std::ostream& out, const Waited& waited) { return out << waited.pid << " with " << waited.status; }
Waited wait(Pid pid = -1, std::uint32_t options = 0) {
    const Result<Pid> got = tree().sys_wait4(pid, place<int>(0), options, {});
    return got ? Waited{*got, *got != 0 ? value_at<int>(0) : 0} : Waited{-1, static_cast<int>(got.error())};
}
constexpr Waited no_child{-1, ECHILD};

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

void set_action(int signal, SignalAction action) { current_process().signals.handlers->actions[static_cast<std::size_t>(signal - 1)] = action; }

TEST(Processes, TheFirstIsInNobodysSession) {
    First::run([] {
        EXPECT_EQ(*tree().sys_getpid(), 1);
        EXPECT_EQ(*tree().sys_getppid(), 0);
        EXPECT_EQ(*tree().sys_getsid(0), 0);
        EXPECT_EQ(*tree().sys_getpgid(0), 0);
        EXPECT_EQ(wait(), no_child);
        return 0;
    });
}

TEST(Processes, AParentHearsOfTheEndAndGetsTheStatus) {
    First::run([] {
        const Pid pid = fork([] { return 42; });
        EXPECT_EQ(wait(-1, WNOHANG), (Waited{0, 0}));
        EXPECT_EQ(wait(), (Waited{pid, 42 << 8}));
        EXPECT_EQ(wait(), no_child);
        EXPECT_EQ(signals().sent().size(), 1U);
        const auto& sent = signals().sent().front();
        EXPECT_EQ(sent.process, &current_process());
        EXPECT_EQ(sent.info.si_signo, SIGCHLD);
        EXPECT_EQ(sent.info.si_code, CLD_EXITED);
        EXPECT_EQ(sent.info._sifields._sigchld._pid, pid);
        EXPECT_EQ(sent.info._sifields._sigchld._status, 42);
        return 0;
    });
}

TEST(Processes, NumbersAreNotUsedAgainSoon) {
    First::run([] {
        std::set<Pid> seen;
        for (int i = 0; i < 200; ++i) {
            const Pid pid = fork([] { return 0; });
            EXPECT_TRUE(seen.insert(pid).second) << pid;
            EXPECT_EQ(wait().pid, pid);
        }
        return 0;
    });
}

TEST(Processes, AreRefusedWhenNumbersRunOut) {
    First::run([] {
        std::vector<Pid> pids;
        bool go = false;
        for (;;) {
            const Result<Pid> pid = clone(SIGCHLD, [&] {
                while (!go) {
                    yield();
                }
                return 0;
            });
            if (!pid) {
                EXPECT_EQ(pid.error(), Errno::again);
                break;
            }
            pids.push_back(*pid);
        }
        EXPECT_GT(pids.size(), 290U);
        EXPECT_EQ(std::set<Pid>(pids.begin(), pids.end()).size(), pids.size());
        go = true;
        for (std::size_t i = 0; i < pids.size(); ++i) {
            EXPECT_GT(wait().pid, 1);
        }
        EXPECT_EQ(wait(), no_child);
        return 0;
    });
}

TEST(Processes, WhoIgnoresSigchldHasNoZombies) {
    for (const SignalAction action : {SignalAction{.handler = SignalAction::k_ignore}, SignalAction{.handler = 0x1000, .flags = SA_NOCLDWAIT}}) {
        First::run([&] {
            set_action(SIGCHLD, action);
            fork([] { return 3; });
            EXPECT_EQ(wait(), no_child) << "when it has ended";
            EXPECT_EQ(signals().sent().size(), action.handler == SignalAction::k_ignore ? 0U : 1U);
            set_action(SIGCHLD, {});
            return 0;
        });
    }
}

TEST(Processes, OrphansGoToTheFirst) {
    First::run([] {
        bool go = false;
        Pid grandchild = 0;
        const Pid child = fork([&] {
            grandchild = fork([&] {
                while (!go) {
                    yield();
                }
                EXPECT_EQ(*tree().sys_getppid(), 1);
                return 7;
            });
            return 0;
        });
        EXPECT_EQ(wait(), (Waited{child, 0}));
        EXPECT_EQ(wait(-1, WNOHANG), (Waited{0, 0}));
        go = true;
        EXPECT_EQ(wait(), (Waited{grandchild, 7 << 8}));
        return 0;
    });
}

TEST(Processes, OrphansGoToASubreaperBefore) {
    First::run([] {
        const Pid reaper = fork([] {
            current_process().adopts = true;
            Pid grandchild = 0;
            const Pid child = fork([&] {
                grandchild = fork([] {
                    settle();
                    return 5;
                });
                return 4;
            });
            EXPECT_EQ(wait(), (Waited{child, 4 << 8}));
            EXPECT_EQ(wait(), (Waited{grandchild, 5 << 8}));
            return 6;
        });
        EXPECT_EQ(wait(), (Waited{reaper, 6 << 8}));
        return 0;
    });
}

TEST(Processes, AVforksParentWaitsForTheMemory) {
    First::run([] {
        std::string journal;
        const Result<Pid> pid = clone(CLONE_VM | CLONE_VFORK | SIGCHLD, [&] {
            yield();
            journal += "child;";
            tree().move_to(**wiring::fake_virtual_memory.create());
            tree().has_executed("program");
            settle();
            journal += "program;";
            return 1;
        });
        journal += "parent;";
        EXPECT_TRUE(pid);
        EXPECT_EQ(wait(), (Waited{*pid, 1 << 8}));
        EXPECT_EQ(journal, "child;parent;program;");
        return 0;
    });
}

TEST(Processes, AVforksParentMayBeKilledMeanwhile) {
    First::run([] {
        bool go = false;
        Process* middle = nullptr;
        const Pid parent = fork([&] {
            middle = &current_process();
            static_cast<void>(clone(CLONE_VM | CLONE_VFORK | SIGCHLD, [&] {
                while (!go) {
                    yield();
                }
                return 0;
            }));
            tree().end_thread(0);  // what the way back to the program does with k_ending
            return 0;
        });
        settle();
        {
            const SpinGuard guard{middle->lock};
            EXPECT_TRUE(tree().call_to_end(*middle, 9));
        }
        EXPECT_EQ(wait(), (Waited{parent, 9}));
        go = true;
        EXPECT_EQ(wait().status, 0);
        return 0;
    });
}

TEST(Threads, ShareTheProcessAndItsEnd) {
    First::run([] {
        const Pid pid = fork([] {
            const Pid own = *tree().sys_getpid();
            for (int i = 0; i < 3; ++i) {
                const Pid tid = spawn([own] {
                    EXPECT_EQ(*tree().sys_getpid(), own);
                    EXPECT_NE(*tree().sys_gettid(), own);
                    SpinGuard guard{current_process().lock};
                    WaitQueue queue{"ever"};
                    EXPECT_FALSE(queue.wait_interruptible(guard, [] { return false; }));
                    guard.unlock();
                    tree().end_thread(0);
                    return 0;
                });
                EXPECT_EQ(tree().find_thread(tid)->process, &current_process());
                EXPECT_EQ(tree().find(tid).get(), nullptr);
            }
            settle();
            EXPECT_EQ(current_process().thread_count, 4U);
            return 12;
        });
        EXPECT_EQ(wait(), (Waited{pid, 12 << 8}));
        return 0;
    });
}

TEST(Threads, TheLeadersStatusWaitsForTheLast) {
    First::run([] {
        bool go = false;
        const Pid pid = fork([&] {
            spawn([&] {
                while (!go) {
                    yield();
                }
                return 0;
            });
            tree().end_thread(5 << 8);
            return 0;
        });
        settle();
        EXPECT_EQ(wait(pid, WNOHANG), (Waited{0, 0}));
        EXPECT_TRUE(tree().find(pid));
        go = true;
        EXPECT_EQ(wait(pid), (Waited{pid, 5 << 8}));
        return 0;
    });
}

TEST(Threads, OneThatExecutesIsTheOnlyOneAndTheLeader) {
    First::run([] {
        Pid executed = 0;
        const Pid pid = fork([&] {
            const auto sleep = [] {
                SpinGuard guard{current_process().lock};
                WaitQueue queue{"ever"};
                queue.wait_killable(guard, [] { return false; });
                guard.unlock();
                tree().end_thread(0);
                return 0;
            };
            spawn(sleep);
            spawn([&] {
                settle();
                EXPECT_TRUE(tree().become_only_thread());
                EXPECT_EQ(current_process().thread_count, 1U);
                executed = *tree().sys_gettid();
                tree().end_process(33 << 8);
                return 0;
            });
            sleep();
            return 0;
        });
        EXPECT_EQ(wait(), (Waited{pid, 33 << 8}));
        EXPECT_EQ(executed, pid);
        return 0;
    });
}

TEST(Threads, TellTheirEndInMemory) {
    First::run([] {
        const Pid pid = fork([] {
            const Result<Pid> tid = clone(k_thread | CLONE_PARENT_SETTID | CLONE_CHILD_SETTID | CLONE_CHILD_CLEARTID,
                                          [] {
                                              tree().end_thread(0);
                                              return 0;
                                          },
                                          place<Pid>(64), place<Pid>(128));
            EXPECT_EQ(value_at<Pid>(64), *tid);
            settle();
            EXPECT_EQ(value_at<Pid>(128), 0);
            return 0;
        });
        EXPECT_EQ(wait(), (Waited{pid, 0}));
        return 0;
    });
}

TEST(Clone, RefusesWhatMakesNoSense) {
    First::run([] {
        const auto fails = [](std::uint64_t flags) { return clone(flags, [] { return 0; }).error(); };
        EXPECT_EQ(fails(CLONE_THREAD | CLONE_VM), Errno::inval);
        EXPECT_EQ(fails(CLONE_SIGHAND | SIGCHLD), Errno::inval);
        EXPECT_EQ(fails(CLONE_PARENT | SIGCHLD), Errno::inval) << "process 1 has none";
        EXPECT_EQ(fails(CLONE_NEWNS | CLONE_FS | SIGCHLD), Errno::inval);
        EXPECT_EQ(fails(CLONE_NEWPID | SIGCHLD), Errno::inval);
        wiring::fake_virtual_memory.set_limit(1);
        EXPECT_EQ(fails(SIGCHLD), Errno::nomem);
        wiring::fake_virtual_memory.set_limit(SIZE_MAX);
        wiring::fake_kernel_stacks.set_limit(wiring::fake_kernel_stacks.live());
        EXPECT_EQ(fails(SIGCHLD), Errno::nomem);
        wiring::fake_kernel_stacks.set_limit(SIZE_MAX);
        return 0;
    });
}

// Whatever fails on the way leaves nothing behind.
TEST(Clone, FailsCleanlyAtEachAllocation) {
    First::run([] {
        for (const std::uint64_t flags : {std::uint64_t{SIGCHLD}, k_thread}) {
            for (std::uint64_t successes = 0;; ++successes) {
                const auto before = wiring::fake_heap.stats().live_objects;
                wiring::fake_heap.fail_after(successes);
                const Result<Pid> pid = clone(flags, [] {
                    tree().end_thread(0);
                    return 0;
                });
                wiring::fake_heap.fail_after(UINT64_MAX);
                if (pid) {
                    settle();
                    EXPECT_EQ(flags == SIGCHLD ? wait().pid : *pid, *pid);
                    break;
                }
                EXPECT_EQ(wiring::fake_heap.stats().live_objects, before) << successes;
                EXPECT_LT(successes, 20U);
            }
        }
        return 0;
    });
}

TEST(Clone3, ReadsLargerAndSmallerStructures) {
    First::run([] {
        const auto call = [](const clone_args& arguments, std::size_t size) {
            std::memcpy(arch::host::user_memory.at(arch::host::k_user_base), &arguments, sizeof(arguments));
            arch::UserFrame frame = current_user().frame();
            programs.push_back([] { return 2; });
            frame.x[19] = programs.size() - 1;
            return tree().sys_clone3(frame, place<void>(0).as<void>(), size);
        };
        clone_args arguments{};
        EXPECT_EQ(call(arguments, 63).error(), Errno::inval);
        EXPECT_EQ(call(arguments, 5000).error(), Errno::toobig);
        arguments.exit_signal = 65;
        EXPECT_EQ(call(arguments, sizeof(arguments)).error(), Errno::inval);
        arguments.exit_signal = SIGCHLD;
        arguments.stack_size = 5;
        EXPECT_EQ(call(arguments, sizeof(arguments)).error(), Errno::inval);
        arguments.stack_size = 0;
        *arch::host::user_memory.at(arch::host::k_user_base + 100) = std::byte{1};
        EXPECT_EQ(call(arguments, 104).error(), Errno::toobig);
        *arch::host::user_memory.at(arch::host::k_user_base + 100) = std::byte{0};
        const Result<Pid> pid = call(arguments, 104);
        EXPECT_TRUE(pid);
        EXPECT_EQ(wait(), (Waited{*pid, 2 << 8}));
        const Pid wanted = 77;
        std::memcpy(arch::host::user_memory.at(arch::host::k_user_base + 512), &wanted, sizeof(wanted));
        arguments.set_tid = arch::host::k_user_base + 512;
        arguments.set_tid_size = 1;
        EXPECT_EQ(call(arguments, sizeof(arguments)).value_or(0), 77);
        EXPECT_EQ(call(arguments, sizeof(arguments)).error(), Errno::exist);
        EXPECT_EQ(wait(), (Waited{77, 2 << 8}));
        return 0;
    });
}

TEST(Wait, ToldOnceOfStopsAndOfGoingOn) {
    First::run([] {
        bool go = false;
        Process* stopped = nullptr;
        const Pid pid = fork([&] {
            stopped = &current_process();
            while (!go) {
                yield();
            }
            return 0;
        });
        settle();
        tree().stop(*stopped, SIGTSTP);
        EXPECT_EQ(wait(-1, WNOHANG), (Waited{0, 0}));
        EXPECT_EQ(wait(-1, WUNTRACED), (Waited{pid, SIGTSTP << 8 | 0x7f}));
        EXPECT_EQ(wait(-1, WUNTRACED | WNOHANG), (Waited{0, 0}));
        tree().go_on(*stopped);
        EXPECT_EQ(wait(-1, WCONTINUED), (Waited{pid, 0xffff}));
        EXPECT_EQ(wait(-1, WCONTINUED | WNOHANG), (Waited{0, 0}));
        EXPECT_EQ(signals().sent().size(), 2U);
        EXPECT_EQ(signals().sent()[0].info.si_code, CLD_STOPPED);
        EXPECT_EQ(signals().sent()[1].info.si_code, CLD_CONTINUED);
        set_action(SIGCHLD, {.handler = 0x1000, .flags = SA_NOCLDSTOP});
        tree().stop(*stopped, SIGSTOP);
        EXPECT_EQ(signals().sent().size(), 2U);
        set_action(SIGCHLD, {});
        go = true;
        EXPECT_EQ(wait(), (Waited{pid, 0}));
        return 0;
    });
}

TEST(Wait, IdLooksWithoutTaking) {
    First::run([] {
        const Pid pid = fork([] { return 9; });
        const auto waitid = [](int which, Pid id, std::uint32_t options) {
            return tree().sys_waitid(which, id, place<void>(256).as<void>(), options, {});
        };
        EXPECT_EQ(waitid(P_ALL, 0, WNOHANG).error(), Errno::inval);
        EXPECT_EQ(waitid(P_PID, 0, WEXITED).error(), Errno::inval);
        EXPECT_EQ(waitid(9, 1, WEXITED).error(), Errno::inval);
        EXPECT_TRUE(waitid(P_PID, pid, WEXITED | WNOHANG));
        EXPECT_EQ(value_at<SignalInfo>(256).si_signo, 0);
        for (const std::uint32_t options : {std::uint32_t{WEXITED | WNOWAIT}, std::uint32_t{WEXITED}}) {
            EXPECT_TRUE(waitid(P_PID, pid, options));
            const auto info = value_at<SignalInfo>(256);
            EXPECT_EQ(info.si_signo, SIGCHLD);
            EXPECT_EQ(info.si_code, CLD_EXITED);
            EXPECT_EQ(info._sifields._sigchld._pid, pid);
            EXPECT_EQ(info._sifields._sigchld._status, 9);
        }
        EXPECT_EQ(waitid(P_ALL, 0, WEXITED).error(), Errno::child);
        return 0;
    });
}

TEST(Wait, EndsWhenASignalComes) {
    First::run([] {
        bool go = false;
        const Pid pid = fork([&] {
            const Pid child = fork([&] {
                while (!go) {
                    yield();
                }
                return 0;
            });
            EXPECT_EQ(tree().sys_wait4(-1, {}, 0, {}).error(), Errno::restart_sys);
            current().user_work = 0;
            go = true;
            EXPECT_EQ(wait(), (Waited{child, 0}));
            return 0;
        });
        settle();
        sync::interrupt(*tree().find(pid)->leader->thread);
        EXPECT_EQ(wait(), (Waited{pid, 0}));
        return 0;
    });
}

TEST(Wait, ClonesAreWaitedForOnlyWhenAsked) {
    First::run([] {
        const Result<Pid> pid = clone(0, [] { return 1; });
        EXPECT_TRUE(pid);
        settle();
        EXPECT_EQ(wait(), no_child);
        EXPECT_EQ(wait(-1, __WCLONE), (Waited{*pid, 1 << 8}));
        const Result<Pid> other = clone(SIGUSR1, [] { return 2; });
        EXPECT_EQ(wait(-1, __WALL), (Waited{*other, 2 << 8}));
        EXPECT_EQ(signals().sent().back().info.si_signo, SIGUSR1);
        return 0;
    });
}

TEST(Groups, FollowSetpgidAndSetsid) {
    First::run([] {
        const Pid pid = fork([] {
            const Pid own = *tree().sys_getpid();
            EXPECT_EQ(*tree().sys_setsid(), own);
            EXPECT_EQ(*tree().sys_getsid(0), own);
            EXPECT_EQ(*tree().sys_getpgid(0), own);
            EXPECT_EQ(tree().sys_setsid().error(), Errno::perm);
            EXPECT_EQ(tree().sys_setpgid(0, 0).error(), Errno::perm) << "a session's leader stays in its group";
            bool go = false;
            const auto spin = [&] {
                while (!go) {
                    yield();
                }
                return 0;
            };
            const Pid a = fork(spin);
            const Pid b = fork(spin);
            EXPECT_TRUE(tree().sys_setpgid(a, 0));
            EXPECT_EQ(*tree().sys_getpgid(a), a);
            EXPECT_TRUE(tree().sys_setpgid(b, a));
            EXPECT_EQ(tree().sys_setpgid(b, 599).error(), Errno::perm);
            EXPECT_EQ(tree().sys_setpgid(599, 0).error(), Errno::srch);
            EXPECT_EQ(tree().sys_setpgid(a, -1).error(), Errno::inval);
            EXPECT_EQ(tree().sys_setpgid(1, 0).error(), Errno::srch) << "no child";
            EXPECT_EQ(tree().session_of(a), own);
            EXPECT_EQ(tree().session_of(b), 0) << "there is no such group";
            EXPECT_FALSE(tree().is_orphaned(a));
            tree().find(b)->executed = true;
            EXPECT_EQ(tree().sys_setpgid(b, 0).error(), Errno::acces);
            std::vector<Pid> members;
            EXPECT_TRUE(tree().for_each_in_group(a, [&](Process& process) { members.push_back(process.pid); }));
            EXPECT_EQ(members, (std::vector<Pid>{a, b}));
            go = true;
            EXPECT_EQ(wait(-a).pid + wait(-a).pid, a + b);
            EXPECT_EQ(wait(-a), no_child);
            return 0;
        });
        EXPECT_EQ(wait(), (Waited{pid, 0}));
        return 0;
    });
}

// POSIX.1 on _exit(): stopped jobs whose shell goes get SIGHUP and SIGCONT.
TEST(Groups, StoppedOrphansAreHungUp) {
    First::run([] {
        Pid job = 0;
        bool go = false;
        const Pid shell = fork([&] {
            static_cast<void>(tree().sys_setsid());
            job = fork([&] {
                while (!go) {
                    yield();
                }
                return 0;
            });
            EXPECT_TRUE(tree().sys_setpgid(job, job));
            tree().stop(*tree().find(job), SIGTSTP);
            return 0;
        });
        EXPECT_EQ(wait(), (Waited{shell, 0}));
        const Ref<Process> hung_up = tree().find(job);
        std::vector<int> sent;
        for (const auto& one : signals().sent()) {
            if (one.process == hung_up.get()) {
                sent.push_back(one.info.si_signo);
            }
        }
        EXPECT_EQ(sent, (std::vector<int>{SIGHUP, SIGCONT}));
        EXPECT_TRUE(tree().is_orphaned(job));
        go = true;
        EXPECT_EQ(wait().pid, job);
        return 0;
    });
}

// --- random life against a model

struct Model {
    struct Entry {
        Pid parent = 0;
        Pid group = 0;
        Pid session = 0;
        bool zombie = false;
        int status = 0;
    };
    std::map<Pid, Entry> all;

    [[nodiscard]] bool is_group(Pid group) const {
        return std::any_of(all.begin(), all.end(), [&](const auto& e) { return e.second.group == group; });
    }
    [[nodiscard]] Pid session_of(Pid group) const {
        for (const auto& [pid, entry] : all) {
            if (entry.group == group) {
                return entry.session;
            }
        }
        return 0;
    }
    void end(Pid pid, int status) {
        all[pid].zombie = true;
        all[pid].status = status;
        for (auto& [child, entry] : all) {
            entry.parent = entry.parent == pid ? 1 : entry.parent;
        }
    }
};

// A process that does as it is told.
struct Puppet {
    std::function<int()> order;  // null: none; negative result: it goes on
    bool has_ended = false;
};

class Puppets {
public:
    // In the process itself.
    static int live(Puppet& self) {
        for (;;) {
            while (!self.order) {
                yield();
            }
            const std::function<int()> order = std::exchange(self.order, nullptr);
            if (const int status = order(); status >= 0) {
                self.has_ended = true;
                return status;
            }
        }
    }
    // Lets it do this, and waits until it has.
    static void tell(Puppet& puppet, std::function<int()> order) {
        bool done = false;
        puppet.order = [&] {
            const int status = order();
            done = true;
            return status;
        };
        while (!done) {
            yield();
        }
        settle();
    }
};

TEST(Processes, LiveAsTheModelDoes) {
    for (unsigned seed = 1; seed <= 12; ++seed) {
        First::run([&] {
            std::mt19937 random{seed};
            const auto below = [&](std::size_t n) { return std::uniform_int_distribution<std::size_t>{0, n - 1}(random); };
            Model model;
            model.all[1] = {.group = current_process().group};
            std::map<Pid, std::unique_ptr<Puppet>> puppets;
            const auto alive = [&] {
                std::vector<Pid> pids;
                for (const auto& [pid, entry] : model.all) {
                    if (!entry.zombie && pid != 1) {
                        pids.push_back(pid);
                    }
                }
                return pids;
            };
            const auto some = [&](bool also_first) {
                auto pids = alive();
                if (also_first || pids.empty()) {
                    pids.push_back(1);
                }
                return pids[below(pids.size())];
            };
            const auto tell = [&](Pid pid, std::function<int()> order) {
                if (pid == 1) {
                    order();
                } else {
                    Puppets::tell(*puppets[pid], std::move(order));
                }
            };
            for (int step = 0; step < 300; ++step) {
                const Pid who = some(true);
                switch (below(6)) {
                case 0:
                    if (model.all.size() < 30) {
                        tell(who, [&] {
                            auto puppet = std::make_unique<Puppet>();
                            Puppet& child = *puppet;
                            const Pid pid = fork([&child] { return Puppets::live(child); });
                            EXPECT_EQ(model.all.count(pid), 0U);
                            EXPECT_FALSE(model.is_group(pid));
                            model.all[pid] = {who, model.all[who].group, model.all[who].session};
                            puppets[pid] = std::move(puppet);
                            return -1;
                        });
                    }
                    break;
                case 1:
                    if (who != 1) {
                        const int status = static_cast<int>(below(256));
                        tell(who, [&] { return status; });
                        model.end(who, status << 8);
                    }
                    break;
                case 2:
                case 3:
                    tell(who, [&] {
                        const Waited got = wait(-1, WNOHANG);
                        bool any = false;
                        std::set<Pid> zombies;
                        for (const auto& [pid, entry] : model.all) {
                            any = any || entry.parent == who;
                            if (entry.parent == who && entry.zombie) {
                                zombies.insert(pid);
                            }
                        }
                        if (!any) {
                            EXPECT_EQ(got, no_child);
                        } else if (zombies.empty()) {
                            EXPECT_EQ(got.pid, 0);
                        } else {
                            EXPECT_TRUE(zombies.contains(got.pid)) << got;
                            EXPECT_EQ(got.status, model.all[got.pid].status);
                            model.all.erase(got.pid);
                        }
                        return -1;
                    });
                    break;
                case 4: {
                    const Pid whom = some(false);
                    const Pid group = below(2) == 0 ? whom : some(false);
                    tell(who, [&] {
                        const Result<void> result = tree().sys_setpgid(whom, group);
                        auto& entry = model.all[whom];
                        const auto& own = model.all[who];
                        std::optional<Errno> expected;
                        if (whom != who && entry.parent != who) {
                            expected = Errno::srch;
                        } else if (whom != who && entry.session != own.session) {
                            expected = Errno::perm;
                        } else if (entry.session == whom) {
                            expected = Errno::perm;
                        } else if (group != whom && (!model.is_group(group) || model.session_of(group) != own.session) && entry.group != group) {
                            expected = Errno::perm;
                        }
                        if (expected) {
                            EXPECT_FALSE(result);
                            if (!result) {
                                EXPECT_EQ(result.error(), *expected);
                            }
                        } else {
                            EXPECT_TRUE(result);
                            entry.group = group;
                        }
                        return -1;
                    });
                    break;
                }
                case 5:
                    if (who != 1) {
                        tell(who, [&] {
                            const Result<Pid> result = tree().sys_setsid();
                            if (model.is_group(who)) {
                                EXPECT_FALSE(result);
                            } else {
                                EXPECT_TRUE(result);
                                model.all[who].group = model.all[who].session = who;
                            }
                            return -1;
                        });
                    }
                    break;
                }
                std::map<Pid, std::pair<Pid, Pid>> there;
                tree().for_each([&](Process& process) { there[process.pid] = {process.group, process.parent != nullptr ? process.parent->pid : 0}; });
                EXPECT_EQ(there.size(), model.all.size());
                for (const auto& [pid, entry] : model.all) {
                    EXPECT_EQ(there[pid], (std::pair{entry.group, entry.parent})) << pid;
                }
                if (::testing::Test::HasFailure()) {
                    ADD_FAILURE() << "seed " << seed << ", step " << step;
                    break;
                }
            }
            for (const Pid pid : alive()) {
                tell(pid, [] { return 0; });
            }
            while (wait() != no_child) {
            }
            return 0;
        });
    }
}

// Process 1 does not come back.
TEST(TheFirst, TellsItsEnd) {
    int status = -1;
    First::end([&] { status = tree().wait_first(); });
    EXPECT_EQ(status, 3 << 8);
    EXPECT_EQ(wiring::fake_virtual_memory.live(), 0U);
}

}  // namespace
}  // namespace phx::task
