// How processes begin, end and are taken over.
#include <map>
#include <set>

#include <task/processes/first_program_test.hpp>

namespace phx::task {
namespace {

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

}  // namespace
}  // namespace phx::task
