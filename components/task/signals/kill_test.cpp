// System calls of signals: who may send what to whom, masks, pending ones and actions.
#include <task/signals/delivery_test.hpp>

namespace phx::task {
namespace {

class Kill : public Delivery {
protected:
    void SetUp() override {
        Delivery::SetUp();
        for (Program* program : {&program_, &child_, &stranger_}) {
            program->run();
            program->act(SIGUSR1, k_handler);
            program->act(SIGCONT, k_handler);
            set_user(*program, 1000);
        }
        set_user(stranger_, 1001);
        program_.run();
    }
    void TearDown() override {
        for (Program* program : {&child_, &stranger_}) {
            signals().end(program->process());
            signals().flush(program->leader());
        }
        Delivery::TearDown();
    }
    static void set_user(Program& program, Uid uid) {
        auto* credentials = const_cast<Credentials*>(program.leader().credentials.load());
        credentials->uid = credentials->euid = credentials->suid = uid;
        credentials->effective = 0;
    }
    static bool got(Program& program, int signal = SIGUSR1) {
        const bool has = (program.process().signals.pending.set & signal_bit(signal)) != 0;
        program.run();
        for (int round = 0; round < 3; ++round) {
            program.return_to_program();
            signals().sys_rt_sigreturn(program.frame());
            program.frame().sp = Program::k_stack_top;
            (void)processes().take_events();
            program.process().signals.group_exit = false;
            program.leader().thread->user_work = 0;
        }
        return has;
    }
    Errno kill(Pid pid, int signal = SIGUSR1) {
        program_.run();
        const Result<void> result = signals().sys_kill(pid, signal);
        return result ? Errno{} : result.error();
    }

    Program child_{200, &program_.process()};
    Program stranger_{300};
};

TEST_F(Kill, NeedsTheSameUserOrTheRight) {
    EXPECT_EQ(kill(200), Errno{});
    EXPECT_TRUE(got(child_));
    EXPECT_EQ(kill(300), Errno::perm);
    EXPECT_EQ(kill(300, SIGCONT), Errno::perm);
    EXPECT_EQ(kill(300, 0), Errno::perm);
    EXPECT_EQ(kill(400), Errno::srch);
    EXPECT_EQ(kill(400, 99), Errno::srch);
    EXPECT_EQ(kill(200, 65), Errno::inval);
    EXPECT_EQ(kill(200, -1), Errno::inval);
    EXPECT_EQ(kill(200, 0), Errno{});
    EXPECT_FALSE(got(child_));
    stranger_.process().session = program_.process().session;
    EXPECT_EQ(kill(300, SIGCONT), Errno{});
    EXPECT_EQ(kill(300), Errno::perm);
    const_cast<Credentials*>(stranger_.leader().credentials.load())->suid = 1000;
    EXPECT_EQ(kill(300), Errno{}) << "a set-user-ID program";
    const_cast<Credentials*>(stranger_.leader().credentials.load())->suid = 1001;
    const_cast<Credentials*>(program_.leader().credentials.load())->effective = CapabilitySet{1} << 5;  // CAP_KILL
    EXPECT_EQ(kill(300), Errno{});
}

TEST_F(Kill, SaysWhoDidIt) {
    ASSERT_EQ(kill(200), Errno{});
    child_.run();
    child_.act(SIGUSR1, k_handler, SA_RESTORER | SA_SIGINFO);
    child_.return_to_program();
    const auto info = Program::get<SignalFrame>(child_.frame().sp).info;
    EXPECT_EQ(info.si_code, SI_USER);
    EXPECT_EQ(info._sifields._kill._pid, 100);
    EXPECT_EQ(info._sifields._kill._uid, 1000U);
    program_.run();
    ASSERT_TRUE(signals().sys_tgkill(200, 200, SIGUSR2));
    child_.run();
    EXPECT_EQ(child_.own().pending.set, 0U) << "it was fatal";
}

TEST_F(Kill, GroupsAndAll) {
    EXPECT_EQ(kill(0), Errno{});
    EXPECT_TRUE(got(child_));
    EXPECT_TRUE(got(program_));
    EXPECT_EQ(kill(-100), Errno{});
    EXPECT_TRUE(got(child_));
    EXPECT_TRUE(got(program_));
    EXPECT_EQ(kill(-300), Errno::perm);
    EXPECT_EQ(kill(-999), Errno::srch);
    EXPECT_EQ(kill(std::numeric_limits<Pid>::min()), Errno::srch);
    EXPECT_EQ(kill(-1), Errno{}) << "those that it may not do not count";
    EXPECT_TRUE(got(child_));
    EXPECT_FALSE(got(program_));
    EXPECT_FALSE(got(stranger_));
}

TEST_F(Kill, WhatWasReapedMeanwhile) {
    UserThread* const leader = std::exchange(child_.process().leader, nullptr);
    EXPECT_EQ(kill(200), Errno::srch);
    EXPECT_EQ(signals().sys_tkill(200, SIGUSR1).error(), Errno::srch);
    child_.process().leader = leader;
}

TEST_F(Kill, ThreadsByNumber) {
    UserThread& second = child_.add_thread(201);
    program_.run();
    EXPECT_EQ(kill(201), Errno{}) << "its process gets it";
    EXPECT_EQ(second.signals.pending.set, 0U);
    EXPECT_TRUE(got(child_));
    program_.run();
    EXPECT_TRUE(signals().sys_tkill(201, SIGUSR1));
    EXPECT_EQ(second.signals.pending.set, signal_bit(SIGUSR1));
    EXPECT_EQ(second.signals.pending.queue.front()->info.si_code, SI_TKILL);
    EXPECT_EQ(signals().sys_tgkill(100, 201, SIGUSR1).error(), Errno::srch);
    EXPECT_EQ(signals().sys_tgkill(0, 201, SIGUSR1).error(), Errno::inval);
    EXPECT_EQ(signals().sys_tkill(0, SIGUSR1).error(), Errno::inval);
    EXPECT_EQ(signals().sys_tkill(999, SIGUSR1).error(), Errno::srch);
    EXPECT_EQ(signals().sys_tkill(300, SIGUSR1).error(), Errno::perm);
    signals().flush(second);
}

TEST_F(Kill, QueuesWithAValue) {
    uapi::siginfo_t info{};
    info.si_signo = 1;
    info.si_code = SI_QUEUE;
    info._sifields._rt._sigval.sival_int = 1234;
    Program::put(Program::k_data, info);
    const UserPtr<const uapi::siginfo_t> from{Program::k_data};
    child_.run();
    child_.act(k_rt, k_handler, SA_RESTORER | SA_SIGINFO);
    Program::put(Program::k_data, info);
    program_.run();
    EXPECT_TRUE(signals().sys_rt_sigqueueinfo(200, k_rt, from));
    child_.run();
    child_.return_to_program();
    const auto got = Program::get<SignalFrame>(child_.frame().sp).info;
    EXPECT_EQ(got.si_signo, k_rt);
    EXPECT_EQ(got._sifields._rt._sigval.sival_int, 1234);
    program_.run();
    for (const int code : {SI_USER, SI_KERNEL, SI_TKILL}) {
        info.si_code = code;
        Program::put(Program::k_data, info);
        EXPECT_EQ(signals().sys_rt_sigqueueinfo(200, k_rt, from).error(), Errno::perm);
        EXPECT_EQ(signals().sys_rt_tgsigqueueinfo(200, 200, k_rt, from).error(), Errno::perm);
        EXPECT_TRUE(signals().sys_rt_sigqueueinfo(100, 0, from)) << "to itself";
    }
    info.si_code = -100;
    Program::put(Program::k_data, info);
    EXPECT_TRUE(signals().sys_rt_sigqueueinfo(200, k_rt, from));
    Program::put(Program::k_data + 127, std::uint8_t{1});
    EXPECT_EQ(signals().sys_rt_sigqueueinfo(200, k_rt, from).error(), Errno::toobig);
    EXPECT_EQ(signals().sys_rt_sigqueueinfo(200, k_rt, UserPtr<const uapi::siginfo_t>{16}).error(), Errno::fault);
    EXPECT_EQ(signals().sys_rt_sigqueueinfo(-1, k_rt, from).error(), Errno::toobig);
}

TEST_F(Delivery, MasksAndPendingAsSystemCalls) {
    const UserPtr<const SignalSet> set{Program::k_data};
    const UserPtr<SignalSet> old{Program::k_data + 8};
    const auto mask = [&](int how, SignalSet value) {
        Program::put(Program::k_data, value);
        EXPECT_TRUE(signals().sys_rt_sigprocmask(how, set, old, 8));
        return Program::get<SignalSet>(Program::k_data + 8);
    };
    EXPECT_EQ(mask(SIG_BLOCK, 6), 0U);
    EXPECT_EQ(mask(SIG_BLOCK, 1), 6U);
    EXPECT_EQ(mask(SIG_UNBLOCK, 2), 7U);
    EXPECT_EQ(mask(SIG_SETMASK, 0x30), 5U);
    EXPECT_EQ(program_.own().blocked, 0x30U);
    EXPECT_EQ(signals().sys_rt_sigprocmask(3, set, old, 8).error(), Errno::inval);
    EXPECT_TRUE(signals().sys_rt_sigprocmask(3, {}, old, 8));
    EXPECT_EQ(signals().sys_rt_sigprocmask(SIG_BLOCK, set, old, 4).error(), Errno::inval);
    EXPECT_EQ(signals().sys_rt_sigprocmask(SIG_BLOCK, UserPtr<const SignalSet>{8}, {}, 8).error(), Errno::fault);
    ASSERT_TRUE(send(5));
    ASSERT_TRUE(signals().send_thread(program_.leader(), kernel_signal(6)));
    ASSERT_TRUE(signals().sys_rt_sigpending(old, 8));
    EXPECT_EQ(Program::get<SignalSet>(Program::k_data + 8), 0x30U);
    EXPECT_EQ(signals().sys_rt_sigpending(old, 9).error(), Errno::inval);
}

TEST_F(Delivery, ActionsAreReadBack) {
    Program::put(Program::k_data, SignalAction{.handler = k_handler, .flags = ~std::uint64_t{0}, .restorer = 3, .mask = ~SignalSet{0}});
    EXPECT_TRUE(signals().sys_rt_sigaction(SIGHUP, UserPtr<const SignalAction>{Program::k_data}, UserPtr<SignalAction>{Program::k_data + 64}, 8));
    EXPECT_EQ(Program::get<SignalAction>(Program::k_data + 64).handler, 0U);
    EXPECT_TRUE(signals().sys_rt_sigaction(SIGHUP, {}, UserPtr<SignalAction>{Program::k_data}, 8));
    const auto action = Program::get<SignalAction>(Program::k_data);
    EXPECT_EQ(action.handler, k_handler);
    EXPECT_EQ(action.mask, ~k_unmaskable);
    EXPECT_EQ(action.restorer, 3U);
    EXPECT_EQ(action.flags & SA_UNSUPPORTED, 0U) << "so that programs see which flags there are";
    EXPECT_EQ(action.flags & (SA_RESTART | SA_SIGINFO | SA_ONSTACK | SA_RESTORER), std::uint64_t{SA_RESTART | SA_SIGINFO | SA_ONSTACK | SA_RESTORER});
    EXPECT_EQ(signals().sys_rt_sigaction(SIGHUP, {}, {}, 4).error(), Errno::inval);
}

}  // namespace
}  // namespace phx::task
