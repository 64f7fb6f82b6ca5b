// /proc as a program finds it (proc(5)): folders, texts, links to what processes hold.
#include <random>
#include <set>

#include <fs/file_calls/program_test.hpp>
#include <linux/fcntl.h>
#include <linux/magic.h>

namespace phx::fs {
namespace {

class ProcOfAProgram : public Program {
protected:
    void SetUp() override {
        Program::SetUp();
        if (!wiring::vfs.resolve(nullptr, "/proc", {Walk::follow_last})) {
            ASSERT_TRUE(wiring::vfs.make(nullptr, "/proc", S_IFDIR | 0755, 0));
        }
        ASSERT_TRUE(wiring::vfs.mount("none", resolve("/proc"), "proc", 0, ""));
        files() = {};
    }
    void TearDown() override {
        ASSERT_TRUE(wiring::vfs.unmount(resolve("/proc"), 2));
        Program::TearDown();
    }
    static FakeProcFiles& files() { return wiring::files; }
    static Path resolve(const std::string& path) { return *wiring::vfs.resolve(nullptr, path, {Walk::follow_last}); }
    static Errno error_of(const std::string& path, Walk how = {0}) {
        const auto found = wiring::vfs.resolve(nullptr, path, how);
        return found ? Errno{} : found.error();
    }
    static Attributes look(const std::string& path) {
        const auto found = wiring::vfs.resolve(nullptr, path, {0});
        EXPECT_TRUE(found) << path;
        return found ? found->inode().attributes() : Attributes{};
    }
    std::string link(const std::string& path) {
        const std::uint64_t at = room(256);
        const auto got = wiring::path_calls.sys_readlinkat(AT_FDCWD, text(path), UserPtr<char>{at}, 256);
        return got ? bytes(at, static_cast<std::size_t>(*got)) : std::string{errno_name(got.error())};
    }
    std::string all(const std::string& path) {
        const std::int64_t fd = open(path, O_RDONLY);
        if (fd < 0) {
            return std::string{errno_name(static_cast<Errno>(-fd))};
        }
        const std::string text = read(fd, 4096);
        close(fd);
        return text;
    }
    // In pieces of `most` entries, as getdents64 goes on where it stopped. Numbers must agree with those of the nodes.
    static std::vector<std::string> list(const std::string& path, int most = 1000) {
        struct Names final : EntrySink {
            bool entry(std::string_view name, std::uint64_t number, std::uint8_t, std::uint64_t) override {
                if (left-- == 0) {
                    return false;
                }
                names.emplace_back(name);
                numbers.push_back(number);
                return true;
            }
            std::vector<std::string> names;
            std::vector<std::uint64_t> numbers;
            int left = 0;
        } names;
        const Path directory = resolve(path);
        const Ref<File> file = *directory.inode().open(O_RDONLY);
        std::uint64_t position = 0;
        for (std::size_t before = SIZE_MAX; before != names.names.size();) {
            before = names.names.size();
            names.left = most;
            EXPECT_TRUE(file->read_entries(position, names));
        }
        EXPECT_GE(names.names.size(), 2U);
        EXPECT_EQ(names.names[0] + names.names[1], "...");
        for (std::size_t i = 2; i < names.names.size(); ++i) {
            const std::string below = path + "/" + names.names[i];
            const auto found = wiring::vfs.resolve(nullptr, below, {0});
            EXPECT_TRUE(found) << below;
            EXPECT_EQ(found ? found->inode().number() : 0, names.numbers[i]) << below;
        }
        names.names.erase(names.names.begin(), names.names.begin() + 2);
        EXPECT_EQ(std::set(names.names.begin(), names.names.end()).size(), names.names.size()) << "each comes once";
        return names.names;
    }
};

TEST_F(ProcOfAProgram, FoldersComeFromTheFilesPaths) {
    EXPECT_EQ(list("/proc"), (std::vector<std::string>{"text", "sys", "net", "self", "thread-self", "mounts", "7"}));
    EXPECT_EQ(list("/proc/sys"), (std::vector<std::string>{"a", "b"}));
    EXPECT_EQ(list("/proc/sys/a"), (std::vector<std::string>{"one", "three"}));
    EXPECT_EQ(all("/proc/sys/a/three"), "sys/a/three");
    EXPECT_EQ(look("/proc/sys/a/three").mode, S_IFREG | 0600U);
    EXPECT_EQ(look("/proc/sys").mode, S_IFDIR | 0555U);
    for (const char* none : {"/proc/one", "/proc/sys/one", "/proc/sys/c", "/proc/sy", "/proc/syss", "/proc/sys/a/two"}) {
        EXPECT_EQ(error_of(none), Errno::noent) << none;
    }
    EXPECT_EQ(error_of("/proc/text/x"), Errno::notdir);
    for (const std::int64_t made : {open("/proc/new", O_CREAT | O_RDWR), value(wiring::path_calls.sys_mkdirat(AT_FDCWD, text("/proc/sys/new"), 0755))}) {
        EXPECT_TRUE(made == -ENOENT || made == -EACCES || made == -EPERM) << made;
    }
    const auto stats = resolve("/proc").inode().super().stats();
    EXPECT_EQ(stats.magic, static_cast<std::uint64_t>(PROC_SUPER_MAGIC));
}

TEST_F(ProcOfAProgram, AListIsReadInPieces) {
    for (task::Pid pid = 1; pid < 40; pid += 3) {
        if (pid != 7) {
            wiring::processes.add(pid);
        }
    }
    const std::vector<std::string> whole = list("/proc");
    EXPECT_EQ(whole.size(), 6U + 13U);
    EXPECT_EQ(whole.back(), "37") << "processes in the order of their numbers";
    for (const int most : {1, 2, 3, 5}) {
        EXPECT_EQ(list("/proc", most), whole);
        EXPECT_EQ(list("/proc/7", most), list("/proc/7"));
    }
    EXPECT_EQ(look("/proc").links, 2U + 13U);
}

TEST_F(ProcOfAProgram, ATextIsMadeWhenItIsReadFromTheStart) {
    files().text = "0123456789";
    const std::int64_t fd = open("/proc/text", O_RDONLY);
    EXPECT_EQ(read(fd, 4), "0123");
    files().text = "abcdefghijkl";
    EXPECT_EQ(read(fd, 4), "4567") << "a reader goes on with what it began";
    EXPECT_EQ(read(fd, 100), "89");
    EXPECT_EQ(read(fd, 100), "");
    EXPECT_EQ(files().shown, 1);
    EXPECT_EQ(seek(fd, 0, SEEK_SET), 0);
    EXPECT_EQ(read(fd, 100), "abcdefghijkl");
    EXPECT_EQ(seek(fd, 11, SEEK_SET), 11);
    EXPECT_EQ(read(fd, 100), "l");
    EXPECT_EQ(seek(fd, 1000, SEEK_SET), 1000);
    EXPECT_EQ(read(fd, 100), "");
    files().error = Errno::srch;
    EXPECT_EQ(seek(fd, 0, SEEK_SET), 0);
    EXPECT_EQ(read(fd, 100), "ESRCH");
    close(fd);
}

TEST_F(ProcOfAProgram, ALongTextInPiecesOfAnySize) {
    std::mt19937 random{1};
    for (int i = 0; i < 40'000; ++i) {
        files().text += static_cast<char>('a' + random() % 26);
    }
    const std::int64_t fd = open("/proc/text", O_RDONLY);
    std::string got;
    for (int i = 0; i < 60; ++i) {
        got += read(fd, 1 + random() % 700);
    }
    EXPECT_EQ(got, files().text.substr(0, got.size()));
    EXPECT_GT(got.size(), 10'000U);
    close(fd);
    files().text.assign(5 * MiB, 'x');
    EXPECT_EQ(all("/proc/text"), "ENOMEM") << "a text that no buffer holds is not cut";
}

TEST_F(ProcOfAProgram, WhatIsWrittenReachesItsComponent) {
    const std::int64_t fd = open("/proc/text", O_RDWR);
    EXPECT_EQ(write(fd, "new\n"), 4);
    EXPECT_EQ(files().stored, "new\n");
    EXPECT_EQ(write(fd, std::string(512, 'x')), 512);
    EXPECT_EQ(write(fd, std::string(513, 'x')), -EINVAL);
    EXPECT_EQ(value(wiring::dut.sys_write(static_cast<int>(fd), UserPtr<const char>{0x10}, 4)), -EFAULT);
    files().error = Errno::inval;
    EXPECT_EQ(write(fd, "x"), -EINVAL);
    close(fd);
}

TEST_F(ProcOfAProgram, EachProcessHasAFolder) {
    EXPECT_EQ(list("/proc/7"), (std::vector<std::string>{"task", "fd", "fdinfo", "cwd", "root", "exe", "about", "secret", "whole"}));
    wiring::processes.add_thread(task::current_process(), 9);
    EXPECT_EQ(list("/proc/7/task"), (std::vector<std::string>{"7", "9"}));
    EXPECT_EQ(list("/proc/7/task/9"), (std::vector<std::string>{"fd", "fdinfo", "cwd", "root", "exe", "about", "secret"})) << "no `task`, nor what is the whole's";
    EXPECT_EQ(all("/proc/7/about"), "about of 7/7\n");
    EXPECT_EQ(all("/proc/7/task/9/about"), "about of 7/9, a thread\n");
    EXPECT_EQ(look("/proc/7/secret").mode, S_IFREG | 0400U);
    EXPECT_EQ(look("/proc/7/fd").mode, S_IFDIR | 0500U);
    wiring::processes.add(20);
    for (const char* none : {"/proc/8", "/proc/07", "/proc/+7", "/proc/-7", "/proc/7x", "/proc/0", "/proc/99999999999", "/proc/7/task/8", "/proc/7/task/20",
                             "/proc/7/task/9/task", "/proc/7/task/9/whole", "/proc/7/nothing", "/proc/7/fd/x", "/proc/7/fd/99"}) {
        EXPECT_EQ(error_of(none), Errno::noent) << none;
    }
}

// prctl(2), PR_SET_DUMPABLE: what may hold secrets is root's.
TEST_F(ProcOfAProgram, AFolderIsItsUsersUnlessThereAreSecrets) {
    task::CredentialFields fields{};
    fields.uid = fields.euid = fields.suid = fields.fsuid = 1000;
    fields.gid = fields.egid = fields.sgid = fields.fsgid = 100;
    ASSERT_TRUE(wiring::processes.become(fields));
    EXPECT_EQ(look("/proc/7").uid, 1000U);
    EXPECT_EQ(look("/proc/7/about").gid, 100U);
    EXPECT_EQ(look("/proc/text").uid, 0U);
    task::current_process().dumpable = false;
    EXPECT_EQ(look("/proc/7").uid, 0U);
    EXPECT_EQ(look("/proc/7/secret").uid, 0U);
}

TEST_F(ProcOfAProgram, SelfIsWhoAsks) {
    EXPECT_EQ(link("/proc/self"), "7");
    EXPECT_EQ(link("/proc/thread-self"), "7/task/7");
    EXPECT_EQ(link("/proc/mounts"), "self/mounts");
    EXPECT_EQ(all("/proc/self/about"), "about of 7/7\n");
    EXPECT_EQ(all("/proc/thread-self/about"), "about of 7/7, a thread\n");
}

TEST_F(ProcOfAProgram, LinksLeadToWhatAProcessHolds) {
    const std::int64_t fd = open("file", O_CREAT | O_RDWR);
    const std::string name = "/proc/self/fd/" + std::to_string(fd);
    EXPECT_EQ(write(fd, "held"), 4);
    EXPECT_EQ(link(name), "/file");
    EXPECT_EQ(link("/proc/self/cwd"), "/");
    EXPECT_EQ(link("/proc/self/root"), "/");
    EXPECT_EQ(all(name), "held") << "opened anew, from the start";
    EXPECT_EQ(all("/proc/self/cwd/file"), "held");
    EXPECT_EQ(value(wiring::path_calls.sys_unlinkat(AT_FDCWD, text("file"), 0)), 0);
    EXPECT_EQ(link(name), "/file (deleted)");
    EXPECT_EQ(all(name), "held") << "it has no name any more, but it is there";
    EXPECT_EQ(all("/proc/self/fdinfo/" + std::to_string(fd)).substr(0, 21), "pos:\t4\nflags:\t0100002");
    const std::vector<std::string> fds = list("/proc/self/fd");
    EXPECT_EQ(fds, std::vector<std::string>{std::to_string(fd)});
    EXPECT_EQ(list("/proc/self/fdinfo"), fds);
    close(fd);
    EXPECT_EQ(error_of(name), Errno::noent);
}

TEST_F(ProcOfAProgram, AProcessThatEndsMeanwhile) {
    task::Process& other = wiring::processes.add(8);
    const std::int64_t about = open("/proc/8/about", O_RDONLY);
    ASSERT_GE(about, 0);
    files().error = Errno::srch;
    EXPECT_EQ(read(about, 100), "ESRCH");
    EXPECT_EQ(list("/proc/8/fd"), std::vector<std::string>{}) << "it has no descriptors";
    task::UserThread* const leader = std::exchange(other.leader, nullptr);
    EXPECT_EQ(error_of("/proc/8"), Errno::noent) << "reaped just now";
    other.leader = leader;
    close(about);
}

}  // namespace
}  // namespace phx::fs
