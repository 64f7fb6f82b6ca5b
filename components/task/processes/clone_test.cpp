// What clone(2) makes: threads of one process, and what it refuses.
#include <vector>

#include <task/processes/first_program_test.hpp>

namespace phx::task {
namespace {

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

}  // namespace
}  // namespace phx::task
