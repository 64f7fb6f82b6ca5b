#include <task/signals/signals.hpp>

#include <gtest/gtest.h>

#include <task/signals/program_test.hpp>

#include <aarch64-linux-gnu/include/asm/unistd.h>

namespace phx::task {

KernelSignals& signals() { return wiring::dut; }

namespace {

using Event = FakeProcesses::Event;

constexpr std::uint64_t k_handler = 0x50'0000;
constexpr int k_rt = 40;  // a real-time signal

class Signals : public ::testing::Test {
protected:
    void SetUp() override {
        arch::host::user_memory.reset();
        wiring::fake_user_mode.reset();
        program_.run();
    }
    void TearDown() override {
        signals().flush(program_.leader());
        signals().end(program_.process());
        EXPECT_EQ(program_.process().signals.queued, 0U);
        processes().reset();
        arch::set_current(&arch::host::first_head);
    }

    Result<void> send(int signal) { return signals().send(program_.process(), kernel_signal(signal)); }
    [[nodiscard]] SignalSet pending() { return program_.process().signals.pending.set | program_.own().pending.set; }
    void block(SignalSet set) { signals().set_blocked(set); }
    [[nodiscard]] std::vector<Event> events() { return processes().take_events(); }
    // The signal whose handler is about to run; 0: none is.
    int deliver() {
        program_.return_to_program();
        return program_.frame().pc == k_handler ? static_cast<int>(program_.frame().x[0]) : 0;
    }
    void go_back() { signals().sys_rt_sigreturn(program_.frame()); }

    Program program_;
};

TEST_F(Signals, RunAHandlerOnTheProgramsStackAndGoBack) {
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

TEST_F(Signals, WithoutSigInfoTheOtherArgumentsStay) {
    program_.act(SIGUSR1, k_handler);
    ASSERT_TRUE(send(SIGUSR1));
    EXPECT_EQ(deliver(), SIGUSR1);
    EXPECT_EQ(program_.frame().x[1], 0x1001U);
    EXPECT_EQ(program_.frame().x[2], 0x1002U);
}

TEST_F(Signals, NestInTheOrderOfTheirNumbers) {
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

TEST_F(Signals, WhatTheThreadDidItselfComesFirst) {
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

TEST_F(Signals, BlockedOnesWait) {
    program_.act(SIGUSR1, k_handler);
    block(signal_bit(SIGUSR1));
    ASSERT_TRUE(send(SIGUSR1));
    EXPECT_FALSE(program_.is_called());
    EXPECT_EQ(deliver(), 0);
    block(0);
    EXPECT_TRUE(program_.is_called());
    EXPECT_EQ(deliver(), SIGUSR1);
}

TEST_F(Signals, KillAndStopCannotBeBlocked) {
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

TEST_F(Signals, StandardOnesArePendingOnceRealTimeOnesInOrder) {
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

TEST_F(Signals, AHandlerBlocksItsOwnSignal) {
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

TEST_F(Signals, ResetHandRunsOnce) {
    program_.act(SIGUSR1, k_handler, SA_RESTORER | SA_RESETHAND);
    ASSERT_TRUE(send(SIGUSR1));
    EXPECT_EQ(deliver(), SIGUSR1);
    go_back();
    ASSERT_TRUE(send(SIGUSR1));
    EXPECT_EQ(events(), (std::vector<Event>{{Event::called_to_end, 100, SIGUSR1}}));
}

TEST_F(Signals, IgnoredOnesAreNotKeptUnlessBlocked) {
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

TEST_F(Signals, DefaultActionsEndTheProcess) {
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

TEST_F(Signals, ABlockedFatalOneEndsItLater) {
    block(signal_bit(SIGTERM));
    ASSERT_TRUE(send(SIGTERM));
    EXPECT_TRUE(events().empty());
    block(0);
    EXPECT_THROW(program_.return_to_program(), FakeProcesses::Ended);
    EXPECT_EQ(events(), (std::vector<Event>{{Event::called_to_end, 100, SIGTERM}}));
}

TEST_F(Signals, RealTimeOnesHaveALimit) {
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

TEST_F(Signals, StopAndContinueUndoEachOther) {
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

TEST_F(Signals, AnOrphanedGroupDoesNotStopForTheTerminal) {
    processes().set_orphaned(true);
    ASSERT_TRUE(send(SIGTSTP));
    ASSERT_TRUE(send(SIGTTOU));
    EXPECT_EQ(deliver(), 0);
    EXPECT_FALSE(program_.process().signals.stopped);
    EXPECT_EQ(pending(), 0U);
}

TEST_F(Signals, ForcedOnesAreNeitherBlockedNorIgnored) {
    program_.act(SIGSEGV, k_handler);
    signals().force(kernel_signal(SIGSEGV));
    EXPECT_EQ(deliver(), SIGSEGV);
    // In its handler it is blocked.
    signals().force(kernel_signal(SIGSEGV));
    EXPECT_EQ(events(), (std::vector<Event>{{Event::called_to_end, 100, SIGSEGV}}));
}

TEST_F(Signals, ForcedIgnoredOneKills) {
    program_.act(SIGILL, SignalAction::k_ignore);
    signals().force(kernel_signal(SIGILL));
    EXPECT_EQ(events(), (std::vector<Event>{{Event::called_to_end, 100, SIGILL}}));
}

TEST_F(Signals, AStackThatCannotHoldTheFrameIsASegmentationFault) {
    program_.act(SIGUSR1, k_handler);
    program_.frame().sp = 0x1000;
    ASSERT_TRUE(send(SIGUSR1));
    EXPECT_THROW(program_.return_to_program(), FakeProcesses::Ended);
    EXPECT_EQ(events(), (std::vector<Event>{{Event::called_to_end, 100, SIGSEGV}}));
}

TEST_F(Signals, TheHandlerOfThatRunsOnTheOtherStack) {
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

TEST_F(Signals, SegmentationFaultsHandlerWithoutAStackIsTheEnd) {
    program_.act(SIGSEGV, k_handler);
    program_.frame().sp = 64;
    signals().force(fault_signal(SIGSEGV, SEGV_MAPERR, UserAddr{1}));
    EXPECT_THROW(program_.return_to_program(), FakeProcesses::Ended);
    EXPECT_EQ(events(), (std::vector<Event>{{Event::called_to_end, 100, SIGSEGV}}));
}

TEST_F(Signals, ProcessOneIsSafeFromWhatItDoesNotHandle) {
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

// As on Linux: what the registers are after a call that was interrupted, by handler (none, one, one with SA_RESTART).
struct Restart {
    Errno error;
    bool handler;
    std::uint64_t flags;
    bool again;
    bool block = false;
};

class Restarts : public Signals, public ::testing::WithParamInterface<Restart> {};

TEST_P(Restarts, AsLinuxDoes) {
    const Restart& want = GetParam();
    arch::UserFrame& frame = program_.frame();
    program_.act(SIGUSR1, want.handler ? k_handler : SignalAction::k_ignore, SA_RESTORER | want.flags);
    frame.call = __NR_read;
    frame.original_x0 = 77;
    frame.x[8] = __NR_read;
    block(signal_bit(SIGUSR1));
    ASSERT_TRUE(send(SIGUSR1));
    block(0);
    program_.finish_call(-static_cast<int>(want.error));
    if (want.handler) {
        EXPECT_EQ(frame.pc, k_handler);
        go_back();
    }
    EXPECT_EQ(frame.pc, want.again ? Program::k_code - 4 : Program::k_code);
    EXPECT_EQ(static_cast<std::int64_t>(frame.x[0]), want.again ? 77 : -EINTR);
    EXPECT_EQ(frame.x[8], static_cast<std::uint64_t>(want.block ? __NR_restart_syscall : __NR_read));
    EXPECT_EQ(frame.call, -1);
}

INSTANTIATE_TEST_SUITE_P(Table, Restarts,
                         ::testing::Values(Restart{Errno::restart_sys, false, 0, true}, Restart{Errno::restart_sys, true, 0, false},
                                           Restart{Errno::restart_sys, true, SA_RESTART, true}, Restart{Errno::restart_no_intr, false, 0, true},
                                           Restart{Errno::restart_no_intr, true, 0, true}, Restart{Errno::restart_no_intr, true, SA_RESTART, true},
                                           Restart{Errno::restart_no_hand, false, 0, true}, Restart{Errno::restart_no_hand, true, 0, false},
                                           Restart{Errno::restart_no_hand, true, SA_RESTART, false},
                                           Restart{Errno::restart_block, false, 0, true, true}, Restart{Errno::restart_block, true, 0, false},
                                           Restart{Errno::restart_block, true, SA_RESTART, false}));

TEST_F(Signals, OtherResultsAndExceptionsAreLeftAlone) {
    program_.act(SIGUSR1, k_handler);
    arch::UserFrame& frame = program_.frame();
    for (const std::int64_t result : {std::int64_t{5}, -std::int64_t{EINTR}, std::int64_t{512}}) {
        frame.call = __NR_read;
        ASSERT_TRUE(send(SIGUSR1));
        program_.finish_call(result);
        go_back();
        EXPECT_EQ(frame.pc, Program::k_code);
        EXPECT_EQ(static_cast<std::int64_t>(frame.x[0]), result);
    }
    frame.call = -1;
    ASSERT_TRUE(send(SIGUSR1));
    program_.finish_call(-512);
    go_back();
    EXPECT_EQ(frame.pc, Program::k_code) << "that number was in a register of the program's";
}

TEST_F(Signals, ABorrowedMaskIsGivenBackByTheHandler) {
    program_.act(SIGUSR1, k_handler);
    block(signal_bit(SIGUSR1));
    ASSERT_TRUE(send(SIGUSR1));
    arch::UserFrame& frame = program_.frame();
    frame.call = __NR_rt_sigsuspend;
    signals().borrow_mask(0);
    EXPECT_EQ(program_.own().blocked, 0U);
    program_.finish_call(-static_cast<int>(Errno::restart_no_hand));
    EXPECT_EQ(frame.pc, k_handler);
    EXPECT_EQ(program_.own().blocked, signal_bit(SIGUSR1));
    go_back();
    EXPECT_EQ(static_cast<std::int64_t>(frame.x[0]), -EINTR);
    EXPECT_EQ(program_.own().blocked, signal_bit(SIGUSR1));
    EXPECT_FALSE(program_.own().restore_blocked);
}

TEST_F(Signals, ABorrowedMaskIsGivenBackWithoutAHandler) {
    program_.act(SIGUSR1, k_handler);
    block(signal_bit(SIGUSR1));
    signals().borrow_mask(signal_bit(SIGUSR2));
    EXPECT_EQ(program_.own().blocked, signal_bit(SIGUSR2));
    signals().give_back_mask();
    EXPECT_EQ(program_.own().blocked, signal_bit(SIGUSR1));
    signals().borrow_mask(signal_bit(SIGHUP));
    ASSERT_TRUE(send(SIGHUP));
    EXPECT_THROW(deliver(), FakeProcesses::Ended);
    EXPECT_EQ(program_.own().blocked, signal_bit(SIGUSR1));
    EXPECT_EQ(events().size(), 1U) << "what the old mask lets through is acted on";
}

TEST_F(Signals, RestartSyscallCallsWhatWasLeft) {
    EXPECT_EQ(signals().sys_restart_syscall().error(), Errno::intr);
    RestartBlock block{.function = [](const RestartBlock& left) -> Result<std::int64_t> { return static_cast<std::int64_t>(left.words[0] + 1); }};
    block.words[0] = 41;
    EXPECT_EQ(signals().restart_later(block), Errno::restart_block);
    EXPECT_EQ(*signals().sys_restart_syscall(), 42);
    program_.act(SIGUSR1, k_handler);
    ASSERT_TRUE(send(SIGUSR1));
    EXPECT_EQ(deliver(), SIGUSR1);
    go_back();
    EXPECT_EQ(signals().sys_restart_syscall().error(), Errno::intr) << "a handler ran";
}

class AltStack : public Signals {
protected:
    static constexpr std::uint64_t k_base = Program::k_data + 0x1000;

    Result<void> set(std::uint64_t base, int flags, std::uint64_t size) {
        Program::put(Program::k_data, uapi::stack_t{.ss_sp = reinterpret_cast<void*>(base), .ss_flags = flags, .ss_size = size});
        return signals().sys_sigaltstack(UserPtr<const uapi::stack_t>{Program::k_data}, {});
    }
    uapi::stack_t get() {
        EXPECT_TRUE(signals().sys_sigaltstack({}, UserPtr<uapi::stack_t>{Program::k_data}));
        return Program::get<uapi::stack_t>(Program::k_data);
    }
};

TEST_F(AltStack, IsWhatItWasSetTo) {
    EXPECT_EQ(get().ss_flags, SS_DISABLE);
    EXPECT_EQ(set(k_base, 0, 5119).error(), Errno::nomem);
    EXPECT_EQ(set(k_base, 4, 0x4000).error(), Errno::inval);
    ASSERT_TRUE(set(k_base, 0, 0x4000));
    EXPECT_EQ(get().ss_flags, 0);
    EXPECT_EQ(get().ss_size, 0x4000U);
    EXPECT_EQ(get().ss_sp, reinterpret_cast<void*>(k_base));
    program_.frame().sp = k_base + 0x4000;
    EXPECT_EQ(get().ss_flags, SS_ONSTACK);
    EXPECT_EQ(set(k_base, 0, 0x4000).error(), Errno::perm);
    EXPECT_EQ(set(k_base, SS_DISABLE, 0).error(), Errno::perm);
    program_.frame().sp = k_base;
    EXPECT_EQ(get().ss_flags, 0);
    ASSERT_TRUE(set(k_base, SS_DISABLE, 0x4000));
    EXPECT_EQ(get().ss_flags, SS_DISABLE);
    EXPECT_EQ(get().ss_sp, nullptr);
    EXPECT_EQ(get().ss_size, 0U);
    EXPECT_EQ(signals().sys_sigaltstack(UserPtr<const uapi::stack_t>{8}, {}).error(), Errno::fault);
}

TEST_F(AltStack, HandlersThatAskForItRunThereAndNestThere) {
    ASSERT_TRUE(set(k_base, SS_ONSTACK, 0x4000));
    program_.act(SIGUSR1, k_handler, SA_RESTORER | SA_ONSTACK);
    program_.act(SIGUSR2, k_handler + 4, SA_RESTORER | SA_ONSTACK);
    program_.act(SIGHUP, k_handler + 8, SA_RESTORER);
    ASSERT_TRUE(send(SIGHUP));
    program_.return_to_program();
    EXPECT_GT(program_.frame().sp, Program::k_stack_top - 0x2000);
    go_back();
    ASSERT_TRUE(send(SIGUSR1));
    EXPECT_EQ(deliver(), SIGUSR1);
    const std::uint64_t first = program_.frame().sp;
    EXPECT_EQ(first, k_base + 0x4000 - sizeof(FrameRecord) - sizeof(SignalFrame));
    EXPECT_EQ(get().ss_flags, SS_ONSTACK);
    EXPECT_EQ(Program::get<SignalFrame>(first).context.uc_stack.ss_size, 0x4000U);
    ASSERT_TRUE(send(SIGUSR2));
    program_.return_to_program();
    EXPECT_EQ(program_.frame().sp, first - sizeof(FrameRecord) - sizeof(SignalFrame));
    go_back();
    go_back();
    EXPECT_EQ(program_.frame().sp, Program::k_stack_top);
}

TEST_F(AltStack, MayGoOutOfUseWhileAHandlerRunsOnIt) {
    ASSERT_TRUE(set(k_base, static_cast<int>(SS_AUTODISARM), 0x4000));
    EXPECT_EQ(static_cast<unsigned>(get().ss_flags), SS_AUTODISARM);
    program_.act(SIGUSR1, k_handler, SA_RESTORER | SA_ONSTACK);
    ASSERT_TRUE(send(SIGUSR1));
    EXPECT_EQ(deliver(), SIGUSR1);
    EXPECT_GT(program_.frame().sp, k_base);
    EXPECT_EQ(get().ss_flags, SS_DISABLE);
    go_back();
    EXPECT_EQ(static_cast<unsigned>(get().ss_flags), SS_AUTODISARM);
    EXPECT_EQ(get().ss_sp, reinterpret_cast<void*>(k_base));
}

// Frames that no kernel made.
class BadFrames : public Signals {
protected:
    void SetUp() override {
        Signals::SetUp();
        program_.act(SIGUSR1, k_handler);
        ASSERT_TRUE(send(SIGUSR1));
        ASSERT_EQ(deliver(), SIGUSR1);
        at_ = program_.frame().sp;
        good_ = Program::get<SignalFrame>(at_);
    }
    // A segmentation fault, and registers that are fit for EL0.
    void expect_refused(const SignalFrame& frame) {
        Program::put(at_, frame);
        program_.frame().sp = at_;
        go_back();
        EXPECT_EQ(events(), (std::vector<Event>{{Event::called_to_end, 100, SIGSEGV}}));
        EXPECT_EQ(program_.frame().pstate & ~std::uint64_t{PSR_N_BIT | PSR_Z_BIT | PSR_C_BIT | PSR_V_BIT}, 0U);
        program_.process().signals.group_exit = false;
        program_.leader().thread->user_work = 0;
    }
    void put_record(SignalFrame& frame, std::size_t offset, std::uint32_t magic, std::uint32_t size) {
        const struct uapi::_aarch64_ctx head{magic, size};
        std::memcpy(frame.context.uc_mcontext.__reserved + offset, &head, sizeof head);
    }

    std::uint64_t at_ = 0;
    SignalFrame good_;
};

TEST_F(BadFrames, GainNoRights) {
    for (const std::uint64_t pstate : {std::uint64_t{1}, std::uint64_t{4}, std::uint64_t{5}, std::uint64_t{PSR_MODE32_BIT}, std::uint64_t{PSR_D_BIT},
                                       std::uint64_t{PSR_I_BIT}, std::uint64_t{PSR_F_BIT}, std::uint64_t{PSR_A_BIT}, ~std::uint64_t{0}}) {
        SignalFrame bad = good_;
        bad.context.uc_mcontext.pstate = pstate;
        expect_refused(bad);
    }
    SignalFrame odd = good_;
    odd.context.uc_mcontext.pstate = PSR_N_BIT | std::uint64_t{1} << 21 | std::uint64_t{1} << 40 | PSR_PAN_BIT | PSR_SSBS_BIT;
    Program::put(at_, odd);
    program_.frame().sp = at_;
    go_back();
    EXPECT_EQ(program_.frame().pstate, std::uint64_t{PSR_N_BIT | PSR_SSBS_BIT}) << "single steps, and what is reserved, are gone";
}

TEST_F(BadFrames, HaveRecordsThatMakeSense) {
    constexpr auto k_fp = static_cast<std::uint32_t>(sizeof(struct uapi::fpsimd_context));
    SignalFrame bad = good_;
    put_record(bad, 0, 0, 0);
    expect_refused(bad);  // no floating-point registers
    bad = good_;
    put_record(bad, 0, FPSIMD_MAGIC, k_fp - 16);
    expect_refused(bad);
    bad = good_;
    put_record(bad, 0, FPSIMD_MAGIC, k_fp + 8);
    expect_refused(bad);
    bad = good_;
    put_record(bad, k_fp, FPSIMD_MAGIC, k_fp);
    expect_refused(bad);  // twice
    bad = good_;
    put_record(bad, k_fp, 0x12345678, 16);
    expect_refused(bad);
    bad = good_;
    put_record(bad, k_fp, ESR_MAGIC, 4);
    expect_refused(bad);
    bad = good_;
    put_record(bad, k_fp, ESR_MAGIC, 0xffff'fff0);
    expect_refused(bad);
    bad = good_;
    put_record(bad, k_fp, 0, 16);
    expect_refused(bad);
    bad = good_;
    put_record(bad, k_fp, EXTRA_MAGIC, 32);
    expect_refused(bad);
    bad = good_;
    for (std::size_t at = k_fp; at + 16 <= 4096; at += 16) {
        put_record(bad, at, ESR_MAGIC, 16);
    }
    expect_refused(bad);  // without an end
}

TEST_F(BadFrames, MayHaveMoreMemory) {
    constexpr std::size_t k_fp = sizeof(struct uapi::fpsimd_context);
    SignalFrame frame = good_;
    const std::uint64_t reserved = at_ + 128 + 176 + offsetof(struct uapi::sigcontext, __reserved);
    put_record(frame, k_fp + 32, 0, 0);
    struct uapi::extra_context extra{.head = {EXTRA_MAGIC, 32}, .datap = reserved + k_fp + 48, .size = 32, .__reserved = {}};
    std::memcpy(frame.context.uc_mcontext.__reserved + k_fp, &extra, sizeof extra);
    put_record(frame, k_fp + 48, ESR_MAGIC, 16);
    put_record(frame, k_fp + 64, 0, 0);
    Program::put(at_, frame);
    program_.frame().sp = at_;
    go_back();
    EXPECT_TRUE(events().empty());
    extra.datap += 16;
    std::memcpy(frame.context.uc_mcontext.__reserved + k_fp, &extra, sizeof extra);
    expect_refused(frame);
}

TEST_F(BadFrames, LieOnAnAlignedStackThatIsThere) {
    for (const std::uint64_t sp : {at_ + 8, std::uint64_t{0}, std::uint64_t{16}, ~std::uint64_t{15}, at_ + 0x10'0000}) {
        program_.frame().sp = sp;
        go_back();
        EXPECT_EQ(events(), (std::vector<Event>{{Event::called_to_end, 100, SIGSEGV}}));
        program_.process().signals.group_exit = false;
        program_.leader().thread->user_work = 0;
    }
}

TEST_F(Signals, ThreadsShareTheirProcesssSignals) {
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

class Kill : public Signals {
protected:
    void SetUp() override {
        Signals::SetUp();
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
        Signals::TearDown();
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

TEST_F(Signals, MasksAndPendingAsSystemCalls) {
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

TEST_F(Signals, ActionsAreReadBack) {
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

TEST_F(Signals, AreResetByExecutingAProgram) {
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

TEST_F(Signals, ASourcesSignalIsItsOwn) {
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

TEST_F(Signals, NewThreadsHaveTheirMakersMask) {
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
