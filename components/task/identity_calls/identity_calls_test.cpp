// credentials(7), capabilities(7), as a program meets them.
#include <random>

#include <linux/capability.h>
#include <linux/securebits.h>
#include <task/interfaces/fake_processes/caller_test.hpp>

namespace phx::task {
namespace {

constexpr Uid k_same = ~Uid{0};
constexpr CapabilitySet bit(unsigned capability) { return CapabilitySet{1} << capability; }

IdentityCalls& calls() { return wiring::dut; }

struct Ids {
    Uid real, effective, saved, file;
    bool operator==(const Ids&) const = default;
};
void PrintTo(const Ids& ids, std::ostream* out) { *out << ids.real << ' ' << ids.effective << ' ' << ids.saved << ' ' << ids.file; }

class IdentityCallsOfAProgram : public Caller {
protected:
    static Ids users() { return {own().uid, own().euid, own().suid, own().fsuid}; }
    static Ids groups() { return {own().gid, own().egid, own().sgid, own().fsgid}; }
    static void become_users(const Ids& ids, CapabilitySet capabilities = 0) {
        CredentialFields fields = user(0, 0);
        fields.uid = ids.real;
        fields.euid = ids.effective;
        fields.suid = ids.saved;
        fields.fsuid = ids.file;
        fields.permitted = fields.effective = capabilities;
        become(fields);
    }
    static void become_groups(const Ids& ids, CapabilitySet capabilities = 0) {
        CredentialFields fields = user(1000, 0);
        fields.gid = ids.real;
        fields.egid = ids.effective;
        fields.sgid = ids.saved;
        fields.fsgid = ids.file;
        fields.permitted = fields.effective = capabilities;
        become(fields);
    }

    std::int64_t capget(std::uint32_t version, int pid, std::uint64_t to) {
        header_ = put(__user_cap_header_struct{version, pid});
        return value(calls().sys_capget(header_, UserPtr<__user_cap_data_struct>{to}));
    }
    std::int64_t capset(CapabilitySet effective, CapabilitySet permitted, CapabilitySet inheritable, std::uint32_t version = _LINUX_CAPABILITY_VERSION_3, int pid = 0) {
        header_ = put(__user_cap_header_struct{version, pid});
        const auto word = [](CapabilitySet set, int index) { return static_cast<std::uint32_t>(set >> (32 * index)); };
        const auto data = room<__user_cap_data_struct>(2);
        const __user_cap_data_struct both[2] = {{word(effective, 0), word(permitted, 0), word(inheritable, 0)},
                                                {word(effective, 1), word(permitted, 1), word(inheritable, 1)}};
        std::memcpy(arch::host::user_memory.at(data.address().value()), both, sizeof both);
        return value(calls().sys_capset(header_, UserPtr<const __user_cap_data_struct>{data.address().value()}));
    }

    UserPtr<__user_cap_header_struct> header_;
};

TEST_F(IdentityCallsOfAProgram, ItLearnsWhoItIs) {
    become_users({1, 2, 3, 4});
    EXPECT_EQ(value(calls().sys_getuid()), 1);
    EXPECT_EQ(value(calls().sys_geteuid()), 2);
    const auto at = room<Uid>(3);
    ASSERT_EQ(value(calls().sys_getresuid(at, at + 1, at + 2)), 0);
    EXPECT_EQ((std::array{get(at, 0), get(at, 1), get(at, 2)}), (std::array<Uid, 3>{1, 2, 3}));
    become_groups({5, 6, 7, 8});
    EXPECT_EQ(value(calls().sys_getgid()), 5);
    EXPECT_EQ(value(calls().sys_getegid()), 6);
    ASSERT_EQ(value(calls().sys_getresgid(at, at + 1, at + 2)), 0);
    EXPECT_EQ((std::array{get(at, 0), get(at, 1), get(at, 2)}), (std::array<Gid, 3>{5, 6, 7}));
    const UserPtr<Uid> bad{k_bad};
    for (const auto& [a, b, c] : {std::array{bad, at, at}, {at, bad, at}, {at, at, bad}}) {
        EXPECT_EQ(value(calls().sys_getresuid(a, b, c)), -EFAULT);
        EXPECT_EQ(value(calls().sys_getresgid(a, b, c)), -EFAULT);
    }
}

// setuid(2): all of them for who may, else the effective one alone, to the real or the saved one.
TEST_F(IdentityCallsOfAProgram, Setuid) {
    become_users({1, 2, 3, 2}, bit(CAP_SETUID));
    EXPECT_EQ(value(calls().sys_setuid(9)), 0);
    EXPECT_EQ(users(), (Ids{9, 9, 9, 9}));
    for (const Uid uid : {1U, 3U}) {
        become_users({1, 2, 3, 2});
        EXPECT_EQ(value(calls().sys_setuid(uid)), 0);
        EXPECT_EQ(users(), (Ids{1, uid, 3, uid}));
    }
    become_users({1, 2, 3, 2});
    EXPECT_EQ(value(calls().sys_setuid(2)), -EPERM);
    EXPECT_EQ(value(calls().sys_setuid(k_same)), -EINVAL);
    EXPECT_EQ(users(), (Ids{1, 2, 3, 2}));
    become_groups({1, 2, 3, 2}, bit(CAP_SETGID));
    EXPECT_EQ(value(calls().sys_setgid(9)), 0);
    EXPECT_EQ(groups(), (Ids{9, 9, 9, 9}));
    become_groups({1, 2, 3, 2});
    EXPECT_EQ(value(calls().sys_setgid(3)), 0);
    EXPECT_EQ(groups(), (Ids{1, 3, 3, 3}));
    EXPECT_EQ(value(calls().sys_setgid(2)), -EPERM);
    EXPECT_EQ(value(calls().sys_setgid(k_same)), -EINVAL);
}

// setreuid(2), setresuid(2): each of any values, against the rules as the manual page has them.
TEST_F(IdentityCallsOfAProgram, SetreuidAndSetresuid) {
    std::mt19937 random{1};
    const auto any = [&random] { return random() % 5 == 0 ? k_same : Uid(1 + random() % 4); };
    int refused = 0;
    int done = 0;
    for (int i = 0; i < 4000; ++i) {
        const Ids before{1 + Uid(random() % 4), 1 + Uid(random() % 4), 1 + Uid(random() % 4), 1 + Uid(random() % 4)};
        const bool may = random() % 4 == 0;
        const bool three = random() % 2 == 0;
        const Uid real = any();
        const Uid effective = any();
        const Uid saved = three ? any() : k_same;
        const auto known = [&](Uid uid, bool or_saved) {
            return may || uid == k_same || uid == before.real || uid == before.effective || (or_saved && uid == before.saved);
        };
        const bool allowed = known(real, three) && known(effective, true) && known(saved, three);
        Ids after = before;
        if (allowed) {
            after.real = real == k_same ? before.real : real;
            after.effective = effective == k_same ? before.effective : effective;
            if (three) {
                after.saved = saved == k_same ? before.saved : saved;
            } else if (real != k_same || (effective != k_same && effective != before.real)) {
                after.saved = after.effective;
            }
            after.file = after.effective;
        }
        become_users(before, may ? bit(CAP_SETUID) : 0);
        const auto user = three ? calls().sys_setresuid(real, effective, saved) : calls().sys_setreuid(real, effective);
        EXPECT_EQ(value(user), allowed ? 0 : -EPERM);
        ASSERT_EQ(users(), after);
        become_groups(before, may ? bit(CAP_SETGID) : 0);
        const auto group = three ? calls().sys_setresgid(real, effective, saved) : calls().sys_setregid(real, effective);
        EXPECT_EQ(value(group), allowed ? 0 : -EPERM);
        ASSERT_EQ(groups(), after);
        ++(allowed ? done : refused);
    }
    EXPECT_GT(refused, 500);
    EXPECT_GT(done, 500);
}

// setfsuid(2): the one before, whatever comes of it.
TEST_F(IdentityCallsOfAProgram, Setfsuid) {
    become_users({1, 2, 3, 2});
    for (const Uid uid : {1U, 3U, 2U}) {
        const Uid before = own().fsuid;
        EXPECT_EQ(value(calls().sys_setfsuid(uid)), before);
        EXPECT_EQ(users(), (Ids{1, 2, 3, uid}));
    }
    EXPECT_EQ(value(calls().sys_setfsuid(9)), 2);
    EXPECT_EQ(value(calls().sys_setfsuid(k_same)), 2);
    EXPECT_EQ(own().fsuid, 2U);
    become_users({1, 2, 3, 2}, bit(CAP_SETUID));
    EXPECT_EQ(value(calls().sys_setfsuid(k_same)), 2);
    EXPECT_EQ(value(calls().sys_setfsuid(9)), 2);
    EXPECT_EQ(own().fsuid, 9U);
    become_groups({1, 2, 3, 2});
    EXPECT_EQ(value(calls().sys_setfsgid(3)), 2);
    EXPECT_EQ(value(calls().sys_setfsgid(9)), 3);
    EXPECT_EQ(groups(), (Ids{1, 2, 3, 3}));
}

// capabilities(7), "Effect of user ID changes on capabilities".
TEST_F(IdentityCallsOfAProgram, CapabilitiesFollowUsers) {
    CredentialFields root = user(0, 0);
    root.permitted = root.effective = k_all_capabilities;
    root.inheritable = root.ambient = bit(CAP_CHOWN);
    become(root);
    ASSERT_EQ(value(calls().sys_setresuid(1, 1, 0)), 0);
    EXPECT_EQ(own().effective, 0U) << "the effective user is root no more";
    EXPECT_EQ(own().permitted, k_all_capabilities) << "but one of the users is";
    EXPECT_EQ(own().ambient, bit(CAP_CHOWN));
    ASSERT_EQ(value(calls().sys_setresuid(k_same, 0, k_same)), 0);
    EXPECT_EQ(own().effective, k_all_capabilities) << "root again";
    ASSERT_EQ(value(calls().sys_setuid(1)), 0);
    EXPECT_EQ(own().permitted | own().effective | own().ambient, 0U) << "none of the users is root";
    EXPECT_EQ(own().inheritable, bit(CAP_CHOWN));
    EXPECT_EQ(value(calls().sys_setuid(0)), -EPERM);

    root.securebits = SECBIT_KEEP_CAPS;
    become(root);
    ASSERT_EQ(value(calls().sys_setuid(1)), 0);
    EXPECT_EQ(own().permitted, k_all_capabilities) << "they were to be kept";
    EXPECT_EQ(own().effective | own().ambient, 0U);

    root.securebits = SECBIT_NO_SETUID_FIXUP;
    become(root);
    ASSERT_EQ(value(calls().sys_setuid(1)), 0);
    EXPECT_EQ(own().effective & own().permitted, k_all_capabilities) << "users and capabilities have nothing to do with each other";
    EXPECT_EQ(own().ambient, bit(CAP_CHOWN));
}

TEST_F(IdentityCallsOfAProgram, CapabilitiesAboutFilesFollowTheUserOfFiles) {
    const CapabilitySet about_files = bit(CAP_CHOWN) | bit(CAP_DAC_OVERRIDE) | bit(CAP_DAC_READ_SEARCH) | bit(CAP_FOWNER) | bit(CAP_FSETID) |
                                      bit(CAP_LINUX_IMMUTABLE) | bit(CAP_MKNOD) | bit(CAP_MAC_OVERRIDE);
    EXPECT_EQ(value(calls().sys_setfsuid(5)), 0);
    EXPECT_EQ(own().effective, k_all_capabilities & ~about_files);
    EXPECT_EQ(own().permitted, k_all_capabilities);
    EXPECT_EQ(value(calls().sys_setfsuid(0)), 5);
    EXPECT_EQ(own().effective, k_all_capabilities);
    CredentialFields fixed{};
    fixed.securebits = SECBIT_NO_SETUID_FIXUP;
    become(fixed);
    EXPECT_EQ(value(calls().sys_setfsuid(5)), 0);
    EXPECT_EQ(own().effective, k_all_capabilities);
}

// prctl(2), PR_SET_DUMPABLE and PR_SET_PDEATHSIG: who becomes somebody else is not looked into, and outlives its parent.
TEST_F(IdentityCallsOfAProgram, WhoBecomesSomebodyElseIsNotDumpable) {
    const auto is_left_alone = [](auto&& change) {
        current_process().dumpable = true;
        current_user().death_signal = 9;
        EXPECT_EQ(value(change()), 0);
        EXPECT_EQ(current_process().dumpable, current_user().death_signal == 9);
        return current_process().dumpable;
    };
    EXPECT_TRUE(is_left_alone([] { return calls().sys_setuid(0); })) << "nothing changed";
    EXPECT_TRUE(is_left_alone([] { return calls().sys_setresuid(k_same, k_same, 5); })) << "nor does the saved one matter";
    EXPECT_TRUE(is_left_alone([] { return calls().sys_setresgid(4, k_same, k_same); })) << "nor the real one";
    EXPECT_FALSE(is_left_alone([] { return calls().sys_setresgid(k_same, 4, k_same); }));
    EXPECT_FALSE(is_left_alone([] {
        EXPECT_EQ(value(calls().sys_setfsgid(6)), 4);
        return Result<void>{};
    }));
    EXPECT_FALSE(is_left_alone([] { return calls().sys_setresuid(k_same, 5, k_same); }));
}

TEST_F(IdentityCallsOfAProgram, SupplementaryGroups) {
    EXPECT_EQ(value(calls().sys_getgroups(0, UserPtr<Gid>{})), 0);
    const auto at = room<Gid>(40);
    const std::array<Gid, 3> wanted{30, 10, 20};
    std::memcpy(arch::host::user_memory.at(at.address().value()), wanted.data(), sizeof wanted);
    const UserPtr<const Gid> from{at.address().value()};
    EXPECT_EQ(value(calls().sys_setgroups(3, from)), 0);
    EXPECT_EQ(value(calls().sys_getgroups(0, UserPtr<Gid>{})), 3);
    EXPECT_EQ(value(calls().sys_getgroups(2, at)), -EINVAL);
    EXPECT_EQ(value(calls().sys_getgroups(-1, at)), -EINVAL);
    EXPECT_EQ(value(calls().sys_getgroups(3, UserPtr<Gid>{k_bad})), -EFAULT);
    EXPECT_EQ(value(calls().sys_getgroups(40, at + 10)), 3);
    EXPECT_EQ((std::array{get(at, 10), get(at, 11), get(at, 12)}), (std::array<Gid, 3>{10, 20, 30}));
    EXPECT_TRUE(own().in_group(20));
    EXPECT_FALSE(own().in_group(21));

    EXPECT_EQ(value(calls().sys_setgroups(-1, from)), -EINVAL);
    EXPECT_EQ(value(calls().sys_setgroups(65537, from)), -EINVAL);
    EXPECT_EQ(value(calls().sys_setgroups(1, UserPtr<const Gid>{k_bad})), -EFAULT);
    const Gid none = k_same;
    std::memcpy(arch::host::user_memory.at((at + 1).address().value()), &none, sizeof none);
    EXPECT_EQ(value(calls().sys_setgroups(2, from)), -EINVAL) << "-1 is no group";
    EXPECT_EQ(own().group_count, 3U);
    EXPECT_EQ(value(calls().sys_setgroups(0, UserPtr<const Gid>{})), 0);
    EXPECT_EQ(own().group_count, 0U);
    become(user(1000, 1000));
    EXPECT_EQ(value(calls().sys_setgroups(0, UserPtr<const Gid>{})), -EPERM);
}

TEST_F(IdentityCallsOfAProgram, CapgetTellsEachVersionWhatItHasRoomFor) {
    CredentialFields fields{};
    fields.effective = bit(CAP_KILL);
    fields.permitted = bit(CAP_KILL) | bit(CAP_BPF);
    fields.inheritable = bit(CAP_CHOWN);
    become(fields);
    for (const auto& [version, words] : {std::pair{_LINUX_CAPABILITY_VERSION_1, 1}, {_LINUX_CAPABILITY_VERSION_2, 2}, {_LINUX_CAPABILITY_VERSION_3, 2}}) {
        const auto to = room<__user_cap_data_struct>(2);
        std::memset(arch::host::user_memory.at(to.address().value()), 0xee, 2 * sizeof(__user_cap_data_struct));
        ASSERT_EQ(capget(static_cast<std::uint32_t>(version), 0, to.address().value()), 0);
        EXPECT_EQ(get(to).effective, 1U << CAP_KILL);
        EXPECT_EQ(get(to).permitted, 1U << CAP_KILL);
        EXPECT_EQ(get(to).inheritable, 1U << CAP_CHOWN);
        EXPECT_EQ(get(to, 1).permitted, words == 2 ? 1U << (CAP_BPF - 32) : 0xeeeeeeeeU);
    }
    wiring::processes.add(8);
    const auto to = room<__user_cap_data_struct>(2);
    EXPECT_EQ(capget(_LINUX_CAPABILITY_VERSION_3, 8, to.address().value()), 0);
    EXPECT_EQ(get(to).effective, static_cast<std::uint32_t>(k_all_capabilities));
    EXPECT_EQ(capget(_LINUX_CAPABILITY_VERSION_3, k_pid, to.address().value()), 0);
    EXPECT_EQ(capget(_LINUX_CAPABILITY_VERSION_3, 9, to.address().value()), -ESRCH);
    EXPECT_EQ(capget(_LINUX_CAPABILITY_VERSION_3, -1, to.address().value()), -EINVAL);
    EXPECT_EQ(capget(_LINUX_CAPABILITY_VERSION_3, 0, k_bad), -EFAULT);
}

// capget(2): a version that is not known is answered with the one to use, which is what a null second argument asks for.
TEST_F(IdentityCallsOfAProgram, CapgetTellsTheVersion) {
    EXPECT_EQ(capget(0, 0, 0), 0);
    EXPECT_EQ(get(header_).version, static_cast<std::uint32_t>(_LINUX_CAPABILITY_VERSION_3));
    EXPECT_EQ(capget(1, 0, room<__user_cap_data_struct>(2).address().value()), -EINVAL);
    EXPECT_EQ(get(header_).version, static_cast<std::uint32_t>(_LINUX_CAPABILITY_VERSION_3));
    EXPECT_EQ(capget(_LINUX_CAPABILITY_VERSION_3, 0, 0), 0);
    EXPECT_EQ(capget(_LINUX_CAPABILITY_VERSION_3, 9, 0), 0) << "nobody is looked for";
    EXPECT_EQ(value(calls().sys_capget(UserPtr<__user_cap_header_struct>{k_bad}, UserPtr<__user_cap_data_struct>{})), -EFAULT);
    EXPECT_EQ(capset(0, 0, 0, 1), -EINVAL);
    EXPECT_EQ(get(header_).version, static_cast<std::uint32_t>(_LINUX_CAPABILITY_VERSION_3));
}

TEST_F(IdentityCallsOfAProgram, CapsetTakesAwayAndGivesNothing) {
    CredentialFields fields{};
    fields.permitted = fields.effective = bit(CAP_KILL) | bit(CAP_CHOWN);
    fields.bounding = bit(CAP_KILL) | bit(CAP_CHOWN) | bit(CAP_FOWNER);
    fields.ambient = fields.inheritable = bit(CAP_CHOWN);
    become(fields);
    EXPECT_EQ(capset(bit(CAP_FOWNER), bit(CAP_FOWNER), 0), -EPERM) << "not permitted";
    EXPECT_EQ(capset(bit(CAP_KILL), 0, 0), -EPERM) << "effective, but not permitted";
    EXPECT_EQ(capset(0, 0, bit(CAP_FOWNER)), -EPERM) << "inheritable, but not permitted, without CAP_SETPCAP";
    EXPECT_EQ(capset(bit(CAP_KILL), bit(CAP_KILL), bit(CAP_CHOWN) | bit(CAP_KILL)), 0);
    EXPECT_EQ(own().effective, bit(CAP_KILL));
    EXPECT_EQ(own().permitted, bit(CAP_KILL));
    EXPECT_EQ(own().inheritable, bit(CAP_CHOWN) | bit(CAP_KILL));
    EXPECT_EQ(own().ambient, 0U) << "what is not permitted is not ambient";
    EXPECT_EQ(capset(0, bit(CAP_CHOWN), 0), -EPERM) << "given up for good";

    fields.permitted |= bit(CAP_SETPCAP);
    fields.effective |= bit(CAP_SETPCAP);
    become(fields);
    EXPECT_EQ(capset(fields.effective, fields.permitted, bit(CAP_FOWNER)), 0) << "within the bounding set";
    EXPECT_EQ(capset(fields.effective, fields.permitted, bit(CAP_MKNOD)), -EPERM) << "not within it";
    EXPECT_EQ(capset(~CapabilitySet{0} & fields.effective, fields.permitted | CapabilitySet{1} << 63, 0), 0) << "those that there are not do not count";
    EXPECT_EQ(own().permitted, fields.permitted);
    EXPECT_EQ(capset(0, 0, 0, _LINUX_CAPABILITY_VERSION_3, k_pid), 0);
    EXPECT_EQ(capset(0, 0, 0, _LINUX_CAPABILITY_VERSION_3, 8), -EPERM);
    EXPECT_EQ(value(calls().sys_capset(header_, UserPtr<const __user_cap_data_struct>{k_bad})), -EPERM);
    header_ = put(__user_cap_header_struct{_LINUX_CAPABILITY_VERSION_3, 0});
    EXPECT_EQ(value(calls().sys_capset(header_, UserPtr<const __user_cap_data_struct>{k_bad})), -EFAULT);
}

}  // namespace
}  // namespace phx::task
