// /dev as a program finds it: what Linux's devtmpfs makes, and the links that its user space adds.
#include <set>

#include <fs/file_calls/program_test.hpp>
#include <linux/fcntl.h>
#include <linux/magic.h>
#include <linux/stat.h>

namespace phx::fs {
namespace {

class DevOfAProgram : public Program {
protected:
    void SetUp() override {
        Program::SetUp();
        mount("/dev");
    }
    void TearDown() override {
        for (const std::string& path : mounted_) {
            ASSERT_TRUE(wiring::vfs.unmount(resolve(path), 2));
        }
        Program::TearDown();
    }
    void mount(const std::string& path) {
        if (!wiring::vfs.resolve(nullptr, path, {Walk::follow_last})) {
            ASSERT_TRUE(wiring::vfs.make(nullptr, path, S_IFDIR | 0755, 0));
        }
        ASSERT_TRUE(wiring::vfs.mount("none", resolve(path), "devtmpfs", 0, ""));
        mounted_.push_back(path);
    }
    static Path resolve(const std::string& path) { return *wiring::vfs.resolve(nullptr, path, {Walk::follow_last}); }
    static Attributes look(const std::string& path) {
        const auto found = wiring::vfs.resolve(nullptr, path, {});
        EXPECT_TRUE(found) << path;
        return found ? found->inode().attributes() : Attributes{};
    }
    static std::set<std::string> list(const std::string& path) {
        struct Names final : EntrySink {
            bool entry(std::string_view name, std::uint64_t, std::uint8_t, std::uint64_t) override {
                EXPECT_TRUE(names.emplace(name).second) << name << " comes twice";
                return true;
            }
            std::set<std::string> names;
        } names;
        const Path directory = resolve(path);
        const Ref<File> file = *directory.inode().open(O_RDONLY);
        std::uint64_t position = 0;
        EXPECT_TRUE(file->read_entries(position, names));
        names.names.erase(".");
        names.names.erase("..");
        return names.names;
    }

private:
    std::vector<std::string> mounted_;
};

TEST_F(DevOfAProgram, HoldsEachDeviceAndNoMore) {
    EXPECT_EQ(list("/dev"), (std::set<std::string>{"plain", "deep", "null", "zero", "full", "fd", "stdin", "stdout", "stderr", "pts", "shm"}));
    EXPECT_EQ(list("/dev/deep"), (std::set<std::string>{"down", "other"}));
    EXPECT_EQ(list("/dev/deep/down"), (std::set<std::string>{"one", "two"}));
    EXPECT_EQ(list("/dev/pts"), std::set<std::string>{});
}

TEST_F(DevOfAProgram, NodesAreAsTheirDevicesSay) {
    for (DeviceNodes* const source : {static_cast<DeviceNodes*>(&wiring::names), static_cast<DeviceNodes*>(&wiring::memory_devices)}) {
        for (const DeviceNode& node : source->nodes()) {
            const Attributes found = look("/dev/" + std::string{node.name});
            EXPECT_EQ(found.mode, S_IFCHR | node.mode) << node.name;
            EXPECT_EQ(found.device, node.device) << node.name;
            EXPECT_EQ(found.uid, 0U);
            EXPECT_EQ(found.gid, node.gid) << node.name;
        }
    }
    for (const char* folder : {"/dev", "/dev/deep", "/dev/deep/down", "/dev/pts", "/dev/shm"}) {
        EXPECT_EQ(look(folder).mode, Mode{S_IFDIR | 0755}) << folder;
    }
}

TEST_F(DevOfAProgram, LinksLeadToTheProgramsOwnFiles) {
    for (const auto& [name, target] : {std::pair{"fd", "/proc/self/fd"}, {"stdin", "/proc/self/fd/0"}, {"stdout", "/proc/self/fd/1"}, {"stderr", "/proc/self/fd/2"}}) {
        const std::uint64_t at = room(64);
        const auto size = value(wiring::path_calls.sys_readlinkat(AT_FDCWD, text(std::string{"/dev/"} + name), UserPtr<char>{at}, 64));
        ASSERT_GT(size, 0) << name;
        EXPECT_EQ(bytes(at, static_cast<std::size_t>(size)), target);
    }
}

TEST_F(DevOfAProgram, NodesOpenTheirDevices) {
    EXPECT_EQ(write(open("/dev/null", O_WRONLY), "gone"), 4);
    EXPECT_EQ(write(open("/dev/full", O_WRONLY), "x"), -ENOSPC);
    EXPECT_EQ(read(open("/dev/zero", O_RDONLY), 2), std::string(2, '\0'));
    EXPECT_EQ(open("/dev/deep/down/two", O_RDWR), -ENXIO) << "it is asked, and says so";
    EXPECT_EQ(open("/dev/null/x", O_RDWR), -ENOTDIR);
    EXPECT_EQ(open("/dev/nothing", O_RDWR), -ENOENT);
}

TEST_F(DevOfAProgram, IsOneHoweverOftenItIsMounted) {
    mount("/dev-again");
    EXPECT_EQ(value(wiring::path_calls.sys_mkdirat(AT_FDCWD, text("/dev/made"), 0700)), 0);
    EXPECT_EQ(look("/dev-again/made").mode, Mode{S_IFDIR | 0700});
    EXPECT_EQ(&resolve("/dev").inode(), &resolve("/dev-again").inode());
    EXPECT_EQ(value(wiring::path_calls.sys_unlinkat(AT_FDCWD, text("/dev-again/made"), AT_REMOVEDIR)), 0);
    EXPECT_FALSE(wiring::vfs.resolve(nullptr, "/dev/made", {}));
}

TEST_F(DevOfAProgram, IsTheProgramsToChangeAndStaysSo) {
    EXPECT_EQ(value(wiring::path_calls.sys_unlinkat(AT_FDCWD, text("/dev/deep/down/one"), 0)), 0);
    EXPECT_EQ(value(wiring::path_calls.sys_fchmodat(AT_FDCWD, text("/dev/plain"), 0444)), 0);
    EXPECT_EQ(make_node("/dev/own", 0600, make_device(1, 3)), 0);
    mount("/dev-later");
    EXPECT_EQ(list("/dev-later/deep/down"), std::set<std::string>{"two"});
    EXPECT_EQ(look("/dev-later/plain").mode, Mode{S_IFCHR | 0444});
    EXPECT_EQ(write(open("/dev-later/own", O_WRONLY), "gone"), 4);
    // As it was, for the tests after this.
    EXPECT_EQ(value(wiring::path_calls.sys_unlinkat(AT_FDCWD, text("/dev/own"), 0)), 0);
    EXPECT_EQ(value(wiring::path_calls.sys_fchmodat(AT_FDCWD, text("/dev/plain"), 0640)), 0);
    EXPECT_EQ(make_node("/dev/deep/down/one", 0600, make_device(FakeDeviceNodes::k_major, 1)), 0);
}

TEST_F(DevOfAProgram, CallsItselfDevtmpfs) {
    EXPECT_EQ(wiring::devfs.name(), "devtmpfs");
    const Path root = resolve("/dev");
    EXPECT_EQ(root.inode().super().type(), "devtmpfs");
    EXPECT_EQ(root.inode().super().stats().magic, std::uint64_t{TMPFS_MAGIC}) << "as in Linux, where it is one underneath";
}

}  // namespace
}  // namespace phx::fs
