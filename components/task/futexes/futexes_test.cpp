#include <task/futexes/futexes.hpp>

#include <gtest/gtest.h>

#include <cstring>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <arch/user_access.hpp>
#include <linux/futex.h>
#include <linux/time_types.h>
#include <sync/parking.hpp>
#include <task/interfaces/fiber_machine.hpp>

namespace phx::task {
namespace {

using arch::host::k_user_base;

FutexTable& table() { return wiring::table; }
FutexWord word(std::size_t index) { return FutexWord{k_user_base + index * 4}; }
void set(std::size_t index, std::uint32_t value) { std::memcpy(arch::host::user_memory.at(k_user_base + index * 4), &value, sizeof(value)); }
std::uint32_t get(std::size_t index) {
    std::uint32_t value = 0;
    std::memcpy(&value, arch::host::user_memory.at(k_user_base + index * 4), sizeof(value));
    return value;
}

std::string text(const Result<std::int64_t>& result) { return result ? std::to_string(*result) : std::string{errno_name(result.error())}; }
Result<std::int64_t> call(FutexWord at, std::uint32_t operation, std::uint32_t value, std::uint64_t timeout = 0, FutexWord second = {},
                          std::uint32_t third = 0) {
    return table().sys_futex(at, operation, value, UserPtr<void>{timeout}, second, third);
}
std::string wake(std::size_t index, std::uint32_t count = 1) { return text(call(word(index), FUTEX_WAKE_PRIVATE, count)); }

// Threads of one process, or of several that share their memory.
class Futexes : public ::testing::Test {
protected:
    void SetUp() override {
        arch::host::user_memory.reset();
        space_ = *wiring::fake_virtual_memory.create();
        wiring::fake_clocks.reset();
        wiring::fake_clocks.advance(wiring::fake_clock.now());
    }
    void TearDown() override {
        wiring::fake_virtual_memory.release(*space_);
        wiring::fake_processes.reset();
        wiring::fake_virtual_memory.share_all(false);
    }

    // A thread of a program's, in a space of its own if it is given one.
    UserThread& start(std::function<void()> body, vm::AddressSpace* space = nullptr) {
        Process& process = wiring::fake_processes.add(next_pid_++);
        UserThread& user = *process.leader;
        user.space = space != nullptr ? space : space_;
        bodies_.push_back(std::make_unique<std::function<void()>>(std::move(body)));
        const auto made = wiring::dut.create({.name = "program", .user = &user},
                                             [](void* argument) { (*static_cast<std::function<void()>*>(argument))(); }, bodies_.back().get());
        EXPECT_TRUE(made);
        user.thread = *made;
        crew_.push_back(*made);
        wiring::dut.yield();
        return user;
    }
    UserThread& start_waiter(std::size_t index, char name, std::uint32_t operation = FUTEX_WAIT_PRIVATE, std::uint32_t bits = 0,
                             vm::AddressSpace* space = nullptr) {
        return start(
            [this, index, name, operation, bits] {
                const std::string result = text(call(word(index), operation, get(index), 0, {}, bits));
                journal_ += name + (result == "0" ? std::string{} : "=" + result) + ";";
            },
            space);
    }
    void join() {
        for (Thread* const thread : crew_) {
            wiring::dut.join(*thread);
        }
        crew_.clear();
    }
    static void yield() {
        for (int i = 0; i < 20; ++i) {
            wiring::dut.yield();
        }
    }
    // The body as a thread of a program's too.
    void run(std::function<void()> body) {
        FiberMachine::run([&] {
            UserThread& user = *wiring::fake_processes.add(1).leader;
            user.space = space_;
            user.thread = &current();
            current().user = &user;
            body();
            join();
            current().user = nullptr;
        });
        EXPECT_TRUE(crew_.empty()) << "somebody waits still";
    }

    vm::AddressSpace* space_ = nullptr;
    std::string journal_;
    std::vector<Thread*> crew_;
    std::vector<std::unique_ptr<std::function<void()>>> bodies_;
    Pid next_pid_ = 10;
};

TEST_F(Futexes, WakesAsManyAsAskedInTheirOrder) {
    run([&] {
        for (const char name : {'a', 'b', 'c', 'd'}) {
            start_waiter(0, name);
        }
        EXPECT_EQ(wake(1), "0");
        EXPECT_EQ(wake(0, 2), "2");
        yield();
        EXPECT_EQ(journal_, "a;b;");
        EXPECT_EQ(wake(0, 0), "1") << "one at least";
        EXPECT_EQ(wake(0, 100), "1");
        EXPECT_EQ(wake(0, 100), "0");
        yield();
        EXPECT_EQ(journal_, "a;b;c;d;");
    });
}

TEST_F(Futexes, DoesNotWaitForAnotherValue) {
    run([&] {
        set(0, 5);
        EXPECT_EQ(text(call(word(0), FUTEX_WAIT, 4)), "EAGAIN");
        EXPECT_EQ(text(call(FutexWord{k_user_base + 2}, FUTEX_WAIT, 4)), "EINVAL");
        EXPECT_EQ(text(call(FutexWord{4}, FUTEX_WAIT_PRIVATE, 4)), "EFAULT");
        EXPECT_EQ(text(call(FutexWord{~std::uint64_t{3}}, FUTEX_WAKE_PRIVATE, 1)), "EFAULT");
        EXPECT_EQ(text(call(word(0), FUTEX_LOCK_PI, 0)), "ENOSYS");
        EXPECT_EQ(text(call(word(0), 77, 0)), "ENOSYS");
        EXPECT_EQ(text(call(word(0), FUTEX_WAIT | FUTEX_CLOCK_REALTIME, 4)), "ENOSYS");
        EXPECT_EQ(text(call(word(0), FUTEX_WAIT_BITSET, 4, 0, {}, 0)), "EINVAL");
        arch::host::user_memory.pages[0] = arch::host::UserPage::absent;
        EXPECT_EQ(text(call(word(0), FUTEX_WAIT, 4)), "EAGAIN") << "once it has been brought in";
        EXPECT_EQ(arch::host::user_memory.faults, 1U);
    });
}

TEST_F(Futexes, BitsetsChooseWhoIsWoken) {
    run([&] {
        start_waiter(0, 'a', FUTEX_WAIT_BITSET_PRIVATE, 1);
        start_waiter(0, 'b', FUTEX_WAIT_BITSET_PRIVATE, 6);
        start_waiter(0, 'c');
        EXPECT_EQ(text(call(word(0), FUTEX_WAKE_BITSET_PRIVATE, 9, 0, {}, 2)), "2");
        yield();
        EXPECT_EQ(journal_, "b;c;");
        EXPECT_EQ(text(call(word(0), FUTEX_WAKE_BITSET_PRIVATE, 9, 0, {}, 0)), "EINVAL");
        EXPECT_EQ(wake(0), "1");
    });
}

TEST_F(Futexes, EndAtTheirLimit) {
    run([&] {
        const __kernel_timespec time{0, 5000};
        std::memcpy(arch::host::user_memory.at(k_user_base + 64), &time, sizeof(time));
        const Nanoseconds before = wiring::fake_clock.now();
        EXPECT_EQ(text(call(word(0), FUTEX_WAIT_PRIVATE, 0, k_user_base + 64)), "ETIMEDOUT");
        EXPECT_GE((wiring::fake_clock.now() - before).count(), 5000);
        EXPECT_EQ(text(call(word(0), FUTEX_WAIT_BITSET_PRIVATE, 0, k_user_base + 64, {}, 1)), "ETIMEDOUT") << "that time has passed";
        const __kernel_timespec wrong{0, 1'000'000'000};
        std::memcpy(arch::host::user_memory.at(k_user_base + 64), &wrong, sizeof(wrong));
        EXPECT_EQ(text(call(word(0), FUTEX_WAIT_PRIVATE, 0, k_user_base + 64)), "EINVAL");
        EXPECT_EQ(text(call(word(0), FUTEX_WAIT_PRIVATE, 0, 8)), "EFAULT");
        EXPECT_EQ(wake(0), "0");
    });
}

TEST_F(Futexes, ASignalEndsAWaitAndItMayGoOn) {
    run([&] {
        UserThread& waiter = start_waiter(0, 'a');
        sync::interrupt(*waiter.thread);
        yield();
        EXPECT_EQ(journal_, "a=E?;") << "restart_sys";
        journal_.clear();
        const __kernel_timespec time{1, 0};
        std::memcpy(arch::host::user_memory.at(k_user_base + 64), &time, sizeof(time));
        UserThread& limited = start([&] {
            EXPECT_EQ(call(word(0), FUTEX_WAIT_PRIVATE, 0, k_user_base + 64).error(), Errno::restart_block);
            current().user_work = 0;
            const RestartBlock& block = current_user().signals.restart;
            journal_ += text(block.function(block));
        });
        sync::interrupt(*limited.thread);
        yield();
        EXPECT_EQ(wake(0), "1");
        yield();
        EXPECT_EQ(journal_, "0");
    });
}

TEST_F(Futexes, PrivateWordsAreOfOneSpaceSharedOnesOfAll) {
    vm::AddressSpace* other = *wiring::fake_virtual_memory.create();
    run([&] {
        start_waiter(0, 'a', FUTEX_WAIT_PRIVATE, 0, other);
        EXPECT_EQ(wake(0), "0");
        EXPECT_EQ(text(call(word(0), FUTEX_WAKE, 1)), "0");
        current_user().space = other;
        EXPECT_EQ(wake(0), "1");
        yield();
        wiring::fake_virtual_memory.share_all(true);
        start_waiter(0, 'b', FUTEX_WAIT, 0, other);
        current_user().space = space_;
        EXPECT_EQ(text(call(word(0), FUTEX_WAKE, 1)), "1");
        yield();
        EXPECT_EQ(journal_, "a;b;");
    });
    wiring::fake_virtual_memory.release(*other);
}

TEST_F(Futexes, RequeueMovesWaiters) {
    run([&] {
        for (const char name : {'a', 'b', 'c', 'd'}) {
            start_waiter(0, name);
        }
        // Words in both lists.
        for (std::size_t target = 1; target < 6; ++target) {
            EXPECT_EQ(text(call(word(target - 1), FUTEX_CMP_REQUEUE_PRIVATE, 0, 100, word(target), 1)), "EAGAIN");
            EXPECT_EQ(text(call(word(target - 1), FUTEX_CMP_REQUEUE_PRIVATE, 0, 100, word(target), 0)), "4");
            EXPECT_EQ(wake(target - 1), "0");
        }
        EXPECT_EQ(text(call(word(5), FUTEX_REQUEUE_PRIVATE, 1, 1, word(6))), "2");
        yield();
        EXPECT_EQ(journal_, "a;");
        EXPECT_EQ(wake(6, 9), "1");
        EXPECT_EQ(wake(5, 9), "2");
        yield();
        EXPECT_EQ(journal_, "a;b;c;d;");
        EXPECT_EQ(text(call(word(0), FUTEX_REQUEUE_PRIVATE, static_cast<std::uint32_t>(-1), 1, word(1))), "EINVAL");
    });
}

TEST_F(Futexes, AMovedWaiterMayBeCalledAway) {
    run([&] {
        for (std::size_t target = 1; target < 4; ++target) {
            UserThread& waiter = start_waiter(0, 'a');
            EXPECT_EQ(text(call(word(0), FUTEX_REQUEUE_PRIVATE, 0, 1, word(target))), "1");
            sync::interrupt(*waiter.thread);
            yield();
            EXPECT_EQ(journal_, "a=E?;");
            EXPECT_EQ(wake(target), "0");
            journal_.clear();
        }
    });
}

TEST_F(Futexes, WakeOpChangesAWordAndWakesByWhatItWas) {
    run([&] {
        start_waiter(0, 'a');
        start_waiter(1, 'b');
        set(1, 3);
        const auto op = [](int operation, std::uint32_t argument, int comparison, std::uint32_t compared) {
            return static_cast<std::uint32_t>(operation) << 28 | static_cast<std::uint32_t>(comparison) << 24 | (argument & 0xfff) << 12 |
                   (compared & 0xfff);
        };
        EXPECT_EQ(text(call(word(0), FUTEX_WAKE_OP_PRIVATE, 1, 1, word(1), op(FUTEX_OP_ADD, static_cast<std::uint32_t>(-2), FUTEX_OP_CMP_GT, 3))), "1");
        EXPECT_EQ(get(1), 1U);
        EXPECT_EQ(text(call(word(0), FUTEX_WAKE_OP_PRIVATE, 1, 1, word(1), op(FUTEX_OP_OR | FUTEX_OP_OPARG_SHIFT, 4, FUTEX_OP_CMP_LE, 1))), "1");
        EXPECT_EQ(get(1), 17U);
        yield();
        EXPECT_EQ(journal_, "a;b;");
        EXPECT_EQ(text(call(word(0), FUTEX_WAKE_OP_PRIVATE, 1, 1, word(1), op(7, 0, FUTEX_OP_CMP_EQ, 0))), "ENOSYS");
        EXPECT_EQ(text(call(word(0), FUTEX_WAKE_OP_PRIVATE, 1, 1, FutexWord{4}, op(FUTEX_OP_SET, 0, FUTEX_OP_CMP_EQ, 0))), "EFAULT");
        arch::host::user_memory.pages[0] = arch::host::UserPage::absent;
        EXPECT_EQ(text(call(word(0), FUTEX_WAKE_OP_PRIVATE, 1, 1, word(1), op(FUTEX_OP_SET, 9, FUTEX_OP_CMP_EQ, 0))), "0");
        EXPECT_EQ(get(1), 9U);
    });
}

TEST_F(Futexes, RobustLocksAreGivenUp) {
    run([&] {
        EXPECT_EQ(table().sys_set_robust_list(UserPtr<void>{k_user_base + 256}, 23).error(), Errno::inval);
        UserThread& self = current_user();
        const auto put = [](std::uint64_t at, std::uint64_t value) { std::memcpy(arch::host::user_memory.at(at), &value, sizeof(value)); };
        const std::uint64_t head = k_user_base + 256;
        const auto list = [&](std::initializer_list<std::uint64_t> entries, std::uint64_t pending) {
            std::uint64_t at = head;
            for (const std::uint64_t entry : entries) {
                put(at, entry);
                at = entry;
            }
            if (at >> 32 == 0) {
                put(at, head);
            }
            put(head + 8, static_cast<std::uint64_t>(-32));
            put(head + 16, pending);
            ASSERT_TRUE(table().sys_set_robust_list(UserPtr<void>{head}, 24));
        };
        // Entries at 1024, 1088, 1152; their words 32 bytes before them.
        list({k_user_base + 1024, k_user_base + 1088}, k_user_base + 1152);
        const std::uint32_t own = static_cast<std::uint32_t>(self.tid);
        set(992 / 4, own | FUTEX_WAITERS);
        set(1056 / 4, 77);
        set(1120 / 4, own);
        start_waiter(992 / 4, 'a');
        table().leave_memory(self);
        yield();
        EXPECT_EQ(get(992 / 4), FUTEX_OWNER_DIED | FUTEX_WAITERS);
        EXPECT_EQ(get(1120 / 4), FUTEX_OWNER_DIED);
        EXPECT_EQ(journal_, "a;");
        EXPECT_TRUE(self.robust_list.is_null());
        // A circle that does not pass the head, and nonsense.
        put(k_user_base + 2048, k_user_base + 2048);
        list({k_user_base + 2048}, 0);
        put(k_user_base + 2048, k_user_base + 2048);
        table().leave_memory(self);
        list({k_user_base + 2049, 0x123456789}, 0xffff'ffff'ffff'0000);
        ASSERT_TRUE(table().sys_set_robust_list(UserPtr<void>{0xffff'ff80'0000'0000}, 24));
        table().leave_memory(self);
        ASSERT_TRUE(table().sys_set_robust_list(UserPtr<void>{head}, 24));
        EXPECT_TRUE(table().sys_get_robust_list(0, UserPtr<std::uint64_t>{k_user_base}, UserPtr<std::uint64_t>{k_user_base + 8}));
        EXPECT_EQ(get(0), static_cast<std::uint32_t>(head));
        EXPECT_EQ(get(2), 24U);
        EXPECT_EQ(table().sys_get_robust_list(99, {}, {}).error(), Errno::srch);
    });
}

}  // namespace
}  // namespace phx::task
