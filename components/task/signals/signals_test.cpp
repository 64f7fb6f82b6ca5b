// Which signals are delivered, in which order, and what they do by default.
#include <task/signals/delivery_test.hpp>

#include <aarch64-linux-gnu/include/asm/unistd.h>

namespace phx::task {

KernelSignals& signals() { return wiring::dut; }

namespace {

TEST_F(Delivery, RunAHandlerOnTheProgramsStackAndGoBack) {
    arch::UserFrame& frame = program_.frame();
    program_.act(SIGUSR1, k_handler, SA_RESTORER | SA_SIGINFO, signal_bit(SIGUSR2));
    block(signal_bit(SIGHUP));
    arch::FpState& fp = wiring::fake_user_mode.registers();
    fp.fpsr = 0x08000001;
    fp.fpcr = 0x00c00000;
    for (std::uint64_t i = 0; i < 32; ++i) {
        fp.v[i][0] = i;
        fp.v[i][1] = ~i;
    }
    frame.sp = Program::k_stack_top - 8;
    frame.pstate = PSR_N_BIT | PSR_C_BIT;
    const arch::UserFrame before = frame;
    const arch::FpState fp_before = fp;
    ASSERT_TRUE(signals().send(program_.process(), user_signal(SIGUSR1, 7, 8)));
    EXPECT_TRUE(program_.is_called());
    EXPECT_EQ(deliver(), SIGUSR1);
    EXPECT_FALSE(program_.is_called());

    EXPECT_EQ(frame.sp % 16, 0U);
    EXPECT_EQ(frame.x[1], frame.sp);
    EXPECT_EQ(frame.x[2], frame.sp + 128);
    EXPECT_EQ(frame.x[30], 0x7000U);
    EXPECT_EQ(frame.pstate, before.pstate);
    EXPECT_EQ(frame.x[29], frame.sp + sizeof(SignalFrame));
    EXPECT_LE(frame.x[29] + 16, before.sp);
    EXPECT_EQ(Program::get<FrameRecord>(frame.x[29]).fp, before.x[29]);
    EXPECT_EQ(Program::get<FrameRecord>(frame.x[29]).lr, before.x[30]);
    const auto on_stack = Program::get<SignalFrame>(frame.sp);
    EXPECT_EQ(on_stack.info.si_signo, SIGUSR1);
    EXPECT_EQ(on_stack.info.si_code, SI_USER);
    EXPECT_EQ(on_stack.info._sifields._kill._pid, 7);
    EXPECT_EQ(on_stack.info._sifields._kill._uid, 8U);
    EXPECT_EQ(on_stack.context.uc_flags, 0U);
    EXPECT_EQ(on_stack.context.uc_stack.ss_flags, SS_DISABLE);
    EXPECT_EQ(on_stack.context.uc_sigmask.sig[0], signal_bit(SIGHUP));
    const auto& context = on_stack.context.uc_mcontext;
    for (int i = 0; i < 31; ++i) {
        EXPECT_EQ(context.regs[i], before.x[i]);
    }
    EXPECT_EQ(context.sp, before.sp);
    EXPECT_EQ(context.pc, before.pc);
    EXPECT_EQ(context.pstate, before.pstate);
    struct uapi::fpsimd_context saved;
    std::memcpy(&saved, context.__reserved, sizeof saved);
    EXPECT_EQ(saved.head.magic, static_cast<unsigned>(FPSIMD_MAGIC));
    EXPECT_EQ(saved.head.size, 0x210U);
    EXPECT_EQ(saved.fpsr, fp.fpsr);
    EXPECT_EQ(saved.fpcr, fp.fpcr);
    EXPECT_EQ(std::memcmp(saved.vregs, fp.v, sizeof fp.v), 0);
    std::uint64_t end = 0;
    std::memcpy(&end, context.__reserved + sizeof saved, sizeof end);
    EXPECT_EQ(end, 0U);
    EXPECT_EQ(program_.own().blocked, signal_bit(SIGHUP) | signal_bit(SIGUSR1) | signal_bit(SIGUSR2));

    fp = {};
    for (std::uint64_t& x : frame.x) {
        x = 0;
    }
    frame.call = __NR_rt_sigreturn;
    go_back();
    EXPECT_EQ(std::memcmp(frame.x, before.x, sizeof before.x), 0);
    EXPECT_EQ(frame.sp, before.sp);
    EXPECT_EQ(frame.pc, before.pc);
    EXPECT_EQ(frame.pstate, before.pstate);
    EXPECT_EQ(frame.call, -1);
    EXPECT_EQ(std::memcmp(&fp, &fp_before, k_fp_size), 0);
    EXPECT_EQ(program_.own().blocked, signal_bit(SIGHUP));
    EXPECT_TRUE(events().empty());
}

TEST_F(Delivery, WithoutSigInfoTheOtherArgumentsStay) {
    program_.act(SIGUSR1, k_handler);
    ASSERT_TRUE(send(SIGUSR1));
    EXPECT_EQ(deliver(), SIGUSR1);
    EXPECT_EQ(program_.frame().x[1], 0x1001U);
    EXPECT_EQ(program_.frame().x[2], 0x1002U);
}

TEST_F(Delivery, NestInTheOrderOfTheirNumbers) {
    program_.act(SIGUSR1, k_handler);
    program_.act(SIGUSR2, k_handler + 4);
    ASSERT_TRUE(send(SIGUSR2));
    ASSERT_TRUE(send(SIGUSR1));
    program_.return_to_program();
    // The later one is on top, and returns to the start of the earlier.
    EXPECT_EQ(program_.frame().pc, k_handler + 4);
    go_back();
    EXPECT_EQ(program_.frame().pc, k_handler);
    EXPECT_EQ(program_.frame().x[0], static_cast<std::uint64_t>(SIGUSR1));
    go_back();
    EXPECT_EQ(program_.frame().pc, Program::k_code);
}

TEST_F(Delivery, WhatTheThreadDidItselfComesFirst) {
    program_.act(SIGHUP, k_handler);
    program_.act(SIGSEGV, k_handler + 4);
    ASSERT_TRUE(signals().send_thread(program_.leader(), kernel_signal(SIGHUP)));
    signals().force_fault(fault_signal(SIGSEGV, SEGV_MAPERR, UserAddr{0x1234}), 0x1234, 0x92000046);
    program_.return_to_program();
    EXPECT_EQ(program_.frame().pc, k_handler) << "SIGHUP on top of it";
    go_back();
    EXPECT_EQ(program_.frame().pc, k_handler + 4);
    const auto frame = Program::get<SignalFrame>(program_.frame().sp);
    EXPECT_EQ(frame.context.uc_mcontext.fault_address, 0x1234U);
    struct uapi::esr_context syndrome;
    std::memcpy(&syndrome, frame.context.uc_mcontext.__reserved + sizeof(struct uapi::fpsimd_context), sizeof syndrome);
    EXPECT_EQ(syndrome.head.magic, static_cast<unsigned>(ESR_MAGIC));
    EXPECT_EQ(syndrome.head.size, 16U);
    EXPECT_EQ(syndrome.esr, 0x92000046U);
    go_back();
    EXPECT_EQ(program_.frame().pc, Program::k_code) << "a frame with the record is read as well";
    EXPECT_TRUE(events().empty());
}

TEST_F(Delivery, BlockedOnesWait) {
    program_.act(SIGUSR1, k_handler);
    block(signal_bit(SIGUSR1));
    ASSERT_TRUE(send(SIGUSR1));
    EXPECT_FALSE(program_.is_called());
    EXPECT_EQ(deliver(), 0);
    block(0);
    EXPECT_TRUE(program_.is_called());
    EXPECT_EQ(deliver(), SIGUSR1);
}

TEST_F(Delivery, KillAndStopCannotBeBlocked) {
    block(~SignalSet{0});
    EXPECT_EQ(program_.own().blocked, ~k_unmaskable);
    Program::put(Program::k_data, ~SignalSet{0});
    EXPECT_TRUE(signals().sys_rt_sigprocmask(SIG_BLOCK, UserPtr<const SignalSet>{Program::k_data}, {}, 8));
    EXPECT_EQ(program_.own().blocked, ~k_unmaskable);
    for (const int signal : {SIGKILL, SIGSTOP, 0, 65, -1}) {
        EXPECT_EQ(signals().sys_rt_sigaction(signal, UserPtr<const SignalAction>{Program::k_data}, {}, 8).error(), Errno::inval);
    }
    EXPECT_TRUE(signals().sys_rt_sigaction(SIGKILL, {}, UserPtr<SignalAction>{Program::k_data}, 8));
    ASSERT_TRUE(send(SIGKILL));
    EXPECT_EQ(events(), (std::vector<Event>{{Event::called_to_end, 100, SIGKILL}}));
    EXPECT_THROW(program_.return_to_program(), FakeProcesses::Ended);
}

TEST_F(Delivery, StandardOnesArePendingOnceRealTimeOnesInOrder) {
    program_.act(SIGUSR1, k_handler);
    program_.act(k_rt, k_handler, SA_RESTORER | SA_SIGINFO);
    block(signal_bit(SIGUSR1) | signal_bit(k_rt));
    for (int i = 0; i < 3; ++i) {
        ASSERT_TRUE(signals().send(program_.process(), user_signal(SIGUSR1, i, 0)));
        ASSERT_TRUE(signals().send(program_.process(), user_signal(k_rt, i, 0, SI_QUEUE)));
    }
    EXPECT_EQ(program_.process().signals.queued, 4U);
    block(0);
    // Each on top of the one before, as SIGUSR1 does not block the other.
    program_.act(k_rt, k_handler, SA_RESTORER | SA_SIGINFO | SA_NODEFER);
    EXPECT_EQ(deliver(), k_rt);
    for (int i = 2; i >= 0; --i) {
        EXPECT_EQ(program_.frame().x[0], static_cast<std::uint64_t>(k_rt));
        EXPECT_EQ(Program::get<SignalFrame>(program_.frame().sp).info._sifields._rt._pid, i);
        go_back();
    }
    EXPECT_EQ(program_.frame().x[0], static_cast<std::uint64_t>(SIGUSR1));
    go_back();
    EXPECT_EQ(program_.frame().pc, Program::k_code);
    EXPECT_EQ(program_.process().signals.queued, 0U);
}

TEST_F(Delivery, AHandlerBlocksItsOwnSignal) {
    program_.act(SIGUSR1, k_handler);
    ASSERT_TRUE(send(SIGUSR1));
    EXPECT_EQ(deliver(), SIGUSR1);
    const std::uint64_t sp = program_.frame().sp;
    ASSERT_TRUE(send(SIGUSR1));
    program_.return_to_program();
    EXPECT_EQ(program_.frame().sp, sp);
    go_back();
    EXPECT_TRUE(program_.is_called());
    EXPECT_EQ(deliver(), SIGUSR1);
}

TEST_F(Delivery, ResetHandRunsOnce) {
    program_.act(SIGUSR1, k_handler, SA_RESTORER | SA_RESETHAND);
    ASSERT_TRUE(send(SIGUSR1));
    EXPECT_EQ(deliver(), SIGUSR1);
    go_back();
    ASSERT_TRUE(send(SIGUSR1));
    EXPECT_EQ(events(), (std::vector<Event>{{Event::called_to_end, 100, SIGUSR1}}));
}

TEST_F(Delivery, IgnoredOnesAreNotKeptUnlessBlocked) {
    ASSERT_TRUE(send(SIGCHLD));
    EXPECT_EQ(pending(), 0U);
    block(signal_bit(SIGCHLD));
    ASSERT_TRUE(send(SIGCHLD));
    EXPECT_EQ(pending(), signal_bit(SIGCHLD));
    program_.act(SIGCHLD, SignalAction::k_default);
    EXPECT_EQ(pending(), 0U) << "ignored by default, and so dropped by saying so";
    ASSERT_TRUE(send(SIGCHLD));
    program_.act(SIGCHLD, k_handler);
    block(0);
    EXPECT_EQ(deliver(), SIGCHLD);
    go_back();

    program_.act(SIGUSR1, SignalAction::k_ignore);
    ASSERT_TRUE(send(SIGUSR1));
    EXPECT_EQ(pending(), 0U);
    block(signal_bit(SIGUSR1));
    ASSERT_TRUE(send(SIGUSR1));
    ASSERT_TRUE(signals().send_thread(program_.leader(), kernel_signal(SIGUSR1)));
    EXPECT_EQ(pending(), signal_bit(SIGUSR1));
    block(0);
    EXPECT_EQ(deliver(), 0);
    EXPECT_EQ(pending(), 0U);
    EXPECT_TRUE(events().empty());
}

TEST_F(Delivery, DefaultActionsEndTheProcess) {
    const SignalSet all = ~SignalSet{0} & ~k_not_fatal;
    for (int signal = 1; signal <= k_signals; ++signal) {
        ASSERT_TRUE(send(signal));
        const auto happened = events();
        if ((all & signal_bit(signal)) != 0) {
            EXPECT_EQ(happened, (std::vector<Event>{{Event::called_to_end, 100, signal}}));
            program_.process().signals.group_exit = false;
        } else {
            EXPECT_TRUE(happened.empty()) << signal;
        }
        program_.leader().thread->user_work = 0;
    }
    // What is sent to a process that ends, or has ended, is lost.
    ASSERT_TRUE(send(SIGKILL));
    ASSERT_TRUE(send(SIGKILL));
    EXPECT_EQ(events().size(), 1U);
    signals().end(program_.process());
    EXPECT_TRUE(send(SIGTERM));
    EXPECT_EQ(signals().action(program_.process(), SIGTERM).handler, SignalAction::k_ignore);
}

TEST_F(Delivery, ABlockedFatalOneEndsItLater) {
    block(signal_bit(SIGTERM));
    ASSERT_TRUE(send(SIGTERM));
    EXPECT_TRUE(events().empty());
    block(0);
    EXPECT_THROW(program_.return_to_program(), FakeProcesses::Ended);
    EXPECT_EQ(events(), (std::vector<Event>{{Event::called_to_end, 100, SIGTERM}}));
}

TEST_F(Delivery, RealTimeOnesHaveALimit) {
    program_.act(k_rt, k_handler);
    program_.act(SIGUSR1, k_handler);
    block(~SignalSet{0});
    program_.process().limits[11].soft = 2;  // RLIMIT_SIGPENDING
    ASSERT_TRUE(signals().send(program_.process(), user_signal(k_rt, 1, 0, SI_QUEUE)));
    ASSERT_TRUE(signals().send(program_.process(), user_signal(k_rt, 2, 0, SI_QUEUE)));
    EXPECT_EQ(signals().send(program_.process(), user_signal(k_rt, 3, 0, SI_QUEUE)).error(), Errno::again);
    EXPECT_EQ(signals().send_thread(program_.leader(), user_signal(k_rt, 3, 0, SI_TKILL)).error(), Errno::again);
    EXPECT_TRUE(signals().send(program_.process(), user_signal(k_rt, 3, 0, SI_USER))) << "kill(2) needs no memory";
    EXPECT_TRUE(signals().send(program_.process(), user_signal(SIGUSR1, 3, 0))) << "the kernel's and kill's always get through";
    wiring::fake_heap.fail_after(0);
    EXPECT_TRUE(signals().send(program_.process(), user_signal(SIGUSR2, 3, 0)));
    EXPECT_TRUE((pending() & signal_bit(SIGUSR2)) != 0);
    wiring::fake_heap.fail_after(UINT64_MAX);
}

TEST_F(Delivery, StopAndContinueUndoEachOther) {
    program_.act(SIGCONT, k_handler);
    program_.act(SIGTSTP, k_handler);
    block(signal_bit(SIGCONT) | signal_bit(SIGTSTP) | signal_bit(SIGTTIN));
    ASSERT_TRUE(send(SIGTSTP));
    ASSERT_TRUE(send(SIGTTIN));
    EXPECT_EQ(pending(), signal_bit(SIGTSTP) | signal_bit(SIGTTIN));
    ASSERT_TRUE(signals().send_thread(program_.leader(), kernel_signal(SIGCONT)));
    EXPECT_EQ(pending(), signal_bit(SIGCONT));
    ASSERT_TRUE(send(SIGTSTP));
    EXPECT_EQ(pending(), signal_bit(SIGTSTP));
    EXPECT_EQ(program_.process().signals.queued, 1U);
}

TEST_F(Delivery, AnOrphanedGroupDoesNotStopForTheTerminal) {
    processes().set_orphaned(true);
    ASSERT_TRUE(send(SIGTSTP));
    ASSERT_TRUE(send(SIGTTOU));
    EXPECT_EQ(deliver(), 0);
    EXPECT_FALSE(program_.process().signals.stopped);
    EXPECT_EQ(pending(), 0U);
}

TEST_F(Delivery, ForcedOnesAreNeitherBlockedNorIgnored) {
    program_.act(SIGSEGV, k_handler);
    signals().force(kernel_signal(SIGSEGV));
    EXPECT_EQ(deliver(), SIGSEGV);
    // In its handler it is blocked.
    signals().force(kernel_signal(SIGSEGV));
    EXPECT_EQ(events(), (std::vector<Event>{{Event::called_to_end, 100, SIGSEGV}}));
}

TEST_F(Delivery, ForcedIgnoredOneKills) {
    program_.act(SIGILL, SignalAction::k_ignore);
    signals().force(kernel_signal(SIGILL));
    EXPECT_EQ(events(), (std::vector<Event>{{Event::called_to_end, 100, SIGILL}}));
}

TEST_F(Delivery, AStackThatCannotHoldTheFrameIsASegmentationFault) {
    program_.act(SIGUSR1, k_handler);
    program_.frame().sp = 0x1000;
    ASSERT_TRUE(send(SIGUSR1));
    EXPECT_THROW(program_.return_to_program(), FakeProcesses::Ended);
    EXPECT_EQ(events(), (std::vector<Event>{{Event::called_to_end, 100, SIGSEGV}}));
}

TEST_F(Delivery, TheHandlerOfThatRunsOnTheOtherStack) {
    program_.act(SIGUSR1, k_handler);
    program_.act(SIGSEGV, k_handler, SA_RESTORER | SA_ONSTACK | SA_SIGINFO);
    Program::put(Program::k_data, uapi::stack_t{.ss_sp = reinterpret_cast<void*>(Program::k_data), .ss_flags = 0, .ss_size = 0x4000});
    ASSERT_TRUE(signals().sys_sigaltstack(UserPtr<const uapi::stack_t>{Program::k_data}, {}));
    program_.frame().sp = 64;
    ASSERT_TRUE(send(SIGUSR1));
    EXPECT_EQ(deliver(), SIGSEGV);
    EXPECT_GT(program_.frame().sp, Program::k_data);
    EXPECT_LT(program_.frame().sp, Program::k_data + 0x4000);
    EXPECT_EQ(Program::get<SignalFrame>(program_.frame().sp).info.si_code, SI_KERNEL);
    EXPECT_EQ(Program::get<SignalFrame>(program_.frame().sp).context.uc_mcontext.sp, 64U);
}

TEST_F(Delivery, SegmentationFaultsHandlerWithoutAStackIsTheEnd) {
    program_.act(SIGSEGV, k_handler);
    program_.frame().sp = 64;
    signals().force(fault_signal(SIGSEGV, SEGV_MAPERR, UserAddr{1}));
    EXPECT_THROW(program_.return_to_program(), FakeProcesses::Ended);
    EXPECT_EQ(events(), (std::vector<Event>{{Event::called_to_end, 100, SIGSEGV}}));
}

TEST_F(Delivery, ProcessOneIsSafeFromWhatItDoesNotHandle) {
    Program init{1};
    init.run();
    const auto to_init = [&](int signal) { return signals().send(init.process(), kernel_signal(signal)); };
    for (int signal = 1; signal <= k_signals; ++signal) {
        EXPECT_TRUE(to_init(signal));
    }
    EXPECT_EQ(init.process().signals.pending.set, 0U);
    init.act(SIGTERM, k_handler);
    ASSERT_TRUE(to_init(SIGTERM));
    init.return_to_program();
    EXPECT_EQ(init.frame().pc, k_handler);
    // One that was kept as it was blocked is dropped when it comes to that.
    signals().set_blocked(signal_bit(SIGQUIT));
    ASSERT_TRUE(to_init(SIGQUIT));
    signals().set_blocked(0);
    init.return_to_program();
    EXPECT_TRUE(events().empty());
    signals().force(kernel_signal(SIGSEGV));
    EXPECT_EQ(events(), (std::vector<Event>{{Event::called_to_end, 1, SIGSEGV}}));
    signals().end(init.process());
    program_.run();
}

TEST_F(Delivery, ThreadsShareTheirProcesssSignals) {
    UserThread& other = program_.add_thread(101);
    program_.act(SIGUSR1, k_handler);
    block(signal_bit(SIGUSR1));
    ASSERT_TRUE(send(SIGUSR1));
    EXPECT_FALSE(program_.is_called());
    EXPECT_TRUE((other.thread->user_work & arch::k_signal_pending) != 0) << "the one that does not block it";
    // That one blocks it too, before it has looked: the first is told.
    program_.run(other);
    block(0);
    program_.run();
    block(0);
    program_.run(other);
    block(signal_bit(SIGUSR1));
    EXPECT_TRUE(program_.is_called());
    program_.run();
    EXPECT_EQ(deliver(), SIGUSR1);
    // One for a thread is that thread's.
    ASSERT_TRUE(signals().send_thread(other, kernel_signal(SIGUSR1)));
    go_back();
    EXPECT_EQ(deliver(), 0);
    EXPECT_EQ(other.signals.pending.set, signal_bit(SIGUSR1));
    // A thread that ends takes its own along, and leaves the process's to others.
    block(signal_bit(SIGUSR1));
    program_.run(other);
    block(0);
    ASSERT_TRUE(send(SIGUSR1));
    program_.run();
    block(0);
    program_.run(other);
    program_.leader().thread->user_work = 0;
    signals().flush(other);
    EXPECT_TRUE(program_.is_called());
    EXPECT_EQ(other.signals.pending.set, 0U);
    program_.run();
    EXPECT_EQ(deliver(), SIGUSR1);
}

TEST_F(Delivery, AreResetByExecutingAProgram) {
    program_.act(SIGHUP, k_handler);
    program_.act(SIGINT, SignalAction::k_ignore);
    SignalHandlers* const shared = program_.process().signals.handlers;
    shared->retain();
    ASSERT_TRUE(signals().reset_handlers(program_.leader()));
    EXPECT_NE(program_.process().signals.handlers, shared);
    EXPECT_EQ(shared->actions[SIGHUP - 1].handler, k_handler) << "the others' stay";
    EXPECT_EQ(signals().action(program_.process(), SIGHUP).handler, SignalAction::k_default);
    EXPECT_EQ(signals().action(program_.process(), SIGINT).handler, SignalAction::k_ignore);
    EXPECT_TRUE(signals().is_ignored_or_blocked(program_.leader(), SIGINT));
    EXPECT_FALSE(signals().is_ignored_or_blocked(program_.leader(), SIGHUP));
    ASSERT_TRUE(shared->drop());
    shared->end();
}

// A timer's signal.
struct Source final : SignalSource {
    void on_taken(SignalInfo& info) override {
        ++taken;
        info._sifields._timer._overrun = 5;
    }
    int taken = 0;
};

TEST_F(Delivery, ASourcesSignalIsItsOwn) {
    Source source;
    QueuedSignal signal;
    signal.source = &source;
    signal.info = kernel_signal(k_rt);
    signal.info.si_code = SI_TIMER;
    program_.act(k_rt, k_handler, SA_RESTORER | SA_SIGINFO);
    ASSERT_TRUE(signals().send_own(program_.process(), nullptr, signal));
    EXPECT_EQ(signals().send_own(program_.process(), nullptr, signal).error(), Errno::busy);
    EXPECT_EQ(source.taken, 0);
    EXPECT_EQ(deliver(), k_rt);
    EXPECT_EQ(source.taken, 1);
    EXPECT_EQ(Program::get<SignalFrame>(program_.frame().sp).info._sifields._timer._overrun, 5);
    ASSERT_TRUE(signals().send_own(program_.process(), &program_.leader(), signal)) << "blocked by the handler";
    signals().withdraw(program_.process(), signal);
    EXPECT_EQ(pending(), 0U);
    EXPECT_FALSE(signal.is_linked());
    go_back();
    program_.act(k_rt, SignalAction::k_ignore);
    EXPECT_EQ(signals().send_own(program_.process(), nullptr, signal).error(), Errno::srch);
    EXPECT_EQ(source.taken, 1);
    signals().end(program_.process());
    EXPECT_EQ(signals().send_own(program_.process(), nullptr, signal).error(), Errno::srch);
}

TEST_F(Delivery, NewThreadsHaveTheirMakersMask) {
    block(12);
    program_.own().stack_base = 0x1000;
    program_.own().stack_size = 0x8000;
    program_.own().stack_flags = 0;
    UserThread& fork = program_.add_thread(101);
    signals().start_thread(fork, 0);
    EXPECT_EQ(fork.signals.blocked, 12U);
    EXPECT_EQ(fork.signals.stack_size, 0x8000U);
    UserThread& thread = program_.add_thread(102);
    signals().start_thread(thread, 0x100);  // CLONE_VM
    EXPECT_EQ(thread.signals.stack_size, 0U);
    EXPECT_EQ(thread.signals.stack_flags, static_cast<std::uint32_t>(SS_DISABLE));
    signals().flush(fork);
    signals().flush(thread);
}

}  // namespace
}  // namespace phx::task
