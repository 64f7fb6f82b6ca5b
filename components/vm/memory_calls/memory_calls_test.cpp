#include <gtest/gtest.h>

#include <asm-generic/mman.h>
#include <arch/resource_abi.hpp>
#include <linux/membarrier.h>
#include <linux/mman.h>
#include <task/interfaces/process.hpp>
#include <vm/interfaces/fake_frames/program_play.hpp>

namespace phx::vm {
namespace {

class MemoryCallsTest : public ::testing::Test {
protected:
    MemoryCallsTest() {
        user_.process = &process_;
        user_.space = &program_.space();
        user_.credentials.store(&nobody_);
        nobody_.effective = 0;
        task::current().user = &user_;
    }
    ~MemoryCallsTest() override { task::current().user = nullptr; }

    static MemoryCalls& calls() { return wiring::calls; }
    static UserPtr<void> pointer(UserAddr at) { return UserPtr<void>{at.value()}; }
    UserAddr map(std::uint64_t pages) {
        return calls().sys_mmap({}, pages * k_page_size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0).value();
    }

    TestMachine machine_;
    Program program_;
    task::Process process_;
    task::UserThread user_;
    task::Credentials nobody_;
};

TEST_F(MemoryCallsTest, ArgumentsAreLookedAt) {
    EXPECT_EQ(calls().sys_mmap({}, 1, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 1).error(), Errno::inval);
    EXPECT_EQ(calls().sys_mmap({}, 1, PROT_READ, MAP_PRIVATE, 99, 0).error(), Errno::badf);
    const UserAddr at = map(2);
    EXPECT_EQ(calls().sys_mprotect(pointer(at), k_page_size, std::uint64_t{1} << 32 | PROT_READ).error(), Errno::inval);
    EXPECT_EQ(calls().sys_mremap(pointer(at), k_page_size, k_page_size, std::uint64_t{1} << 40, {}).error(), Errno::inval);
    EXPECT_EQ(calls().sys_mlock2(pointer(at), k_page_size, 2).error(), Errno::inval);
    EXPECT_EQ(calls().sys_mlockall(0).error(), Errno::inval);
    EXPECT_EQ(calls().sys_mlockall(MCL_ONFAULT).error(), Errno::inval);
    EXPECT_EQ(calls().sys_mlockall(8).error(), Errno::inval);
    EXPECT_EQ(calls().sys_msync(pointer(at), k_page_size, 8).error(), Errno::inval);
    EXPECT_EQ(calls().sys_msync(pointer(at), k_page_size, MS_SYNC | MS_ASYNC).error(), Errno::inval);
    EXPECT_EQ(calls().sys_msync(pointer(at), 3 * k_page_size, MS_SYNC).error(), Errno::nomem);
    EXPECT_TRUE(calls().sys_munmap(pointer(at), 2 * k_page_size));
}

TEST_F(MemoryCallsTest, LimitsHold) {
    process_.limits[RLIMIT_AS] = {10 * k_page_size, 10 * k_page_size};
    const UserAddr at = map(10);
    EXPECT_EQ(calls().sys_mmap({}, 1, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0).error(), Errno::nomem);
    EXPECT_EQ(calls().sys_mmap(pointer(at), k_page_size, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0).value(), at) << "replaced";
    process_.limits[RLIMIT_AS] = {};
    process_.limits[RLIMIT_DATA] = {10 * k_page_size, 10 * k_page_size};
    EXPECT_EQ(calls().sys_mmap({}, 2 * k_page_size, PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0).error(), Errno::nomem);
    EXPECT_TRUE(calls().sys_mmap({}, 2 * k_page_size, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    process_.limits[RLIMIT_MEMLOCK] = {2 * k_page_size, 2 * k_page_size};
    EXPECT_EQ(calls().sys_mlock(pointer(at), 3 * k_page_size).error(), Errno::nomem);
    EXPECT_TRUE(calls().sys_mlock(pointer(at), 2 * k_page_size));
    EXPECT_TRUE(calls().sys_mlock(pointer(at), k_page_size)) << "it is counted once";
    EXPECT_EQ(calls().sys_mmap({}, k_page_size, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_LOCKED, -1, 0).error(), Errno::again);
    EXPECT_EQ(calls().sys_mlockall(MCL_CURRENT).error(), Errno::nomem);
    process_.limits[RLIMIT_MEMLOCK] = {0, 0};
    EXPECT_EQ(calls().sys_mlock(pointer(at), 1).error(), Errno::perm);
    nobody_.effective = task::k_all_capabilities;
    EXPECT_TRUE(calls().sys_mlock(pointer(at), 10 * k_page_size));
    EXPECT_TRUE(calls().sys_munlockall());
    EXPECT_EQ(program_.usage().locked, 0U);
}

TEST_F(MemoryCallsTest, LowAddressesAreForThePrivileged) {
    EXPECT_EQ(calls().sys_mmap(UserPtr<void>{0}, k_page_size, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0).error(), Errno::perm);
    nobody_.effective = task::k_all_capabilities;
    EXPECT_TRUE(calls().sys_mmap(UserPtr<void>{0}, k_page_size, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0));
}

TEST_F(MemoryCallsTest, StacksGrowAsFarAsTheyMay) {
    process_.limits[RLIMIT_STACK] = {4 * k_page_size, 4 * k_page_size};
    const UserAddr at{0x10'0000'0000};
    ASSERT_TRUE(calls().sys_mmap(pointer(at), k_page_size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED | MAP_GROWSDOWN, -1, 0));
    EXPECT_TRUE(program_.write(at - 3 * k_page_size, 1));
    EXPECT_FALSE(program_.write(at - 4 * k_page_size, 1));
}

TEST_F(MemoryCallsTest, FaultsAreCounted) {
    const UserAddr at = map(2);
    EXPECT_TRUE(program_.write(at, 1));
    EXPECT_TRUE(program_.write(at + k_page_size, 1));
    EXPECT_EQ(user_.minor_faults, 2U);
    EXPECT_EQ(user_.major_faults, 0U);
}

TEST_F(MemoryCallsTest, ResidencyIsWrittenToTheProgram) {
    auto& buffer = arch::host::user_memory;
    buffer.reset();
    const UserAddr at = map(300);
    EXPECT_TRUE(program_.write(at + 299 * k_page_size, 1));
    EXPECT_TRUE(calls().sys_mincore(pointer(at), 300 * k_page_size, UserPtr<std::byte>{arch::host::k_user_base}));
    EXPECT_EQ(buffer.bytes[298], std::byte{0});
    EXPECT_EQ(buffer.bytes[299], std::byte{1});
    EXPECT_EQ(calls().sys_mincore(pointer(at), 301 * k_page_size, UserPtr<std::byte>{arch::host::k_user_base}).error(), Errno::nomem);
    EXPECT_EQ(calls().sys_mincore(pointer(at), k_page_size, UserPtr<std::byte>{1}).error(), Errno::fault);
    EXPECT_EQ(calls().sys_mincore(pointer(at + 1), 1, UserPtr<std::byte>{1}).error(), Errno::inval);
    EXPECT_EQ(calls().sys_mincore(pointer(at), ~std::uint64_t{0}, UserPtr<std::byte>{1}).error(), Errno::nomem);
    EXPECT_TRUE(calls().sys_mincore(pointer(at), 0, UserPtr<std::byte>{arch::host::k_user_base}));
}

TEST_F(MemoryCallsTest, BarriersReachOtherCpusOnceRegistered) {
    const std::uint32_t known = calls().sys_membarrier(MEMBARRIER_CMD_QUERY, 0, 0).value();
    EXPECT_NE(known & MEMBARRIER_CMD_PRIVATE_EXPEDITED, 0U);
    EXPECT_EQ(calls().sys_membarrier(MEMBARRIER_CMD_PRIVATE_EXPEDITED, 0, 0).error(), Errno::perm);
    EXPECT_EQ(calls().sys_membarrier(MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED, 0, 0).value(), 0U);
    wiring::fake_cpus.reset();
    wiring::fake_cpus.set_online(0xf);
    EXPECT_EQ(calls().sys_membarrier(MEMBARRIER_CMD_PRIVATE_EXPEDITED, 0, 0).value(), 0U);
    EXPECT_EQ(wiring::fake_cpus.calls(), 3U);
    EXPECT_EQ(calls().sys_membarrier(MEMBARRIER_CMD_PRIVATE_EXPEDITED_SYNC_CORE, 0, 0).error(), Errno::perm);
    EXPECT_EQ(calls().sys_membarrier(MEMBARRIER_CMD_GLOBAL, 0, 0).value(), 0U);
    EXPECT_EQ(calls().sys_membarrier(MEMBARRIER_CMD_QUERY, 1, 0).error(), Errno::inval);
    EXPECT_EQ(calls().sys_membarrier(3, 0, 0).error(), Errno::inval);
    Program child{wiring::dut.clone(program_.space()).value()};
    EXPECT_NE(wiring::dut.note(child.space()).load(), 0U);
}

TEST_F(MemoryCallsTest, TheBreakIsWhereItIs) {
    SpaceLayout& layout = wiring::dut.layout(program_.space());
    layout.break_begin = layout.break_end = UserAddr{0x50'0000};
    EXPECT_EQ(calls().sys_brk({}).value(), UserAddr{0x50'0000});
    EXPECT_EQ(calls().sys_brk(UserPtr<void>{0x50'1001}).value(), UserAddr{0x50'1001});
    process_.limits[RLIMIT_DATA] = {0x2000, 0x2000};
    EXPECT_EQ(calls().sys_brk(UserPtr<void>{0x50'3000}).value(), UserAddr{0x50'1001});
}

}  // namespace
}  // namespace phx::vm
