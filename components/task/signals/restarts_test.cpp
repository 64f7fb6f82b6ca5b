// Calls that signals interrupt: what is called again, and masks that were borrowed meanwhile.
#include <task/signals/delivery_test.hpp>

#include <aarch64-linux-gnu/include/asm/unistd.h>

namespace phx::task {
namespace {

// As on Linux: what the registers are after a call that was interrupted, by handler (none, one, one with SA_RESTART).
struct Restart {
    Errno error;
    bool handler;
    std::uint64_t flags;
    bool again;
    bool block = false;
};

class Restarts : public Delivery, public ::testing::WithParamInterface<Restart> {};

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

TEST_F(Delivery, OtherResultsAndExceptionsAreLeftAlone) {
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

TEST_F(Delivery, ABorrowedMaskIsGivenBackByTheHandler) {
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

TEST_F(Delivery, ABorrowedMaskIsGivenBackWithoutAHandler) {
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

TEST_F(Delivery, RestartSyscallCallsWhatWasLeft) {
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

}  // namespace
}  // namespace phx::task
