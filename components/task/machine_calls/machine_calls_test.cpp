// uname(2), sethostname(2), sysinfo(2), getcpu(2), personality(2), and /proc/sys/kernel.
#include <string>

#include <task/interfaces/fake_processes/caller_test.hpp>

namespace phx::task {
namespace {

MachineCalls& calls() { return wiring::dut; }

class Text final : public fs::TextSink {
public:
    void write(std::string_view text) override { all += text; }
    std::string all;
};

class MachineCallsOfAProgram : public Caller {
protected:
    void SetUp() override {
        Caller::SetUp();
        EXPECT_EQ(name("first", 5), 0);
        EXPECT_EQ(domain("(none)", 6), 0);
    }
    UserPtr<const char> text(std::string_view text) {
        const auto at = room<char>(text.size() + 1);
        std::memcpy(arch::host::user_memory.at(at.address().value()), text.data(), text.size());
        return UserPtr<const char>{at.address().value()};
    }
    std::int64_t name(std::string_view to, int size) { return value(calls().sys_sethostname(text(to), size)); }
    std::int64_t domain(std::string_view to, int size) { return value(calls().sys_setdomainname(text(to), size)); }
    new_utsname uname() {
        const auto to = room<new_utsname>();
        EXPECT_EQ(value(calls().sys_uname(to)), 0);
        return get(to);
    }
    static std::size_t file(std::string_view path) {
        const auto files = calls().files();
        for (std::size_t i = 0; i < files.size(); ++i) {
            if (files[i].path == path) {
                return i;
            }
        }
        ADD_FAILURE() << path;
        return 0;
    }
    static std::string show(std::string_view path) {
        Text text;
        EXPECT_TRUE(calls().show(file(path), text));
        return text.all;
    }
};

TEST_F(MachineCallsOfAProgram, WhatItIsCalled) {
    const new_utsname names = uname();
    EXPECT_STREQ(names.sysname, "Linux");
    EXPECT_STREQ(names.nodename, "first");
    EXPECT_STREQ(names.domainname, "(none)");
    EXPECT_STREQ(names.machine, "aarch64");
    EXPECT_EQ(std::string{names.release}.substr(0, 4), "6.1.") << "what C libraries compare";
    EXPECT_EQ(show("sys/kernel/ostype"), "Linux\n");
    EXPECT_EQ(show("sys/kernel/osrelease"), std::string{names.release} + '\n');
    EXPECT_EQ(show("sys/kernel/version"), std::string{names.version} + '\n');
    EXPECT_EQ(show("version"), "Linux version " + std::string{names.release} + " (phoenix@phoenix) (clang 19) " + names.version + '\n');
    EXPECT_EQ(show("sys/kernel/pid_max"), "32768\n");
    EXPECT_EQ(show("sys/kernel/ngroups_max"), std::to_string(k_most_groups) + '\n');
    EXPECT_EQ(value(calls().sys_uname(UserPtr<new_utsname>{k_bad})), -EFAULT);
}

TEST_F(MachineCallsOfAProgram, ItIsNamed) {
    EXPECT_EQ(name("second", 6), 0);
    EXPECT_STREQ(uname().nodename, "second");
    EXPECT_EQ(show("sys/kernel/hostname"), "second\n");
    EXPECT_EQ(name("abc", 2), 0) << "no more than is said, and nothing of the name before";
    EXPECT_STREQ(uname().nodename, "ab");
    EXPECT_EQ(domain("example.org", 11), 0);
    EXPECT_EQ(show("sys/kernel/domainname"), "example.org\n");
    const std::string longest(64, 'x');
    EXPECT_EQ(name(longest, 64), 0);
    EXPECT_EQ(uname().nodename, longest);
    EXPECT_EQ(name(longest, 65), -EINVAL);
    EXPECT_EQ(name(longest, -1), -EINVAL);
    EXPECT_EQ(value(calls().sys_sethostname(UserPtr<const char>{k_bad}, 3)), -EFAULT);
    EXPECT_EQ(value(calls().sys_setdomainname(UserPtr<const char>{k_bad}, 3)), -EFAULT);
    EXPECT_EQ(uname().nodename, longest);
    EXPECT_EQ(name("", 0), 0);
    EXPECT_STREQ(uname().nodename, "");
    become(user(1000, 1000));
    EXPECT_EQ(name("third", 5), -EPERM);
    EXPECT_EQ(domain("third", 5), -EPERM);
}

// Linux kernel/utsname_sysctl.c by way of proc_dostring: a line, as much as there is room for.
TEST_F(MachineCallsOfAProgram, ItIsNamedByFile) {
    const std::size_t host = file("sys/kernel/hostname");
    EXPECT_EQ(calls().files()[host].mode, 0644U);
    EXPECT_TRUE(calls().store(host, "by-file\n"));
    EXPECT_STREQ(uname().nodename, "by-file");
    EXPECT_TRUE(calls().store(host, "one\ntwo\n"));
    EXPECT_EQ(show("sys/kernel/hostname"), "one\n");
    EXPECT_TRUE(calls().store(host, std::string_view{"a\0b", 3}));
    EXPECT_EQ(show("sys/kernel/hostname"), "a\n");
    EXPECT_TRUE(calls().store(host, std::string(100, 'y') + '\n'));
    EXPECT_EQ(show("sys/kernel/hostname"), std::string(64, 'y') + '\n');
    EXPECT_TRUE(calls().store(file("sys/kernel/domainname"), "d"));
    EXPECT_EQ(show("sys/kernel/domainname"), "d\n");
    EXPECT_EQ(value(calls().store(file("sys/kernel/osrelease"), "7")), -EACCES);
}

TEST_F(MachineCallsOfAProgram, WhatItHas) {
    wiring::clocks.reset();
    wiring::clocks.advance(Nanoseconds{123'999'999'999});
    wiring::processes.add(8);
    const auto to = room<struct sysinfo>();
    ASSERT_EQ(value(calls().sys_sysinfo(to)), 0);
    const struct sysinfo info = get(to);
    const memory::PageStats pages = wiring::pages.stats();
    EXPECT_EQ(info.uptime, 123);
    EXPECT_EQ(info.totalram * info.mem_unit, pages.total_frames * k_page_size);
    EXPECT_EQ(info.freeram * info.mem_unit, pages.free_frames * k_page_size);
    EXPECT_EQ(info.totalswap + info.totalhigh, 0U);
    EXPECT_EQ(info.procs, 2);
    EXPECT_EQ(value(calls().sys_sysinfo(UserPtr<struct sysinfo>{k_bad})), -EFAULT);
}

TEST_F(MachineCallsOfAProgram, WhereItRuns) {
    const auto to = room<std::uint32_t>(2);
    current().place(3);
    EXPECT_EQ(value(calls().sys_getcpu(to, to + 1)), 0);
    EXPECT_EQ(get(to, 0), 3U);
    EXPECT_EQ(get(to, 1), 0U);
    EXPECT_EQ(value(calls().sys_getcpu({}, {})), 0);
    EXPECT_EQ(value(calls().sys_getcpu(UserPtr<std::uint32_t>{k_bad}, {})), -EFAULT);
    EXPECT_EQ(value(calls().sys_getcpu({}, UserPtr<std::uint32_t>{k_bad})), -EFAULT);
    current().place(0);
}

TEST_F(MachineCallsOfAProgram, Personality) {
    EXPECT_EQ(value(calls().sys_personality(0xffffffff)), 0);
    EXPECT_EQ(value(calls().sys_personality(0x0040000)), 0) << "the one before";
    EXPECT_EQ(value(calls().sys_personality(0xffffffff)), 0x0040000);
    EXPECT_EQ(value(calls().sys_personality(0)), 0x0040000);
}

}  // namespace
}  // namespace phx::task
