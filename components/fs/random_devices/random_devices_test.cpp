// random(4), as a program meets it. The bytes are those of a fake, which count up, so that none may be missing or come twice.
#include <random>

#include <fs/file_calls/program_test.hpp>
#include <linux/fcntl.h>
#include <linux/random.h>

namespace phx::fs {
namespace {

constexpr std::uint64_t k_base = arch::host::k_user_base;
constexpr std::uint64_t k_end_of_memory = k_base + arch::host::k_user_pages * arch::host::k_user_page;
constexpr std::uint64_t k_nowhere = 0x10;

class RandomDevicesOfAProgram : public Program {
protected:
    void SetUp() override {
        Program::SetUp();
        for (const DeviceNode& node : wiring::devices.nodes()) {
            ASSERT_EQ(make_node(node.name, node.mode, node.device), 0);
        }
        wiring::random.reset();
    }
    void TearDown() override {
        task::current().user_work = 0;
        Program::TearDown();
    }
    static std::int64_t read_at(std::int64_t fd, std::uint64_t at, std::size_t size) {
        return value(wiring::dut.sys_read(static_cast<int>(fd), UserPtr<void>{at}, size));
    }
    static std::int64_t write_from(std::int64_t fd, std::uint64_t at, std::size_t size) {
        return value(wiring::dut.sys_write(static_cast<int>(fd), UserPtr<const char>{at}, size));
    }
    static std::int64_t control(std::int64_t fd, std::uint32_t request, std::uint64_t argument) {
        return value(wiring::dut.sys_ioctl(static_cast<int>(fd), request, argument));
    }
    static PollEvents poll(std::int64_t fd) { return wiring::descriptors.get(static_cast<int>(fd))->poll(nullptr); }
};

TEST_F(RandomDevicesOfAProgram, HaveTheNumbersAndModesOfLinux) {
    ASSERT_EQ(wiring::devices.nodes().size(), 2U);
    for (const DeviceNode& node : wiring::devices.nodes()) {
        EXPECT_EQ(node.mode, 0666U);
        EXPECT_EQ(node.device, make_device(1, node.name == "random" ? 8 : 9));
    }
    EXPECT_FALSE(wiring::devices.serves(make_device(1, 7)));
    EXPECT_FALSE(wiring::devices.serves(make_device(2, 8)));
}

TEST_F(RandomDevicesOfAProgram, GiveBytesOfAnyNumberOnce) {
    const std::array fds{open("random", O_RDONLY), open("urandom", O_RDONLY)};
    std::mt19937 random{9};
    unsigned next = 0;
    for (int i = 0; i < 100; ++i) {
        arch::host::user_memory.bytes.fill(std::byte{0xee});
        const std::size_t start = random() % 3000;
        const std::size_t size = i < 5 ? 254 + static_cast<std::size_t>(i) : random() % 5000;
        ASSERT_EQ(read_at(fds[random() % 2], k_base + start, size), static_cast<std::int64_t>(size));
        for (std::size_t at = 0; at < 10'000; ++at) {
            const bool inside = at >= start && at < start + size;
            const unsigned expected = inside ? (next + at - start) & 0xff : 0xee;
            ASSERT_EQ(static_cast<unsigned>(arch::host::user_memory.bytes[at]), expected) << at << " of " << size << " from " << start;
        }
        next += static_cast<unsigned>(size);
    }
}

TEST_F(RandomDevicesOfAProgram, BytesEndWhereMemoryDoes) {
    const std::int64_t fd = open("urandom", O_RDWR);
    EXPECT_EQ(read_at(fd, k_nowhere, 1), -EFAULT);
    EXPECT_EQ(read_at(fd, k_nowhere, 0), 0);
    EXPECT_EQ(read_at(fd, k_end_of_memory - 300, 1000), 300);
    EXPECT_EQ(read_at(fd, k_end_of_memory - 256, 1000), 256);
    EXPECT_EQ(write_from(fd, k_nowhere, 1), -EFAULT);
    EXPECT_EQ(wiring::random.added_bytes(), 0U);
    EXPECT_EQ(write_from(fd, k_end_of_memory - 300, 1000), 300);
    EXPECT_EQ(write_from(fd, k_end_of_memory - 256, 1000), 256);
    EXPECT_EQ(wiring::random.added_bytes(), 556U);
}

TEST_F(RandomDevicesOfAProgram, WhatIsWrittenIsMixedInAndCountsForNothing) {
    const std::int64_t fd = open("random", O_WRONLY);
    wiring::random.reset(false);
    EXPECT_EQ(write(fd, std::string(1000, 'x')), 1000) << "nobody waits for that";
    EXPECT_EQ(write(fd, ""), 0);
    EXPECT_EQ(wiring::random.added_bytes(), 1000U);
    EXPECT_EQ(wiring::random.added_bits(), 0U);
}

TEST_F(RandomDevicesOfAProgram, OnlyRandomWaitsUntilEnoughIsKnown) {
    const std::int64_t patient = open("random", O_RDONLY);
    const std::int64_t hurried = open("random", O_RDONLY | O_NONBLOCK);
    const std::int64_t urandom = open("urandom", O_RDONLY);
    wiring::random.reset(false);
    EXPECT_EQ(read(hurried, 8), "EAGAIN");
    EXPECT_EQ(read_at(patient, k_base, 8), -static_cast<std::int64_t>(Errno::restart_sys)) << "the fake's wait is called away by a signal";
    EXPECT_EQ(read(urandom, 8), std::string("\0\1\2\3\4\5\6\7", 8));
    wiring::random.reset(true);
    EXPECT_EQ(read(hurried, 2), std::string("\0\1", 2));
    EXPECT_EQ(read(patient, 2), "\2\3");
}

// Linux drivers/char/random.c, random_poll: one or the other. /dev/urandom has no poll of its own.
TEST_F(RandomDevicesOfAProgram, PollTellsWhetherEnoughIsKnown) {
    const std::int64_t fd = open("random", O_RDWR);
    const std::int64_t urandom = open("urandom", O_RDWR);
    constexpr PollEvents in = POLLIN | POLLRDNORM;
    constexpr PollEvents out = POLLOUT | POLLWRNORM;
    EXPECT_EQ(poll(fd), in);
    EXPECT_EQ(poll(urandom), in | out);
    wiring::random.reset(false);
    EXPECT_EQ(poll(fd), out);
    EXPECT_EQ(poll(urandom), in | out);
}

TEST_F(RandomDevicesOfAProgram, ASignalEndsALongReadAndNoShortOne) {
    const std::int64_t fd = open("urandom", O_RDONLY);
    task::current().user_work = arch::k_signal_pending;
    EXPECT_EQ(read_at(fd, k_base, 256), 256) << "random(7): up to 256 bytes come whole";
    EXPECT_EQ(read_at(fd, k_base, 100'000), 256);
    task::current().user_work = 0;
    EXPECT_EQ(read_at(fd, k_base, 100'000), 100'000);
}

TEST_F(RandomDevicesOfAProgram, SeeksGoNowhere) {
    const std::int64_t fd = open("urandom", O_RDONLY);
    EXPECT_EQ(read_at(fd, k_base, 10), 10);
    EXPECT_EQ(seek(fd, 0, SEEK_CUR), 0);
    EXPECT_EQ(seek(fd, 100, SEEK_SET), 0);
    EXPECT_EQ(value(wiring::dut.sys_pread64(static_cast<int>(fd), UserPtr<void>{k_base}, 8, 1 << 20)), 8);
}

TEST_F(RandomDevicesOfAProgram, IoctlsTellAndAddWhatIsKnown) {
    const std::int64_t fd = open("urandom", O_RDONLY);
    const auto count = put(std::int32_t{-1});
    EXPECT_EQ(control(fd, RNDGETENTCNT, count.address().value()), 0);
    EXPECT_EQ(get(count), 256);
    wiring::random.reset(false);
    EXPECT_EQ(control(fd, RNDGETENTCNT, count.address().value()), 0);
    EXPECT_EQ(get(count), 0);
    EXPECT_EQ(control(fd, RNDGETENTCNT, k_nowhere), -EFAULT);
    EXPECT_EQ(control(fd, 0x5401, count.address().value()), -EINVAL) << "not ENOTTY: Linux's random_ioctl";
}

TEST_F(RandomDevicesOfAProgram, ThePrivilegedMayCreditWhatTheyAdd) {
    const std::int64_t fd = open("urandom", O_RDONLY);
    const auto argument = [](auto pointer) { return pointer.address().value(); };
    EXPECT_EQ(control(fd, RNDADDTOENTCNT, argument(put(std::int32_t{40}))), 0);
    EXPECT_EQ(wiring::random.added_bits(), 40U);
    EXPECT_EQ(control(fd, RNDADDTOENTCNT, argument(put(std::int32_t{-1}))), -EINVAL);
    EXPECT_EQ(control(fd, RNDADDTOENTCNT, k_nowhere), -EFAULT);
    const auto pool = [&](std::int32_t bits, std::int32_t size) {
        std::array<std::int32_t, 102> info{bits, size};
        return argument(put(info));
    };
    EXPECT_EQ(control(fd, RNDADDENTROPY, pool(100, 400)), 0);
    EXPECT_EQ(wiring::random.added_bits(), 140U);
    EXPECT_EQ(wiring::random.added_bytes(), 400U);
    EXPECT_EQ(control(fd, RNDADDENTROPY, pool(-1, 8)), -EINVAL);
    EXPECT_EQ(control(fd, RNDADDENTROPY, pool(8, -1)), -EINVAL);
    EXPECT_EQ(control(fd, RNDADDENTROPY, k_nowhere), -EFAULT);
    EXPECT_EQ(control(fd, RNDADDENTROPY, pool(8, 1 << 30)), -EFAULT) << "not all of it is there";
    EXPECT_EQ(wiring::random.added_bits(), 140U);
    EXPECT_EQ(control(fd, RNDRESEEDCRNG, 0), 0);
    wiring::random.reset(false);
    EXPECT_EQ(control(fd, RNDRESEEDCRNG, 0), -ENODATA);
    EXPECT_EQ(control(fd, RNDZAPENTCNT, 0), 0);
    EXPECT_EQ(control(fd, RNDCLEARPOOL, 0), 0);
    EXPECT_EQ(control(fd, RNDGETPOOL, k_base), -EINVAL) << "gone from Linux";

    task::CredentialFields fields{};
    fields.effective = 0;
    ASSERT_TRUE(wiring::processes.become(fields));
    for (const auto request : {RNDADDTOENTCNT, RNDADDENTROPY}) {
        EXPECT_EQ(control(fd, static_cast<std::uint32_t>(request), pool(8, 8)), -EPERM);
    }
    for (const auto request : {RNDZAPENTCNT, RNDCLEARPOOL, RNDRESEEDCRNG}) {
        EXPECT_EQ(control(fd, static_cast<std::uint32_t>(request), 0), -EPERM);
    }
    EXPECT_EQ(wiring::random.added_bytes(), 0U);
    EXPECT_EQ(control(fd, RNDGETENTCNT, argument(put(std::int32_t{-1}))), 0);
}

TEST_F(RandomDevicesOfAProgram, EachDoesWhatItWasOpenedFor) {
    EXPECT_EQ(write(open("random", O_RDONLY), "x"), -EBADF);
    EXPECT_EQ(read(open("urandom", O_WRONLY), 1), "EBADF");
}

}  // namespace
}  // namespace phx::fs
