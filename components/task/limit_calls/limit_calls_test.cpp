// getrlimit(2), getrusage(2), times(2), prctl(2), as a program meets them.
#include <random>
#include <string>

#include <arch/resource_abi.hpp>
#include <linux/capability.h>
#include <linux/prctl.h>
#include <linux/securebits.h>
#include <task/interfaces/fake_processes/caller_test.hpp>

namespace phx::task {
namespace {

constexpr std::uint64_t k_infinity = ~std::uint64_t{0};
constexpr CapabilitySet bit(unsigned capability) { return CapabilitySet{1} << capability; }

LimitCalls& calls() { return wiring::dut; }

class LimitCallsOfAProgram : public Caller {
protected:
    static std::int64_t prctl(int option, std::uint64_t a = 0, std::uint64_t b = 0, std::uint64_t c = 0, std::uint64_t d = 0) {
        return value(calls().sys_prctl(option, a, b, c, d));
    }
    std::int64_t set_limit(Pid pid, std::uint32_t which, std::uint64_t soft, std::uint64_t hard) {
        const auto wanted = put(LimitPair{soft, hard});
        return value(calls().sys_prlimit64(pid, which, UserPtr<const LimitPair>{wanted.address().value()}, {}));
    }
    std::string text(std::uint64_t at, std::size_t size) {
        std::string bytes(size, '\0');
        std::memcpy(bytes.data(), arch::host::user_memory.at(at), size);
        return bytes;
    }
};

TEST_F(LimitCallsOfAProgram, ALimitIsToldAndSet) {
    const auto to = room<LimitPair>();
    const UserPtr<const LimitPair> from{to.address().value()};
    current_process().limits[RLIMIT_CORE] = {1, 5};
    EXPECT_EQ(value(calls().sys_getrlimit(RLIMIT_CORE, to)), 0);
    EXPECT_EQ(get(to).soft, 1U);
    EXPECT_EQ(get(to).hard, 5U);
    EXPECT_EQ(set_limit(0, RLIMIT_CORE, 2, 4), 0);
    const auto wanted = put(LimitPair{3, 3});
    EXPECT_EQ(value(calls().sys_prlimit64(k_pid, RLIMIT_CORE, UserPtr<const LimitPair>{wanted.address().value()}, to)), 0);
    EXPECT_EQ(get(to).soft, 2U) << "as it was before";
    EXPECT_EQ(get(to).hard, 4U);
    EXPECT_EQ(current_process().limits[RLIMIT_CORE].hard, 3U);
    EXPECT_EQ(value(calls().sys_setrlimit(RLIMIT_CORE, from)), 0);
    EXPECT_EQ(current_process().limits[RLIMIT_CORE].soft, 2U);

    EXPECT_EQ(value(calls().sys_getrlimit(RLIM_NLIMITS, to)), -EINVAL);
    EXPECT_EQ(value(calls().sys_setrlimit(RLIM_NLIMITS, from)), -EINVAL);
    EXPECT_EQ(set_limit(0, RLIMIT_CORE, 3, 2), -EINVAL) << "more than is possible";
    EXPECT_EQ(set_limit(0, RLIMIT_CORE, k_infinity, k_infinity), 0) << "root may raise it";
    EXPECT_EQ(set_limit(9, RLIMIT_CORE, 1, 1), -ESRCH);
    EXPECT_EQ(set_limit(0, RLIMIT_NOFILE, 1, 1'048'577), -EPERM) << "fs.nr_open is for root, too";
    EXPECT_EQ(set_limit(0, RLIMIT_NOFILE, 1, 1'048'576), 0);
    for (const std::uint64_t bad : {std::uint64_t{0}, k_bad}) {
        EXPECT_EQ(value(calls().sys_getrlimit(RLIMIT_CORE, UserPtr<LimitPair>{bad})), -EFAULT);
        EXPECT_EQ(value(calls().sys_setrlimit(RLIMIT_CORE, UserPtr<const LimitPair>{bad})), -EFAULT);
    }
    EXPECT_EQ(value(calls().sys_prlimit64(0, RLIMIT_CORE, UserPtr<const LimitPair>{k_bad}, {})), -EFAULT);
    EXPECT_EQ(value(calls().sys_prlimit64(0, RLIMIT_CORE, {}, UserPtr<LimitPair>{k_bad})), -EFAULT);
    EXPECT_EQ(value(calls().sys_prlimit64(0, RLIMIT_CORE, {}, {})), 0);
}

TEST_F(LimitCallsOfAProgram, WhoIsNotRootLowersForGood) {
    current_process().limits[RLIMIT_CORE] = {0, 5};
    become(user(1000, 1000));
    EXPECT_EQ(set_limit(0, RLIMIT_CORE, 5, 5), 0) << "up to the hard one";
    EXPECT_EQ(set_limit(0, RLIMIT_CORE, 5, 6), -EPERM);
    EXPECT_EQ(set_limit(0, RLIMIT_CORE, 1, 1), 0);
    EXPECT_EQ(set_limit(0, RLIMIT_CORE, 2, 2), -EPERM);
}

// prlimit(2): the caller's real numbers must be all of the other's.
TEST_F(LimitCallsOfAProgram, OthersLimitsAreForTheSameUser) {
    Process& other = wiring::processes.add(8);
    const auto be = [&other](const CredentialFields& fields) { delete other.leader->credentials.exchange(new Credentials{fields}); };
    const auto to = room<LimitPair>();
    const auto look = [&to] { return value(calls().sys_prlimit64(8, RLIMIT_CORE, {}, to)); };
    EXPECT_EQ(look(), 0) << "CAP_SYS_RESOURCE";
    become(user(1000, 100));
    EXPECT_EQ(look(), -EPERM);
    be(user(1000, 100));
    EXPECT_EQ(look(), 0);
    for (Uid CredentialFields::* const field : {&CredentialFields::uid, &CredentialFields::euid, &CredentialFields::suid, &CredentialFields::gid,
                                                &CredentialFields::egid, &CredentialFields::sgid}) {
        CredentialFields fields = user(1000, 100);
        fields.*field = 5;
        be(fields);
        EXPECT_EQ(look(), -EPERM);
    }
    CredentialFields effective = user(1000, 100);
    effective.euid = 0;
    become(effective);
    be(user(1000, 100));
    EXPECT_EQ(look(), 0) << "its real user is the same";
}

TEST_F(LimitCallsOfAProgram, WhatWasUsedIsTold) {
    Process& self = current_process();
    self.ended = {.user_time = Nanoseconds{1'234'567'890}, .system_time = Nanoseconds{2'500'000'000}, .minor_faults = 3, .major_faults = 4, .switches = 5, .peak_resident = 6};
    self.children_usage = {.user_time = Nanoseconds{7'000'000'000}, .system_time = Nanoseconds{9'999'999}};
    current_user().system_time = Nanoseconds{3'000};
    current().run_time = Nanoseconds{10'000};
    const auto to = room<uapi::rusage>();
    const auto usage = [&to](int who) {
        EXPECT_EQ(value(calls().sys_getrusage(who, to.as<void>())), 0);
        return get(to);
    };
    const uapi::rusage own = usage(RUSAGE_SELF);
    EXPECT_EQ(own.ru_utime.tv_sec, 1);
    EXPECT_EQ(own.ru_utime.tv_usec, 234'567);
    EXPECT_EQ(own.ru_stime.tv_sec, 2);
    EXPECT_EQ(own.ru_stime.tv_usec, 500'000);
    EXPECT_EQ(own.ru_minflt, 3);
    EXPECT_EQ(own.ru_majflt, 4);
    EXPECT_EQ(own.ru_nvcsw, 5);
    EXPECT_EQ(own.ru_maxrss, static_cast<long>(6 * k_page_size / 1024)) << "in KiB";
    EXPECT_EQ(usage(RUSAGE_CHILDREN).ru_utime.tv_sec, 7);
    EXPECT_EQ(usage(RUSAGE_THREAD).ru_utime.tv_usec, 7);
    EXPECT_EQ(usage(RUSAGE_THREAD).ru_stime.tv_usec, 3);
    for (const int who : {-3, -2, 2}) {
        EXPECT_EQ(value(calls().sys_getrusage(who, to.as<void>())), -EINVAL);
    }
    EXPECT_EQ(value(calls().sys_getrusage(RUSAGE_SELF, UserPtr<void>{k_bad})), -EFAULT);

    wiring::clock.set(Nanoseconds{12'349'999'999});
    const auto times = room<Times>();
    EXPECT_EQ(value(calls().sys_times(times)), 1234) << "a hundred a second";
    EXPECT_EQ(get(times).user, 123);
    EXPECT_EQ(get(times).system, 250);
    EXPECT_EQ(get(times).children_user, 700);
    EXPECT_EQ(get(times).children_system, 0);
    EXPECT_EQ(value(calls().sys_times({})), 1234);
    EXPECT_EQ(value(calls().sys_times(UserPtr<Times>{k_bad})), -EFAULT);
    current().run_time = Nanoseconds{};
}

TEST_F(LimitCallsOfAProgram, AThreadHasAName) {
    const auto at = room<char>(64);
    const std::uint64_t address = at.address().value();
    const std::string longer = "a name of twenty-six bytes";
    std::memcpy(arch::host::user_memory.at(address), longer.c_str(), longer.size() + 1);
    EXPECT_EQ(prctl(PR_SET_NAME, address), 0);
    EXPECT_EQ(prctl(PR_GET_NAME, address + 32), 0);
    EXPECT_EQ(text(address + 32, 16), longer.substr(0, 15) + '\0');
    EXPECT_EQ(prctl(PR_SET_NAME, put(std::uint32_t{'x'}).address().value()), 0);
    EXPECT_EQ(prctl(PR_GET_NAME, address), 0);
    EXPECT_EQ(text(address, 16), 'x' + std::string(15, '\0')) << "nothing of the one before";
    EXPECT_EQ(prctl(PR_SET_NAME, k_bad), -EFAULT);
    EXPECT_EQ(prctl(PR_GET_NAME, k_bad), -EFAULT);
    const std::uint64_t end = arch::host::k_user_base + arch::host::user_memory.bytes.size();
    std::memcpy(arch::host::user_memory.at(end - 2), "y", 2);
    EXPECT_EQ(prctl(PR_SET_NAME, end - 2), 0) << "no more is read than there is";
    EXPECT_EQ(prctl(PR_GET_NAME, end - 2), -EFAULT);
}

TEST_F(LimitCallsOfAProgram, HowItIsTreated) {
    const auto at = room<std::int32_t>();
    const std::uint64_t address = at.address().value();
    EXPECT_EQ(prctl(PR_SET_PDEATHSIG, 64), 0);
    EXPECT_EQ(prctl(PR_GET_PDEATHSIG, address), 0);
    EXPECT_EQ(get(at), 64);
    EXPECT_EQ(prctl(PR_SET_PDEATHSIG, 65), -EINVAL);
    EXPECT_EQ(prctl(PR_SET_PDEATHSIG, ~std::uint64_t{0}), -EINVAL);
    EXPECT_EQ(prctl(PR_SET_PDEATHSIG, 0), 0);
    EXPECT_EQ(prctl(PR_GET_PDEATHSIG, k_bad), -EFAULT);

    EXPECT_EQ(prctl(PR_GET_DUMPABLE), 1);
    EXPECT_EQ(prctl(PR_SET_DUMPABLE, 0), 0);
    EXPECT_EQ(prctl(PR_GET_DUMPABLE), 0);
    EXPECT_EQ(prctl(PR_SET_DUMPABLE, 2), -EINVAL) << "suidsafe is for the kernel to set";
    EXPECT_EQ(prctl(PR_GET_DUMPABLE), 0);

    Process& child = wiring::processes.add(8, &current_process());
    EXPECT_EQ(prctl(PR_SET_CHILD_SUBREAPER, 5), 0);
    EXPECT_EQ(prctl(PR_GET_CHILD_SUBREAPER, address), 0);
    EXPECT_EQ(get(at), 1);
    EXPECT_TRUE(child.has_adopter);
    EXPECT_EQ(prctl(PR_SET_CHILD_SUBREAPER, 0), 0);
    EXPECT_EQ(prctl(PR_GET_CHILD_SUBREAPER, address), 0);
    EXPECT_EQ(get(at), 0);
    EXPECT_EQ(prctl(PR_GET_CHILD_SUBREAPER, k_bad), -EFAULT);

    EXPECT_EQ(prctl(PR_GET_THP_DISABLE), 0);
    EXPECT_EQ(prctl(PR_GET_THP_DISABLE, 1), -EINVAL);
    EXPECT_EQ(prctl(PR_GET_TIMERSLACK), 50'000);
    for (const int none : {0, -1, 1000, PR_SET_MM}) {
        EXPECT_EQ(prctl(none), -EINVAL);
    }
}

TEST_F(LimitCallsOfAProgram, NoNewPrivilegesIsForGood) {
    EXPECT_EQ(prctl(PR_GET_NO_NEW_PRIVS), 0);
    for (const auto& [a, b, c, d] : {std::array{0, 0, 0, 0}, {2, 0, 0, 0}, {1, 1, 0, 0}, {1, 0, 1, 0}, {1, 0, 0, 1}}) {
        EXPECT_EQ(prctl(PR_SET_NO_NEW_PRIVS, static_cast<std::uint64_t>(a), static_cast<std::uint64_t>(b), static_cast<std::uint64_t>(c),
                        static_cast<std::uint64_t>(d)),
                  -EINVAL);
    }
    EXPECT_EQ(prctl(PR_SET_NO_NEW_PRIVS, 1), 0);
    EXPECT_EQ(prctl(PR_GET_NO_NEW_PRIVS), 1);
    EXPECT_EQ(prctl(PR_SET_NO_NEW_PRIVS, 0), -EINVAL);
    EXPECT_EQ(prctl(PR_GET_NO_NEW_PRIVS, 1), -EINVAL);
    EXPECT_EQ(prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 1), -EINVAL);
}

// capabilities(7), "Establishing a capabilities-only environment": what is locked stays.
TEST_F(LimitCallsOfAProgram, SecureBits) {
    EXPECT_EQ(prctl(PR_SET_KEEPCAPS, 1), 0);
    EXPECT_EQ(prctl(PR_GET_KEEPCAPS), 1);
    EXPECT_EQ(prctl(PR_GET_SECUREBITS), SECBIT_KEEP_CAPS);
    EXPECT_EQ(prctl(PR_SET_KEEPCAPS, 2), -EINVAL);
    EXPECT_EQ(prctl(PR_SET_SECUREBITS, 1U << 8), -EPERM) << "there is none";
    EXPECT_EQ(prctl(PR_SET_SECUREBITS, SECBIT_KEEP_CAPS_LOCKED | SECBIT_NOROOT), 0);
    EXPECT_EQ(prctl(PR_GET_KEEPCAPS), 0);
    EXPECT_EQ(prctl(PR_SET_KEEPCAPS, 1), -EPERM) << "it is locked";
    EXPECT_EQ(prctl(PR_SET_SECUREBITS, SECBIT_KEEP_CAPS_LOCKED | SECBIT_KEEP_CAPS), -EPERM);
    EXPECT_EQ(prctl(PR_SET_SECUREBITS, 0), -EPERM) << "nor is a lock undone";
    EXPECT_EQ(prctl(PR_SET_SECUREBITS, SECBIT_KEEP_CAPS_LOCKED), 0);
    become(user(1000, 1000));
    EXPECT_EQ(prctl(PR_SET_SECUREBITS, 0), -EPERM);
    EXPECT_EQ(prctl(PR_SET_KEEPCAPS, 1), 0) << "needs no capability";
}

TEST_F(LimitCallsOfAProgram, BoundingSet) {
    EXPECT_EQ(prctl(PR_CAPBSET_READ, CAP_KILL), 1);
    EXPECT_EQ(prctl(PR_CAPBSET_DROP, CAP_KILL), 0);
    EXPECT_EQ(prctl(PR_CAPBSET_READ, CAP_KILL), 0);
    EXPECT_EQ(prctl(PR_CAPBSET_READ, CAP_LAST_CAP), 1);
    for (const std::uint64_t none : {std::uint64_t{CAP_LAST_CAP} + 1, std::uint64_t{64}, ~std::uint64_t{0}}) {
        EXPECT_EQ(prctl(PR_CAPBSET_READ, none), -EINVAL);
        EXPECT_EQ(prctl(PR_CAPBSET_DROP, none), -EINVAL);
    }
    become(user(1000, 1000));
    EXPECT_EQ(prctl(PR_CAPBSET_DROP, CAP_CHOWN), -EPERM);
    EXPECT_EQ(prctl(PR_CAPBSET_READ, CAP_CHOWN), 1);
}

TEST_F(LimitCallsOfAProgram, AmbientSet) {
    CredentialFields fields = user(1000, 1000);
    fields.permitted = bit(CAP_KILL) | bit(CAP_CHOWN);
    fields.inheritable = bit(CAP_KILL) | bit(CAP_FOWNER);
    become(fields);
    const auto ambient = [](int what, std::uint64_t capability = 0, std::uint64_t c = 0, std::uint64_t d = 0) {
        return prctl(PR_CAP_AMBIENT, static_cast<std::uint64_t>(what), capability, c, d);
    };
    EXPECT_EQ(ambient(PR_CAP_AMBIENT_RAISE, CAP_CHOWN), -EPERM) << "not inheritable";
    EXPECT_EQ(ambient(PR_CAP_AMBIENT_RAISE, CAP_FOWNER), -EPERM) << "not permitted";
    EXPECT_EQ(ambient(PR_CAP_AMBIENT_RAISE, CAP_KILL), 0);
    EXPECT_EQ(ambient(PR_CAP_AMBIENT_IS_SET, CAP_KILL), 1);
    EXPECT_EQ(ambient(PR_CAP_AMBIENT_IS_SET, CAP_CHOWN), 0);
    EXPECT_EQ(ambient(PR_CAP_AMBIENT_LOWER, CAP_KILL), 0);
    EXPECT_EQ(own().ambient, 0U);
    EXPECT_EQ(ambient(PR_CAP_AMBIENT_RAISE, CAP_KILL), 0);
    EXPECT_EQ(ambient(PR_CAP_AMBIENT_CLEAR_ALL), 0);
    EXPECT_EQ(own().ambient, 0U);
    EXPECT_EQ(ambient(PR_CAP_AMBIENT_CLEAR_ALL, 1), -EINVAL);
    for (const int what : {PR_CAP_AMBIENT_RAISE, PR_CAP_AMBIENT_LOWER, PR_CAP_AMBIENT_IS_SET}) {
        EXPECT_EQ(ambient(what, CAP_LAST_CAP + 1), -EINVAL);
        EXPECT_EQ(ambient(what, CAP_KILL, 1), -EINVAL);
        EXPECT_EQ(ambient(what, CAP_KILL, 0, 1), -EINVAL);
    }
    EXPECT_EQ(ambient(5, CAP_KILL), -EINVAL);
    fields.securebits = SECBIT_NO_CAP_AMBIENT_RAISE;
    become(fields);
    EXPECT_EQ(ambient(PR_CAP_AMBIENT_RAISE, CAP_KILL), -EPERM);
}

}  // namespace
}  // namespace phx::task
