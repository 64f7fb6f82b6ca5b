// null(4), zero(4), full(4), as a program meets them.
#include <random>

#include <asm/ioctls.h>
#include <fs/file_calls/program_test.hpp>
#include <fs/memory_devices/memory_devices.hpp>
#include <linux/fcntl.h>
#include <vm/interfaces/virtual_memory.hpp>

namespace phx::fs {
namespace {

constexpr std::uint64_t k_end_of_memory = arch::host::k_user_base + arch::host::k_user_pages * arch::host::k_user_page;
constexpr std::uint64_t k_nowhere = 0x10;

class MemoryDevicesOfAProgram : public Program {
protected:
    void SetUp() override {
        Program::SetUp();
        for (const DeviceNode& node : wiring::devices.nodes()) {
            ASSERT_EQ(make_node(node.name, node.mode, node.device), 0);
        }
    }
    static std::int64_t read_at(std::int64_t fd, std::uint64_t at, std::size_t size) {
        return value(wiring::dut.sys_read(static_cast<int>(fd), UserPtr<void>{at}, size));
    }
    static std::int64_t write_from(std::int64_t fd, std::uint64_t at, std::size_t size) {
        return value(wiring::dut.sys_write(static_cast<int>(fd), UserPtr<const char>{at}, size));
    }
    static void dirty() { arch::host::user_memory.bytes.fill(std::byte{0xee}); }
};

TEST_F(MemoryDevicesOfAProgram, HaveTheNumbersAndModesOfLinux) {
    ASSERT_EQ(wiring::devices.nodes().size(), 3U);
    for (const DeviceNode& node : wiring::devices.nodes()) {
        EXPECT_EQ(node.mode, 0666U);
        EXPECT_EQ(major_of(node.device), 1U);
        EXPECT_EQ(minor_of(node.device), node.name == "null" ? 3U : node.name == "zero" ? 5U : 7U);
        EXPECT_TRUE(wiring::devices.serves(node.device));
    }
    EXPECT_FALSE(wiring::devices.serves(make_device(1, 1))) << "/dev/mem";
    EXPECT_FALSE(wiring::devices.serves(make_device(5, 3)));
    ASSERT_EQ(make_node("mem", 0600, make_device(1, 1)), 0);
    EXPECT_EQ(open("mem", O_RDWR), -ENXIO);
}

TEST_F(MemoryDevicesOfAProgram, NullTakesAllAndGivesNothing) {
    const std::int64_t fd = open("null", O_RDWR | O_TRUNC | O_APPEND);
    ASSERT_GE(fd, 0);
    EXPECT_EQ(write(fd, "gone"), 4);
    EXPECT_EQ(read(fd, 100), "");
    EXPECT_EQ(write_from(fd, k_nowhere, 12'345), 12'345) << "it is never looked at";
    EXPECT_EQ(read_at(fd, k_nowhere, 10), 0);
    EXPECT_EQ(write_from(fd, arch::host::k_user_base, 0), 0);
    // Several buffers, bad ones among them.
    const std::array<vm::UserSegment, 3> parts{{{UserAddr{arch::host::k_user_base}, 7}, {UserAddr{k_nowhere}, 11}, {UserAddr{arch::host::k_user_base}, 0}}};
    const HeldFile file = wiring::descriptors.get(static_cast<int>(fd));
    Transfer transfer{parts, 18};
    std::uint64_t offset = 0;
    EXPECT_EQ(value(file->write(transfer, offset)), 18);
    EXPECT_EQ(transfer.left(), 0U);
}

TEST_F(MemoryDevicesOfAProgram, ZeroGivesZerosOfAnyNumber) {
    for (const char* name : {"zero", "full"}) {
        const std::int64_t fd = open(name, O_RDONLY);
        ASSERT_GE(fd, 0);
        std::mt19937 random{5};
        for (int i = 0; i < 60; ++i) {
            dirty();
            const std::size_t start = random() % 20'000;
            const std::size_t size = i == 0 ? 0 : random() % 20'000;
            ASSERT_EQ(read_at(fd, arch::host::k_user_base + start, size), static_cast<std::int64_t>(size));
            std::array<std::byte, 45'000> expected;
            expected.fill(std::byte{0xee});
            std::fill_n(expected.begin() + static_cast<std::ptrdiff_t>(start), size, std::byte{0});
            ASSERT_TRUE(std::equal(expected.begin(), expected.end(), arch::host::user_memory.bytes.begin())) << name << ": " << size << " at " << start;
        }
        close(fd);
    }
}

TEST_F(MemoryDevicesOfAProgram, ZerosEndWhereMemoryDoes) {
    const std::int64_t fd = open("zero", O_RDWR);
    dirty();
    EXPECT_EQ(read_at(fd, k_nowhere, 1), -EFAULT);
    EXPECT_EQ(read_at(fd, k_nowhere, 0), 0);
    EXPECT_EQ(read_at(fd, k_end_of_memory - 5, 100), 5);
    EXPECT_EQ(*arch::host::user_memory.at(k_end_of_memory - 1), std::byte{0});
    arch::host::user_memory.pages[2] = arch::host::UserPage::read_only;
    const std::uint64_t page = arch::host::k_user_base + 2 * arch::host::k_user_page;
    EXPECT_EQ(read_at(fd, page, 10), -EFAULT);
    EXPECT_EQ(read_at(fd, page - 3, 10), 3);
    EXPECT_EQ(*arch::host::user_memory.at(page), std::byte{0xee});
    arch::host::user_memory.pages[2] = arch::host::UserPage::absent;
    EXPECT_EQ(read_at(fd, page - 3, 10), 10) << "it is brought in";
    EXPECT_EQ(arch::host::user_memory.faults, 1U);
    EXPECT_EQ(write_from(fd, k_nowhere, 77), 77);
}

TEST_F(MemoryDevicesOfAProgram, FullHasNoRoom) {
    const std::int64_t fd = open("full", O_RDWR);
    EXPECT_EQ(write(fd, "x"), -ENOSPC);
    EXPECT_EQ(write(fd, ""), -ENOSPC);
    EXPECT_EQ(write_from(fd, k_nowhere, 5), -ENOSPC);
    EXPECT_EQ(value(wiring::dut.sys_pwrite64(static_cast<int>(fd), text("x"), 1, 4096)), -ENOSPC);
}

TEST_F(MemoryDevicesOfAProgram, ASeekGoesNowhere) {
    for (const char* name : {"null", "zero", "full"}) {
        const std::int64_t fd = open(name, O_RDWR);
        for (const int whence : {SEEK_SET, SEEK_CUR, SEEK_END}) {
            EXPECT_EQ(seek(fd, 1000, whence), 0);
            EXPECT_EQ(seek(fd, -1000, whence), 0);
        }
        EXPECT_EQ(seek(fd, 0, 77), -EINVAL);
        EXPECT_EQ(value(wiring::dut.sys_pread64(static_cast<int>(fd), UserPtr<void>{room(8)}, 8, 1 << 20)), name == std::string_view{"null"} ? 0 : 8);
        EXPECT_EQ(value(wiring::dut.sys_ioctl(static_cast<int>(fd), TCGETS, room(64))), -ENOTTY);
        const HeldFile file = wiring::descriptors.get(static_cast<int>(fd));
        EXPECT_EQ(file->poll(nullptr), PollEvents{POLLIN | POLLOUT | POLLRDNORM | POLLWRNORM});
    }
}

TEST_F(MemoryDevicesOfAProgram, EachDoesWhatItWasOpenedFor) {
    EXPECT_EQ(write(open("null", O_RDONLY), "x"), -EBADF);
    EXPECT_EQ(read(open("zero", O_WRONLY), 1), "EBADF");
    EXPECT_EQ(open("null", O_RDONLY | O_DIRECTORY), -ENOTDIR);
}

TEST_F(MemoryDevicesOfAProgram, OnlyZeroIsMemoryToMap) {
    for (const char* name : {"null", "zero", "full"}) {
        const std::int64_t fd = open(name, O_RDWR);
        const HeldFile file = wiring::descriptors.get(static_cast<int>(fd));
        vm::Mappable mappable;
        EXPECT_EQ(value(file->map(mappable)), name == std::string_view{"zero"} ? 0 : -ENODEV) << name;
    }
}

TEST_F(MemoryDevicesOfAProgram, ClosingGivesTheirMemoryBack) {
    close(open("null", O_RDWR));  // whatever is made once
    const std::size_t before = wiring::fake_heap.stats().live_objects;
    for (const char* name : {"null", "zero", "full"}) {
        close(open(name, O_RDWR));
    }
    EXPECT_LE(wiring::fake_heap.stats().live_objects, before + 4) << "names are kept";
    wiring::fake_heap.fail_after(0);
    EXPECT_EQ(open("null", O_RDWR), -ENOMEM);
    wiring::fake_heap.fail_after(~std::uint64_t{0});
}

}  // namespace
}  // namespace phx::fs
