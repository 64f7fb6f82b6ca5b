// sched(7), setpriority(2), ioprio_set(2), as a program meets them.
#include <functional>
#include <random>

#include <arch/resource_abi.hpp>
#include <linux/capability.h>
#include <linux/ioprio.h>
#include <linux/sched.h>
#include <task/interfaces/fake_processes/caller_test.hpp>
#include <task/interfaces/fiber_machine.hpp>

namespace phx::task {
namespace {

ScheduleCalls& calls() { return wiring::calls; }

class ScheduleCallsOfAProgram : public Caller {
protected:
    void SetUp() override {}
    void TearDown() override {}
    void run(const std::function<void()>& body) {
        FiberMachine::run([&] {
            begin();
            body();
            become(CredentialFields{});
            ASSERT_EQ(set(0, SCHED_NORMAL, 0), 0);
            ASSERT_EQ(value(calls().sys_setpriority(PRIO_PROCESS, 0, 0)), 0);
            end();
        });
    }
    std::int64_t set(Pid tid, int policy, std::int32_t priority) {
        return value(calls().sys_sched_setscheduler(tid, policy, UserPtr<const std::int32_t>{put(priority).address().value()}));
    }
    static int policy(Pid tid = 0) { return static_cast<int>(value(calls().sys_sched_getscheduler(tid))); }
    std::int32_t priority(Pid tid = 0) {
        const auto at = put(std::int32_t{-1});
        EXPECT_EQ(value(calls().sys_sched_getparam(tid, at)), 0);
        return get(at);
    }
    static std::int64_t nice(int which = PRIO_PROCESS, std::uint32_t who = 0) {
        const std::int64_t got = value(calls().sys_getpriority(which, who));
        return got < 0 ? got : 20 - got;
    }
    static std::int64_t set_nice(int to, int which = PRIO_PROCESS, std::uint32_t who = 0) { return value(calls().sys_setpriority(which, who, to)); }
    static struct sched_attr attributes(std::uint32_t size, std::uint32_t policy = SCHED_NORMAL, int nice = 0, std::uint32_t priority = 0, std::uint64_t flags = 0) {
        struct sched_attr attr {};
        attr.size = size;
        attr.sched_policy = policy;
        attr.sched_nice = nice;
        attr.sched_priority = priority;
        attr.sched_flags = flags;
        return attr;
    }
    std::int64_t set_attr(const struct sched_attr& attr, Pid tid = 0, std::uint32_t flags = 0) {
        at_ = put(attr).as<void>();
        return value(calls().sys_sched_setattr(tid, at_, flags));
    }
    static void be(UserThread& thread, const CredentialFields& fields) { delete thread.credentials.exchange(new Credentials{fields}); }

    UserPtr<void> at_;
};

TEST_F(ScheduleCallsOfAProgram, PoliciesAndTheirPriorities) {
    run([&] {
        EXPECT_EQ(policy(), SCHED_NORMAL);
        for (const int which : {SCHED_NORMAL, SCHED_BATCH, SCHED_IDLE}) {
            EXPECT_EQ(value(calls().sys_sched_get_priority_min(which)), 0);
            EXPECT_EQ(value(calls().sys_sched_get_priority_max(which)), 0);
            EXPECT_EQ(set(0, which, 0), 0);
            EXPECT_EQ(policy(), which);
            EXPECT_EQ(priority(), 0);
            EXPECT_EQ(set(0, which, 1), -EINVAL);
        }
        for (const int which : {SCHED_FIFO, SCHED_RR}) {
            EXPECT_EQ(value(calls().sys_sched_get_priority_min(which)), 1);
            EXPECT_EQ(value(calls().sys_sched_get_priority_max(which)), 99);
            EXPECT_EQ(set(k_pid, which, 99), 0);
            EXPECT_EQ(policy(k_pid), which);
            EXPECT_EQ(priority(k_pid), 99);
            for (const int none : {-1, 0, 100, 257}) {
                EXPECT_EQ(set(0, which, none), -EINVAL);
            }
            const auto other = put(std::int32_t{7});
            EXPECT_EQ(value(calls().sys_sched_setparam(0, UserPtr<const std::int32_t>{other.address().value()})), 0);
            EXPECT_EQ(priority(), 7);
            EXPECT_EQ(policy(), which);
        }
        for (const int none : {-1, 4, SCHED_DEADLINE, 7, 100}) {
            EXPECT_EQ(set(0, none, 0), -EINVAL);
            EXPECT_EQ(value(calls().sys_sched_get_priority_min(none)), -EINVAL);
            EXPECT_EQ(value(calls().sys_sched_get_priority_max(none)), -EINVAL);
        }
        EXPECT_EQ(set(-1, SCHED_NORMAL, 0), -EINVAL);
        EXPECT_EQ(set(9, SCHED_NORMAL, 0), -ESRCH);
        EXPECT_EQ(value(calls().sys_sched_getscheduler(-1)), -EINVAL);
        EXPECT_EQ(value(calls().sys_sched_getscheduler(9)), -ESRCH);
        EXPECT_EQ(value(calls().sys_sched_getparam(9, put(std::int32_t{0}))), -ESRCH);
        const auto with = [](std::uint64_t at) {
            EXPECT_EQ(value(calls().sys_sched_setscheduler(0, SCHED_NORMAL, UserPtr<const std::int32_t>{at})), at == 0 ? -EINVAL : -EFAULT);
            EXPECT_EQ(value(calls().sys_sched_setparam(0, UserPtr<const std::int32_t>{at})), at == 0 ? -EINVAL : -EFAULT);
            EXPECT_EQ(value(calls().sys_sched_getparam(0, UserPtr<std::int32_t>{at})), at == 0 ? -EINVAL : -EFAULT);
        };
        with(0);
        with(k_bad);
        EXPECT_EQ(value(calls().sys_sched_yield()), 0);
    });
}

// sched(7), "Privileges and resource limits".
TEST_F(ScheduleCallsOfAProgram, WhoMayBecomeMoreUrgent) {
    run([&] {
        Process& self = current_process();
        self.limits[RLIMIT_RTPRIO] = self.limits[RLIMIT_NICE] = {0, 0};
        become(user(1000, 1000));
        EXPECT_EQ(set(0, SCHED_FIFO, 1), -EPERM);
        self.limits[RLIMIT_RTPRIO] = {10, 10};
        EXPECT_EQ(set(0, SCHED_FIFO, 11), -EPERM);
        EXPECT_EQ(set(0, SCHED_FIFO, 10), 0);
        self.limits[RLIMIT_RTPRIO] = {5, 5};
        EXPECT_EQ(set(0, SCHED_RR, 10), 0) << "no more urgent than before";
        EXPECT_EQ(set(0, SCHED_RR, 11), -EPERM);
        self.limits[RLIMIT_RTPRIO] = {0, 0};
        EXPECT_EQ(set(0, SCHED_FIFO, 9), -EPERM) << "another real-time policy";
        EXPECT_EQ(set(0, SCHED_RR, 9), 0) << "less urgent";
        EXPECT_EQ(set(0, SCHED_NORMAL, 0), 0);

        EXPECT_EQ(set(0, SCHED_IDLE, 0), 0);
        EXPECT_EQ(set(0, SCHED_NORMAL, 0), -EPERM) << "out of idleness as out of a nice value";
        self.limits[RLIMIT_NICE] = {20, 20};
        EXPECT_EQ(set(0, SCHED_NORMAL, 0), 0);

        self.limits[RLIMIT_NICE] = {0, 0};
        EXPECT_EQ(set_nice(5), 0);
        EXPECT_EQ(set_nice(4), -EACCES);
        EXPECT_EQ(set_attr(attributes(SCHED_ATTR_SIZE_VER0, SCHED_NORMAL, 4)), -EPERM);
        self.limits[RLIMIT_NICE] = {20 - 3, 20 - 3};
        EXPECT_EQ(set_nice(2), -EACCES);
        EXPECT_EQ(set_nice(3), 0);
        EXPECT_EQ(nice(), 3);
    });
}

TEST_F(ScheduleCallsOfAProgram, OthersAreForTheSameUser) {
    run([&] {
        Process& other = wiring::processes.add(8);
        const auto made = wiring::dut.create({.name = "other", .user = other.leader, .held = true}, [](void*) {}, nullptr);
        ASSERT_TRUE(made);
        other.leader->thread = *made;
        (*made)->detached = false;
        const auto everything = [&] {
            const auto mask = put(std::uint64_t{1}).as<const void>();
            const auto attr = put(attributes(SCHED_ATTR_SIZE_VER0)).as<void>();
            return std::array{set(8, SCHED_BATCH, 0), value(calls().sys_sched_setaffinity(8, 8, mask)), value(calls().sys_sched_setattr(8, attr, 0)),
                              set_nice(0, PRIO_PROCESS, 8), value(calls().sys_ioprio_set(IOPRIO_WHO_PROCESS, 8, 0))};
        };
        constexpr std::array<std::int64_t, 5> k_done{};
        constexpr std::array<std::int64_t, 5> k_refused{-EPERM, -EPERM, -EPERM, -EPERM, -EPERM};
        EXPECT_EQ(everything(), k_done) << "CAP_SYS_NICE";
        become(user(1000, 1000));
        EXPECT_EQ(everything(), k_refused);
        be(*other.leader, user(1000, 5));
        EXPECT_EQ(everything(), k_done);
        CredentialFields half = user(2, 2);
        half.euid = 1000;
        be(*other.leader, half);
        EXPECT_EQ(everything(), (std::array<std::int64_t, 5>{0, 0, 0, 0, -EPERM})) << "the effective user is not who does input and output";
        half = user(1000, 2);
        half.euid = 2;
        be(*other.leader, half);
        EXPECT_EQ(everything(), k_done);
        EXPECT_EQ(policy(8), SCHED_NORMAL) << "asking is for everybody";
        other.leader->thread = nullptr;
        EXPECT_EQ(value(calls().sys_sched_getscheduler(8)), -ESRCH) << "it has ended";
        wiring::dut.start(**made);
        wiring::dut.join(**made);
    });
}

TEST_F(ScheduleCallsOfAProgram, NiceValues) {
    run([&] {
        EXPECT_EQ(nice(), 0);
        for (const auto& [wanted, got] : {std::pair{-20, -20}, {-21, -20}, {19, 19}, {20, 19}, {1000, 19}, {-1000, -20}, {7, 7}}) {
            EXPECT_EQ(set_nice(wanted), 0);
            EXPECT_EQ(nice(), got);
            EXPECT_EQ(nice(PRIO_PGRP), got);
            EXPECT_EQ(nice(PRIO_USER), got);
            EXPECT_EQ(nice(PRIO_PROCESS, k_pid), got);
        }
        EXPECT_EQ(value(calls().sys_getpriority(PRIO_PROCESS, 0)), 20 - 7) << "as the kernel gives it";
        EXPECT_EQ(set_nice(1, PRIO_PGRP, k_pid), 0);
        EXPECT_EQ(set_nice(2, PRIO_USER, 0), 0);
        EXPECT_EQ(nice(), 2);
        for (const int which : {-1, 3}) {
            EXPECT_EQ(nice(which), -EINVAL);
            EXPECT_EQ(set_nice(0, which), -EINVAL);
        }
        for (const int which : {PRIO_PROCESS, PRIO_PGRP, PRIO_USER}) {
            EXPECT_EQ(nice(which, 99), -ESRCH);
            EXPECT_EQ(set_nice(0, which, 99), -ESRCH);
        }
        EXPECT_EQ(nice(), 2);
    });
}

TEST_F(ScheduleCallsOfAProgram, Affinity) {
    run([&] {
        const auto to = put(std::array<std::uint64_t, 2>{~std::uint64_t{0}, 5});
        EXPECT_EQ(value(calls().sys_sched_getaffinity(0, 16, to.as<void>())), 8);
        EXPECT_EQ(get(to)[0], 1U) << "the only CPU";
        EXPECT_EQ(get(to)[1], 5U);
        for (const std::size_t size : {0U, 4U, 7U, 9U, 12U}) {
            EXPECT_EQ(value(calls().sys_sched_getaffinity(0, size, to.as<void>())), -EINVAL);
        }
        const auto set_affinity = [&](std::uint64_t mask, std::size_t size = 8) {
            return value(calls().sys_sched_setaffinity(0, size, put(mask).as<const void>()));
        };
        EXPECT_EQ(set_affinity(1), 0);
        EXPECT_EQ(set_affinity(1, 1), 0) << "as many bytes as are given";
        EXPECT_EQ(set_affinity(~std::uint64_t{0}), 0) << "CPUs that there are not do not matter";
        EXPECT_EQ(set_affinity(0), -EINVAL);
        EXPECT_EQ(set_affinity(2), -EINVAL) << "there is no such CPU";
        EXPECT_EQ(set_affinity(1, 0), -EINVAL);
        EXPECT_EQ(value(calls().sys_sched_setaffinity(0, 8, UserPtr<const void>{k_bad})), -EFAULT);
        EXPECT_EQ(value(calls().sys_sched_getaffinity(0, 8, UserPtr<void>{k_bad})), -EFAULT);
        for (const Pid nobody : {-1, 99}) {
            EXPECT_EQ(value(calls().sys_sched_getaffinity(nobody, 8, to.as<void>())), -ESRCH);
            EXPECT_EQ(value(calls().sys_sched_setaffinity(nobody, 8, to.as<const void>())), -ESRCH);
        }
    });
}

// sched_setattr(2): structs of several sizes.
TEST_F(ScheduleCallsOfAProgram, Attributes) {
    run([&] {
        EXPECT_EQ(set_attr(attributes(SCHED_ATTR_SIZE_VER0, SCHED_RR, 0, 5)), 0);
        EXPECT_EQ(policy(), SCHED_RR);
        EXPECT_EQ(priority(), 5);
        EXPECT_EQ(set_attr(attributes(0, SCHED_BATCH, 30)), 0) << "no size: the first";
        EXPECT_EQ(nice(), 19);
        const auto to = put(sched_attr{}).as<void>();
        EXPECT_EQ(value(calls().sys_sched_getattr(0, to, sizeof(sched_attr), 0)), 0);
        const sched_attr got = get(to.as<sched_attr>());
        EXPECT_EQ(got.size, sizeof(sched_attr));
        EXPECT_EQ(got.sched_policy, static_cast<std::uint32_t>(SCHED_BATCH));
        EXPECT_EQ(got.sched_nice, 19);
        EXPECT_EQ(got.sched_priority, 0U);
        EXPECT_EQ(value(calls().sys_sched_getattr(0, to, SCHED_ATTR_SIZE_VER0, 0)), 0);
        EXPECT_EQ(get(to.as<sched_attr>()).size, static_cast<std::uint32_t>(SCHED_ATTR_SIZE_VER0));
        EXPECT_EQ(value(calls().sys_sched_getattr(0, to, 4096, 0)), 0);
        EXPECT_EQ(get(to.as<sched_attr>()).size, sizeof(sched_attr)) << "no more than is known";
        for (const std::uint32_t size : {0U, 47U, 4097U}) {
            EXPECT_EQ(value(calls().sys_sched_getattr(0, to, size, 0)), -EINVAL);
        }
        EXPECT_EQ(value(calls().sys_sched_getattr(0, to, 48, 1)), -EINVAL);
        EXPECT_EQ(value(calls().sys_sched_getattr(-1, to, 48, 0)), -EINVAL);
        EXPECT_EQ(value(calls().sys_sched_getattr(99, to, 48, 0)), -ESRCH);
        EXPECT_EQ(value(calls().sys_sched_getattr(0, UserPtr<void>{}, 48, 0)), -EINVAL);
        EXPECT_EQ(value(calls().sys_sched_getattr(0, UserPtr<void>{k_bad}, 48, 0)), -EFAULT);

        for (const std::uint32_t size : {1U, 47U, 4097U}) {
            EXPECT_EQ(set_attr(attributes(size)), -E2BIG);
            EXPECT_EQ(get(at_.as<std::uint32_t>()), sizeof(sched_attr)) << "what would fit is said";
        }
        const auto larger = put(std::array<std::uint64_t, 16>{});
        const auto grow = [&](std::uint64_t last) {
            std::array<std::uint64_t, 16> bytes{sizeof bytes};
            bytes[15] = last;
            std::memcpy(arch::host::user_memory.at(larger.address().value()), bytes.data(), sizeof bytes);
            return value(calls().sys_sched_setattr(0, larger.as<void>(), 0));
        };
        EXPECT_EQ(grow(0), 0) << "what is not known here is not asked for";
        EXPECT_EQ(grow(1), -E2BIG);
        EXPECT_EQ(set_attr(attributes(48, SCHED_FIFO)), -EINVAL);
        EXPECT_EQ(set_attr(attributes(48, SCHED_NORMAL, 0, 1)), -EINVAL);
        EXPECT_EQ(set_attr(attributes(48, 77)), -EINVAL);
        EXPECT_EQ(set_attr(attributes(48, SCHED_NORMAL, 0, 0, 1U << 20)), -EINVAL);
        EXPECT_EQ(set_attr(attributes(48), 0, 1), -EINVAL);
        EXPECT_EQ(set_attr(attributes(48), -1), -EINVAL);
        EXPECT_EQ(set_attr(attributes(48), 99), -ESRCH);
        EXPECT_EQ(value(calls().sys_sched_setattr(0, UserPtr<void>{}, 0)), -EINVAL);
        EXPECT_EQ(value(calls().sys_sched_setattr(0, UserPtr<void>{k_bad}, 0)), -EFAULT);
    });
}

TEST_F(ScheduleCallsOfAProgram, TimeSlices) {
    run([&] {
        const auto to = put(__kernel_timespec{});
        const auto slice = [&] {
            EXPECT_EQ(value(calls().sys_sched_rr_get_interval(0, to)), 0);
            return get(to).tv_nsec;
        };
        EXPECT_GT(slice(), 0);
        EXPECT_EQ(set(0, SCHED_RR, 1), 0);
        EXPECT_EQ(slice(), 100'000'000);
        EXPECT_EQ(set(0, SCHED_FIFO, 1), 0);
        EXPECT_EQ(slice(), 0) << "there is no end of it";
        EXPECT_EQ(value(calls().sys_sched_rr_get_interval(-1, to)), -EINVAL);
        EXPECT_EQ(value(calls().sys_sched_rr_get_interval(99, to)), -ESRCH);
        EXPECT_EQ(value(calls().sys_sched_rr_get_interval(0, UserPtr<__kernel_timespec>{k_bad})), -EFAULT);
    });
}

TEST_F(ScheduleCallsOfAProgram, InputAndOutput) {
    run([&] {
        const auto set_io = [](int klass, int level, int which = IOPRIO_WHO_PROCESS, Pid who = 0) {
            return value(calls().sys_ioprio_set(which, who, IOPRIO_PRIO_VALUE(klass, level)));
        };
        const auto io = [](int which = IOPRIO_WHO_PROCESS, Pid who = 0) { return value(calls().sys_ioprio_get(which, who)); };
        EXPECT_EQ(io(), 0);
        EXPECT_EQ(set_io(IOPRIO_CLASS_RT, 7), 0);
        EXPECT_EQ(io(), IOPRIO_PRIO_VALUE(IOPRIO_CLASS_RT, 7));
        EXPECT_EQ(set_io(IOPRIO_CLASS_BE, 3, IOPRIO_WHO_PGRP), 0);
        EXPECT_EQ(io(IOPRIO_WHO_PGRP), IOPRIO_PRIO_VALUE(IOPRIO_CLASS_BE, 3));
        EXPECT_EQ(set_io(IOPRIO_CLASS_IDLE, 0, IOPRIO_WHO_USER), 0);
        EXPECT_EQ(io(IOPRIO_WHO_USER), IOPRIO_PRIO_VALUE(IOPRIO_CLASS_IDLE, 0));
        EXPECT_EQ(set_io(IOPRIO_CLASS_NONE, 0), 0);
        EXPECT_EQ(set_io(IOPRIO_CLASS_NONE, 1), -EINVAL);
        EXPECT_EQ(set_io(IOPRIO_CLASS_BE, 8), -EINVAL);
        EXPECT_EQ(set_io(IOPRIO_CLASS_RT, 8), -EINVAL);
        EXPECT_EQ(set_io(4, 0), -EINVAL);
        EXPECT_EQ(set_io(IOPRIO_CLASS_BE, 0, 0), -EINVAL);
        EXPECT_EQ(io(4), -EINVAL);
        EXPECT_EQ(io(IOPRIO_WHO_PROCESS, 99), -ESRCH);
        EXPECT_EQ(set_io(IOPRIO_CLASS_BE, 0, IOPRIO_WHO_PGRP, 99), -ESRCH);
        UserThread& other = *wiring::processes.add(8, &current_process()).leader;
        other.thread = &current();
        other.io_priority = IOPRIO_PRIO_VALUE(IOPRIO_CLASS_RT, 2);
        EXPECT_EQ(io(IOPRIO_WHO_PGRP), 0) << "the lowest number of several";
        other.thread = nullptr;
        become(user(1000, 1000));
        EXPECT_EQ(set_io(IOPRIO_CLASS_RT, 0), -EPERM);
        EXPECT_EQ(set_io(IOPRIO_CLASS_IDLE, 0), 0);
    });
}

}  // namespace
}  // namespace phx::task
