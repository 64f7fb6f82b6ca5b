// Who is told of whose end and stops: wait4(2), groups and sessions; and the end of process 1.
#include <set>

#include <task/processes/first_program_test.hpp>

namespace phx::task {
namespace {

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

// Process 1 does not come back.
TEST(TheFirst, TellsItsEnd) {
    int status = -1;
    First::end([&] { status = tree().wait_first(); });
    EXPECT_EQ(status, 3 << 8);
    EXPECT_EQ(wiring::fake_virtual_memory.live(), 0U);
}

}  // namespace
}  // namespace phx::task
