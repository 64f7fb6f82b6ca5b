// pipe(7), fifo(7), and poll(2) of both, as far as nobody waits: a host test has no threads to wait for.
#include <array>
#include <optional>
#include <utility>

#include <asm/ioctls.h>
#include <fs/file_calls/program_test.hpp>
#include <linux/fcntl.h>

namespace phx::fs {
namespace {

constexpr std::size_t k_capacity = 64 * 1024;
constexpr std::size_t k_pipe_buf = 4096;

class PipesOfAProgram : public Program {
protected:
    struct Ends {
        std::int64_t reader;
        std::int64_t writer;
    };
    void SetUp() override {
        Program::SetUp();
        wiring::fake_signals.sent().clear();
    }

    Ends make(std::uint32_t flags = O_NONBLOCK) {
        const auto to = put(std::array<std::int32_t, 2>{-1, -1});
        EXPECT_EQ(value(wiring::pipes.sys_pipe2(UserPtr<std::int32_t>{to.address().value()}, flags)), 0);
        const auto ends = get(to);
        return {ends[0], ends[1]};
    }
    std::int64_t make_fifo(std::string_view path) { return value(wiring::path_calls.sys_mknodat(AT_FDCWD, text(path), S_IFIFO | 0666, 0)); }
    static std::int64_t control(std::int64_t fd, std::uint32_t command, std::uint64_t argument = 0) {
        return value(wiring::descriptors.sys_fcntl(static_cast<int>(fd), command, argument));
    }
    // What is ready; 0: nothing.
    int poll(std::int64_t fd, int wanted = POLLIN | POLLOUT) {
        const auto at = put(pollfd{static_cast<int>(fd), static_cast<short>(wanted), 0});
        const auto none = put(__kernel_timespec{0, 0});
        const auto ready = wiring::poll_calls.sys_ppoll(at, 1, none, UserPtr<const task::SignalSet>{0}, 8);
        EXPECT_TRUE(ready);
        return get(at).revents;
    }
    // So many bytes; how many went.
    std::int64_t fill(std::int64_t fd, std::size_t size) { return write(fd, std::string(size, 'x')); }
};

TEST_F(PipesOfAProgram, BytesComeOutInTheirOrder) {
    const Ends ends = make();
    EXPECT_EQ(write(ends.writer, "hello"), 5);
    EXPECT_EQ(write(ends.writer, ", you"), 5);
    EXPECT_EQ(read(ends.reader, 3), "hel");
    EXPECT_EQ(read(ends.reader, 100), "lo, you");
    EXPECT_EQ(read(ends.reader, 100), "EAGAIN");
    EXPECT_EQ(read(ends.reader, 0), "");
    EXPECT_EQ(seek(ends.reader, 0, SEEK_SET), -ESPIPE);
}

TEST_F(PipesOfAProgram, EachEndDoesItsPartAlone) {
    const Ends ends = make(O_NONBLOCK | O_CLOEXEC);
    EXPECT_EQ(write(ends.reader, "x"), -EBADF);
    EXPECT_EQ(read(ends.writer, 1), "EBADF");
    EXPECT_EQ(control(ends.reader, F_GETFL) & (O_ACCMODE | O_NONBLOCK), O_RDONLY | O_NONBLOCK);
    EXPECT_EQ(control(ends.writer, F_GETFL) & (O_ACCMODE | O_NONBLOCK), O_WRONLY | O_NONBLOCK);
    EXPECT_EQ(control(ends.writer, F_GETFD), FD_CLOEXEC);
    EXPECT_EQ(value(wiring::pipes.sys_pipe2(UserPtr<std::int32_t>{room(8)}, O_APPEND)), -EINVAL);
}

TEST_F(PipesOfAProgram, NothingIsLeftOpenWhereItCannotBeTold) {
    const Ends before = make();
    close(before.reader);
    close(before.writer);
    EXPECT_EQ(value(wiring::pipes.sys_pipe2(UserPtr<std::int32_t>{0x10}, 0)), -EFAULT);
    const Ends after = make();
    EXPECT_EQ(after.reader, before.reader);
    EXPECT_EQ(after.writer, before.writer);
}

TEST_F(PipesOfAProgram, UpToPipeBufBytesGoWholeOrNotAtAll) {
    const Ends ends = make();
    EXPECT_EQ(fill(ends.writer, k_capacity - 100), static_cast<std::int64_t>(k_capacity - 100));
    EXPECT_EQ(fill(ends.writer, 101), -EAGAIN);
    EXPECT_EQ(fill(ends.writer, k_pipe_buf), -EAGAIN);
    EXPECT_EQ(fill(ends.writer, k_pipe_buf + 1), 100) << "more than that may be parted";
    EXPECT_EQ(fill(ends.writer, 1), -EAGAIN);
    EXPECT_EQ(fill(ends.writer, 0), 0);
}

TEST_F(PipesOfAProgram, TheEndOfAllWritersIsTheEndOfTheFile) {
    const Ends ends = make();
    const std::int64_t other = value(wiring::descriptors.sys_dup(static_cast<int>(ends.writer)));
    write(ends.writer, "last");
    close(ends.writer);
    EXPECT_EQ(read(ends.reader, 10), "last");
    EXPECT_EQ(read(ends.reader, 10), "EAGAIN") << "one is left";
    close(other);
    EXPECT_EQ(read(ends.reader, 10), "");
}

TEST_F(PipesOfAProgram, WithoutReadersAWriterGetsASignal) {
    const Ends ends = make();
    close(ends.reader);
    EXPECT_EQ(write(ends.writer, "x"), -EPIPE);
    ASSERT_EQ(wiring::fake_signals.sent().size(), 1U);
    EXPECT_EQ(wiring::fake_signals.sent()[0].info.si_signo, SIGPIPE);
    EXPECT_EQ(wiring::fake_signals.sent()[0].thread, user_);
}

TEST_F(PipesOfAProgram, PollTellsWhatIsReady) {
    const Ends ends = make();
    EXPECT_EQ(poll(ends.reader), 0);
    EXPECT_EQ(poll(ends.writer), POLLOUT);
    write(ends.writer, "x");
    EXPECT_EQ(poll(ends.reader), POLLIN);
    fill(ends.writer, k_capacity - k_pipe_buf);
    EXPECT_EQ(poll(ends.writer), 0) << "no room for PIPE_BUF bytes";
    close(ends.writer);
    EXPECT_EQ(poll(ends.reader), POLLIN | POLLHUP);
    const Ends others = make();
    close(others.reader);
    EXPECT_EQ(poll(others.writer) & POLLERR, POLLERR);
}

TEST_F(PipesOfAProgram, TheSizeIsAPowerOfTwoOfPages) {
    const Ends ends = make();
    EXPECT_EQ(control(ends.reader, F_GETPIPE_SZ), static_cast<std::int64_t>(k_capacity));
    EXPECT_EQ(control(ends.writer, F_SETPIPE_SZ, 5000), 8192);
    fill(ends.writer, 4096 + 5);
    EXPECT_EQ(control(ends.writer, F_SETPIPE_SZ, 4096), -EBUSY);
    EXPECT_EQ(control(ends.writer, F_SETPIPE_SZ, 100'000), 131'072);
    EXPECT_EQ(read(ends.reader, 10'000), std::string(4096 + 5, 'x')) << "what is in it stays";
    EXPECT_EQ(control(ends.writer, F_SETPIPE_SZ, std::uint64_t{1} << 32), -EINVAL);
    const auto left = put(std::int32_t{-1});
    fill(ends.writer, 77);
    EXPECT_EQ(value(wiring::dut.sys_ioctl(static_cast<int>(ends.reader), FIONREAD, left.address().value())), 0);
    EXPECT_EQ(get(left), 77);
}

TEST_F(PipesOfAProgram, WhatCannotBeCopiedStays) {
    const Ends ends = make();
    write(ends.writer, "kept");
    EXPECT_EQ(value(wiring::dut.sys_read(static_cast<int>(ends.reader), UserPtr<void>{0x10}, 4)), -EFAULT);
    EXPECT_EQ(read(ends.reader, 10), "kept");
    EXPECT_EQ(value(wiring::dut.sys_write(static_cast<int>(ends.writer), UserPtr<const char>{0x10}, 4)), -EFAULT);
    EXPECT_EQ(read(ends.reader, 10), "EAGAIN");
}

TEST_F(PipesOfAProgram, AFifoIsOpenedByBothSides) {
    ASSERT_EQ(make_fifo("fifo"), 0);
    EXPECT_EQ(open("fifo", O_WRONLY | O_NONBLOCK), -ENXIO);
    const std::int64_t reader = open("fifo", O_RDONLY | O_NONBLOCK);
    ASSERT_GE(reader, 0);
    EXPECT_EQ(poll(reader), 0) << "no hang-up before there was a writer";
    EXPECT_EQ(read(reader, 5), "") << "nor anything to wait for";
    const std::int64_t writer = open("fifo", O_WRONLY);
    ASSERT_GE(writer, 0) << "a reader is there: nobody is waited for";
    EXPECT_EQ(read(reader, 5), "EAGAIN");
    write(writer, "through");
    EXPECT_EQ(read(reader, 10), "through");
    close(writer);
    EXPECT_EQ(poll(reader), POLLHUP);
    close(reader);
}

TEST_F(PipesOfAProgram, AFifoForBothIsNeverWaitedFor) {
    ASSERT_EQ(make_fifo("fifo"), 0);
    const std::int64_t both = open("fifo", O_RDWR);
    ASSERT_GE(both, 0);
    write(both, "kept while it is open");
    const std::int64_t reader = open("fifo", O_RDONLY);
    EXPECT_EQ(read(reader, 4), "kept");
    close(both);
    close(reader);
    const std::int64_t again = open("fifo", O_RDONLY | O_NONBLOCK);
    EXPECT_EQ(read(again, 4), "") << "what was in it went with the last who had it open";
}

}  // namespace
}  // namespace phx::fs
