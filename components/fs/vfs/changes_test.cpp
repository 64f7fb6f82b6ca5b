// What makes and removes names (open(2), mkdir(2), unlink(2), link(2), rename(2)), and who may.
#include <algorithm>

#include <fs/vfs/tree_test.hpp>

namespace phx::fs {
namespace {

class Changing : public Tree {
protected:
    void SetUp() override {
        Tree::SetUp();
        mkdir("/d");
        mkdir("/d/sub");
        write("/d/file", "one");
        symlink("file", "/d/link");
        symlink("missing", "/d/dangling");
    }
};

TEST_F(Changing, Makes) {
    EXPECT_EQ(mkdir("/d"), "!EEXIST");
    EXPECT_EQ(mkdir("/d/"), "!EEXIST");
    EXPECT_EQ(mkdir("/"), "!EEXIST");
    EXPECT_EQ(mkdir("/d/."), "!EEXIST");
    EXPECT_EQ(mkdir("/d/.."), "!EEXIST");
    EXPECT_EQ(mkdir("/d/link"), "!EEXIST");
    EXPECT_EQ(mkdir("/d/dangling"), "!EEXIST");
    EXPECT_EQ(mkdir("/x/y"), "!ENOENT");
    EXPECT_EQ(mkdir("/d/file/y"), "!ENOTDIR");
    EXPECT_EQ(mkdir("/d/new/"), "ok");
    EXPECT_EQ(mkfile("/d/f2/"), "!ENOENT");
    EXPECT_EQ(mkfile("/d/new/"), "!EEXIST");
    EXPECT_EQ(mkfile("/d/f2"), "ok");
    EXPECT_EQ(symlink("x", "/d/l2/"), "!ENOENT");
    EXPECT_EQ(symlink("x", "/d/file"), "!EEXIST");
    EXPECT_EQ(result(vfs().make(nullptr, "/d/fifo", S_IFIFO | 0600, 0)), "ok");
    EXPECT_EQ(result(vfs().make(nullptr, "/d/null", S_IFCHR | 0600, make_device(1, 3))), "ok");
    EXPECT_EQ(attributes("/d/null").device, make_device(1, 3));
    EXPECT_EQ(result(vfs().make(nullptr, "/d/bad", 0150000, 0)), "!EINVAL");
    become(1000);
    EXPECT_EQ(mkdir("/d/mine"), "!EACCES");
    EXPECT_EQ(mkdir("/d/sub"), "!EEXIST");
    become(0);
    chmod("/d", 0777);
    become(1000);
    EXPECT_EQ(mkdir("/d/mine"), "ok");
    EXPECT_EQ(attributes("/d/mine").uid, 1000U);
    EXPECT_EQ(result(vfs().make(nullptr, "/d/zero", S_IFCHR | 0600, make_device(1, 5))), "!EPERM");
    EXPECT_EQ(result(vfs().make(nullptr, "/d/socket", S_IFSOCK | 0600, 0)), "ok");
}

TEST_F(Changing, CountsLinks) {
    EXPECT_EQ(attributes("/d").links, 3U);
    EXPECT_EQ(attributes("/d/sub").links, 2U);
    mkdir("/d/sub/deep");
    EXPECT_EQ(attributes("/d/sub").links, 3U);
    EXPECT_EQ(link("/d/file", "/d/sub/same"), "ok");
    EXPECT_EQ(attributes("/d/file").links, 2U);
    EXPECT_EQ(vfs().resolve(nullptr, "/d/file", {0})->inode().number(), vfs().resolve(nullptr, "/d/sub/same", {0})->inode().number());
    EXPECT_EQ(unlink("/d/file"), "ok");
    EXPECT_EQ(attributes("/d/sub/same").links, 1U);
    EXPECT_EQ(read("/d/sub/same"), "one");
    EXPECT_EQ(rename("/d/sub/deep", "/d/deep"), "ok");
    EXPECT_EQ(attributes("/d").links, 4U);
    EXPECT_EQ(attributes("/d/sub").links, 2U);
    EXPECT_EQ(rmdir("/d/deep"), "ok");
    EXPECT_EQ(attributes("/d").links, 3U);
}

TEST_F(Changing, Links) {
    EXPECT_EQ(link("/d", "/d2"), "!EPERM");
    EXPECT_EQ(link("/d/file", "/d/sub"), "!EEXIST");
    EXPECT_EQ(link("/d/file", "/d/file"), "!EEXIST");
    EXPECT_EQ(link("/d/file", "/d/new/"), "!ENOENT");
    EXPECT_EQ(link("/d/none", "/d/new"), "!ENOENT");
    EXPECT_EQ(link("/d/link", "/d/link2"), "ok");
    EXPECT_EQ(where("/d/link2"), "/d/file");
    ASSERT_EQ(mount("/d/sub"), "ok");
    EXPECT_EQ(link("/d/file", "/d/sub/x"), "!EXDEV");
    const Path gone = *vfs().resolve(nullptr, "/d/file", {0});
    EXPECT_EQ(unlink("/d/file"), "ok");
    EXPECT_EQ(result(vfs().link(gone, nullptr, "/d/back")), "!ENOENT");
}

TEST_F(Changing, Removes) {
    EXPECT_EQ(unlink("/d"), "!EISDIR");
    EXPECT_EQ(unlink("/"), "!EISDIR");
    EXPECT_EQ(unlink("/d/."), "!EISDIR");
    EXPECT_EQ(unlink("/d/none"), "!ENOENT");
    EXPECT_EQ(unlink("/d/none/"), "!ENOENT");
    EXPECT_EQ(unlink("/d/file/"), "!ENOTDIR");
    EXPECT_EQ(unlink("/d/link/"), "!ENOTDIR");
    EXPECT_EQ(unlink("/d/sub/"), "!EISDIR");
    EXPECT_EQ(unlink("/d/link"), "ok");
    EXPECT_EQ(where("/d/link"), "!ENOENT");
    EXPECT_EQ(where("/d/file"), "/d/file");
    EXPECT_EQ(rmdir("/d"), "!ENOTEMPTY");
    EXPECT_EQ(rmdir("/d/file"), "!ENOTDIR");
    EXPECT_EQ(rmdir("/d/none"), "!ENOENT");
    EXPECT_EQ(rmdir("/d/sub/."), "!EINVAL");
    EXPECT_EQ(rmdir("/d/sub/.."), "!ENOTEMPTY");
    EXPECT_EQ(rmdir("/"), "!EBUSY");
    EXPECT_EQ(where("/d/sub/ghost"), "!ENOENT") << "leaves a name without a file in the cache";
    EXPECT_EQ(rmdir("/d/sub/"), "ok");
    EXPECT_EQ(where("/d/sub"), "!ENOENT");
    EXPECT_EQ(mkdir("/d/sub"), "ok");
    EXPECT_EQ(where("/d/sub/ghost"), "!ENOENT");
}

TEST_F(Changing, AnOpenFileOutlivesItsName) {
    const auto file = *open("/d/file", O_RDWR);
    EXPECT_EQ(unlink("/d/file"), "ok");
    EXPECT_EQ(read(*file), "one");
    EXPECT_EQ(file->inode().attributes().links, 0U);
    EXPECT_FALSE(vfs().is_reachable(file->path()));
    write("/d/file", "two");
    EXPECT_EQ(read(*file), "one");
    EXPECT_EQ(read("/d/file"), "two");
}

TEST_F(Changing, NothingIsMadeInARemovedDirectory) {
    chdir("/d/sub");
    EXPECT_EQ(rmdir("/d/sub"), "ok");
    EXPECT_EQ(mkdir("x"), "!ENOENT");
    EXPECT_EQ(opened("x", O_CREAT | O_WRONLY), "!ENOENT");
    EXPECT_EQ(where("."), "/d/sub");
    EXPECT_EQ(where(".."), "/d");
    EXPECT_FALSE(vfs().is_reachable(wiring::descriptors.directory_of(*user_->context)));
    EXPECT_EQ(symlink("a", "x"), "!ENOENT");
    EXPECT_EQ(rename("/d/file", "x"), "!ENOENT");
    EXPECT_EQ(link("/d/file", "x"), "!ENOENT");
}

TEST_F(Changing, Opens) {
    EXPECT_EQ(opened("/d/none", O_RDONLY), "!ENOENT");
    EXPECT_EQ(opened("/d/none", O_WRONLY | O_CREAT), "/d/none");
    EXPECT_EQ(opened("/d/none", O_WRONLY | O_CREAT | O_EXCL), "!EEXIST");
    EXPECT_EQ(opened("/d/link", O_WRONLY | O_CREAT | O_EXCL), "!EEXIST");
    EXPECT_EQ(opened("/d/link", O_RDONLY | O_NOFOLLOW), "!ELOOP");
    EXPECT_EQ(opened("/d/link", O_RDONLY | O_CREAT | O_NOFOLLOW), "!ELOOP");
    EXPECT_EQ(opened("/d/link", O_RDONLY | O_CREAT), "/d/file");
    EXPECT_EQ(opened("/d/dangling", O_RDONLY), "!ENOENT");
    EXPECT_EQ(opened("/d/dangling", O_RDWR | O_CREAT | O_EXCL), "!EEXIST");
    EXPECT_EQ(opened("/d/dangling", O_RDWR | O_CREAT), "/d/missing");
    EXPECT_EQ(where("/d/dangling"), "/d/missing");
    EXPECT_EQ(opened("/d", O_RDONLY), "/d");
    EXPECT_EQ(opened("/d", O_WRONLY), "!EISDIR");
    EXPECT_EQ(opened("/d", O_RDWR), "!EISDIR");
    EXPECT_EQ(opened("/d", O_RDONLY | O_CREAT), "!EISDIR");
    EXPECT_EQ(opened("/d/", O_RDONLY | O_CREAT), "!EISDIR");
    EXPECT_EQ(opened("/d/new/", O_RDONLY | O_CREAT), "!EISDIR");
    EXPECT_EQ(opened("/d/.", O_RDONLY | O_CREAT), "!EISDIR");
    EXPECT_EQ(opened("/d/file", O_RDONLY | O_DIRECTORY), "!ENOTDIR");
    EXPECT_EQ(opened("/d/link", O_RDONLY | O_DIRECTORY | O_NOFOLLOW), "!ENOTDIR");
    EXPECT_EQ(opened("/d/file/", O_RDONLY), "!ENOTDIR");
    EXPECT_EQ(opened("/d/file", O_RDONLY | O_TRUNC), "/d/file") << "truncates all the same";
    EXPECT_EQ(attributes("/d/file").size, 0U);
    EXPECT_EQ(opened("/d/none/x", O_RDONLY | O_CREAT), "!ENOTDIR");
    EXPECT_EQ(opened("/x/x", O_RDONLY | O_CREAT), "!ENOENT");
}

TEST_F(Changing, WhoMadeItMayUseIt) {
    chmod("/d", 0777);
    become(1000);
    EXPECT_EQ(opened("/d/new", O_RDWR | O_CREAT, 0), "/d/new");
    EXPECT_EQ(opened("/d/new", O_RDWR | O_CREAT, 0), "!EACCES");
    EXPECT_EQ(opened("/d/file", O_WRONLY), "!EACCES");
    EXPECT_EQ(opened("/d/file", O_RDONLY), "/d/file");
    EXPECT_EQ(opened("/d/file", O_RDONLY | O_TRUNC), "!EACCES");
    EXPECT_EQ(opened("/d/file", O_RDONLY | O_NOATIME), "!EPERM");
    EXPECT_EQ(opened("/d/file", O_PATH), "/d/file");
}

TEST_F(Changing, OnlyNames) {
    const auto file = *open("/d/link", O_PATH | O_NOFOLLOW);
    EXPECT_TRUE(file->inode().is_symlink());
    EXPECT_TRUE(file->is_path_only());
    const auto directory = *open("/d", O_PATH);
    EXPECT_EQ(where("file", 0, &directory->path()), "/d/file");
}

TEST_F(Changing, FilesWithoutAName) {
    const auto file = *vfs().open(nullptr, "/d", O_TMPFILE | O_RDWR, 0600, {});
    EXPECT_EQ(file->inode().attributes().links, 0U);
    EXPECT_EQ(list("/d").size(), 4U);
    EXPECT_EQ(result(vfs().link(file->path(), nullptr, "/d/named")), "ok");
    EXPECT_EQ(where("/d/named"), "/d/named");
    EXPECT_EQ(attributes("/d/named").links, 1U);
    const auto other = *vfs().open(nullptr, "/d", O_TMPFILE | O_RDWR | O_EXCL, 0600, {});
    EXPECT_EQ(result(vfs().link(other->path(), nullptr, "/d/other")), "!ENOENT");
    EXPECT_EQ(opened("/d", O_TMPFILE | O_RDONLY), "!EINVAL");
    EXPECT_EQ(opened("/d/file", O_TMPFILE | O_RDWR), "!ENOTDIR");
}

TEST_F(Changing, ListsTheNewestFirst) {
    EXPECT_EQ(list("/d"), (std::vector<std::string>{"dangling", "link", "file", "sub"}));
    mkfile("/d/z");
    EXPECT_EQ(rename("/d/file", "/d/renamed"), "ok");
    EXPECT_EQ(list("/d"), (std::vector<std::string>{"renamed", "z", "dangling", "link", "sub"}));
}

TEST_F(Changing, AListingGoesOnWhereItStopped) {
    for (int i = 0; i < 100; ++i) {
        mkfile("/d/sub/" + std::to_string(i));
    }
    struct Some final : EntrySink {
        bool entry(std::string_view name, std::uint64_t, std::uint8_t, std::uint64_t) override {
            if (left == 0) {
                return false;
            }
            --left;
            names.emplace_back(name);
            return true;
        }
        std::vector<std::string> names;
        int left = 0;
    } sink;
    const auto file = *open("/d/sub", O_RDONLY);
    std::uint64_t position = 0;
    std::vector<std::uint64_t> positions;
    for (int i = 0; i < 40; ++i) {
        positions.push_back(position);
        sink.left = 3;
        ASSERT_TRUE(file->read_entries(position, sink));
        if (i == 5) {
            unlink("/d/sub/" + sink.names.back());
            unlink("/d/sub/50");
            mkfile("/d/sub/new");
        }
    }
    EXPECT_EQ(sink.names.size(), 101U);
    EXPECT_EQ(std::ranges::count(sink.names, "50"), 0);
    EXPECT_EQ(std::ranges::count(sink.names, "new"), 0);
    std::uint64_t again = positions[10];
    const std::string expected = sink.names[30];
    sink.names.clear();
    sink.left = 1;
    ASSERT_TRUE(file->read_entries(again, sink));
    EXPECT_EQ(sink.names.at(0), expected);
}

TEST_F(Changing, Renames) {
    mkdir("/e");
    EXPECT_EQ(rename("/d/file", "/e/file"), "ok");
    EXPECT_EQ(where("/d/file"), "!ENOENT");
    EXPECT_EQ(read("/e/file"), "one");
    EXPECT_EQ(rename("/e/file", "/e/file"), "ok");
    EXPECT_EQ(rename("/e/none", "/e/file"), "!ENOENT");
    EXPECT_EQ(rename("/e/file", "/d"), "!EISDIR");
    EXPECT_EQ(rename("/e", "/d/sub"), "ok") << "replaces an empty directory";
    EXPECT_EQ(where("/d/sub/file"), "/d/sub/file");
    EXPECT_EQ(where("/d/sub/.."), "/d");
    mkdir("/e");
    EXPECT_EQ(rename("/e", "/d/sub"), "!ENOTEMPTY");
    EXPECT_EQ(rename("/e", "/d/sub/file"), "!ENOTDIR");
    EXPECT_EQ(rename("/d", "/d/sub/x"), "!EINVAL");
    EXPECT_EQ(rename("/d", "/d/x"), "!EINVAL");
    EXPECT_EQ(rename("/d/sub", "/d"), "!ENOTEMPTY");
    EXPECT_EQ(rename("/d/sub/file", "/d"), "!ENOTEMPTY");
    EXPECT_EQ(rename("/", "/x"), "!EBUSY");
    EXPECT_EQ(rename("/d/.", "/x"), "!EBUSY");
    EXPECT_EQ(rename("/d", "/x/.."), "!ENOENT");
    EXPECT_EQ(rename("/e", "/d/.."), "!EBUSY");
    EXPECT_EQ(rename("/d/sub/file", "/e/f/"), "!ENOTDIR");
    EXPECT_EQ(rename("/d/sub/", "/e/f/"), "ok");
    EXPECT_EQ(where("/e/f/file"), "/e/f/file");
    EXPECT_EQ(where("/e/f/.."), "/e");
    write("/e/other", "two");
    EXPECT_EQ(rename("/e/f/file", "/e/other"), "ok");
    EXPECT_EQ(read("/e/other"), "one");
    const std::string lengthy(200, 'n');
    EXPECT_EQ(rename("/e/other", "/e/" + lengthy), "ok");
    EXPECT_EQ(read("/e/" + lengthy), "one");
    EXPECT_EQ(rename("/e/" + lengthy, "/e/s"), "ok");
    EXPECT_EQ(read("/e/s"), "one");
    link("/e/s", "/e/t");
    EXPECT_EQ(rename("/e/s", "/e/t"), "ok");
    EXPECT_EQ(where("/e/s"), "/e/s") << "two names of one file: both stay";
}

TEST_F(Changing, RenamesWithFlags) {
    mkdir("/e");
    write("/e/two", "two");
    EXPECT_EQ(rename("/d/file", "/e/two", RENAME_NOREPLACE), "!EEXIST");
    EXPECT_EQ(rename("/d/file", "/e/three", RENAME_NOREPLACE), "ok");
    EXPECT_EQ(rename("/e/three", "/e/two", RENAME_EXCHANGE), "ok");
    EXPECT_EQ(read("/e/two"), "one");
    EXPECT_EQ(read("/e/three"), "two");
    EXPECT_EQ(rename("/e/two", "/e/none", RENAME_EXCHANGE), "!ENOENT");
    EXPECT_EQ(rename("/e/two", "/d/sub", RENAME_EXCHANGE), "ok");
    EXPECT_EQ(read("/d/sub"), "one");
    EXPECT_EQ(where("/e/two/.."), "/e");
    EXPECT_EQ(attributes("/e").links, 3U);
    EXPECT_EQ(attributes("/d").links, 2U);
    EXPECT_EQ(rename("/e", "/e/two", RENAME_EXCHANGE), "!EINVAL");
    EXPECT_EQ(rename("/e/two", "/e", RENAME_EXCHANGE), "!EINVAL");
    EXPECT_EQ(rename("/e/two", "/e/x", RENAME_EXCHANGE | RENAME_NOREPLACE), "!EINVAL");
    EXPECT_EQ(rename("/e/two", "/e/x", RENAME_WHITEOUT), "!EINVAL");
}

TEST_F(Changing, StickyDirectoriesProtect) {
    mkdir("/tmp", 01777);
    become(1000);
    write("/tmp/mine", "x");
    become(1001);
    EXPECT_EQ(unlink("/tmp/mine"), "!EPERM");
    EXPECT_EQ(rename("/tmp/mine", "/tmp/yours"), "!EPERM");
    write("/tmp/own", "y");
    EXPECT_EQ(rename("/tmp/own", "/tmp/mine"), "!EPERM");
    EXPECT_EQ(unlink("/tmp/own"), "ok");
    become(0);
    EXPECT_EQ(unlink("/tmp/mine"), "ok");
}

TEST_F(Changing, ADirectoryThatGetsAnotherParentIsWrittenTo) {
    chmod("/d", 0777);
    mkdir("/e", 0777);
    become(1000);
    EXPECT_EQ(rename("/d/sub", "/e/sub"), "!EACCES");
    EXPECT_EQ(rename("/d/sub", "/d/sub2"), "ok");
}

TEST_F(Changing, Attributes) {
    EXPECT_EQ(chmod("/d/file", 04755), "ok");
    EXPECT_EQ(attributes("/d/file").mode, S_IFREG | 04755U);
    EXPECT_EQ(chown("/d/file", 1000, 1000), "ok");
    EXPECT_EQ(attributes("/d/file").mode, S_IFREG | 0755U) << "another owner takes the set-ID bits away";
    become(1000, {2000});
    EXPECT_EQ(chmod("/d/file", 02770), "ok");
    EXPECT_EQ(attributes("/d/file").mode, S_IFREG | 02770U);
    EXPECT_EQ(chown("/d/file", 1000, 2000), "ok");
    EXPECT_EQ(attributes("/d/file").gid, 2000U);
    EXPECT_EQ(chown("/d/file", 1000, 3000), "!EPERM");
    EXPECT_EQ(chown("/d/file", 1001, 2000), "!EPERM");
    EXPECT_EQ(chmod("/d", 0777), "!EPERM");
    become(1001);
    EXPECT_EQ(chmod("/d/file", 0777), "!EPERM");
    AttributeChange change;
    change.which = AttributeChange::accessed_bit | AttributeChange::modified_bit;
    EXPECT_EQ(result(change_at("/d/file", change)), "!EPERM");
    change.which |= AttributeChange::now_bit;
    EXPECT_EQ(result(change_at("/d/file", change)), "!EACCES");
    become(0);
    chmod("/d/file", 0666);
    become(1001);
    EXPECT_EQ(result(change_at("/d/file", change)), "ok");
}

TEST_F(Changing, GroupOfTheDirectory) {
    mkdir("/shared");
    chown("/shared", 0, 500);
    chmod("/shared", 02777);
    become(1000);
    mkdir("/shared/sub");
    EXPECT_EQ(attributes("/shared/sub").gid, 500U);
    EXPECT_EQ(attributes("/shared/sub").mode, S_IFDIR | 02755U);
    EXPECT_EQ(opened("/shared/tool", O_CREAT | O_WRONLY, 02775), "/shared/tool");
    EXPECT_EQ(attributes("/shared/tool").gid, 500U);
    EXPECT_EQ(attributes("/shared/tool").mode, S_IFREG | 0775U) << "not one of that group";
}

TEST_F(Changing, ReadOnlyMounts) {
    ASSERT_EQ(mount("/d/sub"), "ok");
    write("/d/sub/f", "x");
    ASSERT_EQ(mount("/d/sub", "", MS_REMOUNT | MS_RDONLY), "ok");
    EXPECT_EQ(mkdir("/d/sub/x"), "!EROFS");
    EXPECT_EQ(mkdir("/d/sub/f"), "!EEXIST");
    EXPECT_EQ(unlink("/d/sub/f"), "!EROFS");
    EXPECT_EQ(unlink("/d/sub/none"), "!EROFS");
    EXPECT_EQ(chmod("/d/sub/f", 0600), "!EROFS");
    EXPECT_EQ(opened("/d/sub/f", O_WRONLY), "!EROFS");
    EXPECT_EQ(opened("/d/sub/f", O_RDONLY), "/d/sub/f");
    EXPECT_EQ(opened("/d/sub/new", O_WRONLY | O_CREAT), "!EROFS");
    EXPECT_EQ(opened("/d/sub/f", O_RDONLY | O_CREAT), "/d/sub/f");
    EXPECT_EQ(rename("/d/sub/f", "/d/sub/g"), "!EROFS");
    EXPECT_EQ(result(vfs().may(*vfs().resolve(nullptr, "/d/sub/f", {0}), 2)), "!EROFS");
    ASSERT_EQ(mount("/d/sub", "", MS_REMOUNT), "ok");
    EXPECT_EQ(mkdir("/d/sub/x"), "ok");
    ASSERT_EQ(mount("/d/sub", "", MS_REMOUNT | MS_NOEXEC | MS_NODEV), "ok");
    chmod("/d/sub/f", 0755);
    EXPECT_EQ(result(vfs().may(*vfs().resolve(nullptr, "/d/sub/f", {0}), 1)), "!EACCES");
    EXPECT_EQ(result(vfs().open_path(*vfs().resolve(nullptr, "/d/sub/f", {0}), O_RDONLY | k_open_to_execute)
                         ? Result<void>{}
                         : Result<void>{Errno::acces}),
              "!EACCES");
    result(vfs().make(nullptr, "/d/sub/dev", S_IFCHR | 0666, make_device(1, 3)));
    EXPECT_EQ(opened("/d/sub/dev", O_RDONLY), "!EACCES");
}

TEST_F(Changing, WhatIsExecutedIsNotWrittenTo) {
    write("/d/sub/f", "x");
    chmod("/d/sub/f", 0755);
    const Path path = *vfs().resolve(nullptr, "/d/sub/f", {0});
    const auto open = [&](std::uint32_t flags) { return vfs().open_path(path, flags); };
    {
        const Ref<File> executed = *open(O_RDONLY | k_open_to_execute);
        const Ref<File> again = *open(O_RDONLY | k_open_to_execute);
        EXPECT_EQ(open(O_WRONLY).error(), Errno::txtbsy);
        EXPECT_EQ(open(O_RDWR | O_TRUNC).error(), Errno::txtbsy);
        EXPECT_EQ(open(O_RDONLY | O_TRUNC).error(), Errno::txtbsy);
        EXPECT_EQ(opened("/d/sub/f", O_RDWR | O_CREAT), "!ETXTBSY");
        EXPECT_TRUE(open(O_RDONLY));
        EXPECT_EQ(path.inode().attributes().size, 1U);
        again->end_hold();
        EXPECT_EQ(open(O_WRONLY).error(), Errno::txtbsy);
    }
    {
        const Ref<File> written = *open(O_RDWR);
        EXPECT_EQ(open(O_RDONLY | k_open_to_execute).error(), Errno::txtbsy);
        EXPECT_TRUE(open(O_WRONLY));
    }
    EXPECT_TRUE(open(O_RDONLY | O_TRUNC));
    EXPECT_TRUE(open(O_RDONLY | k_open_to_execute));
    EXPECT_TRUE(open(O_WRONLY));
}

TEST_F(Changing, Mounts) {
    EXPECT_EQ(mount("/d/sub", "nonsense"), "!ENODEV");
    EXPECT_EQ(mount("/d/file"), "!ENOTDIR");
    EXPECT_EQ(mount("/d/none"), "!ENOENT");
    EXPECT_EQ(mount("/d/sub", "tmpfs", 0, "none", "size=1x"), "!EINVAL");
    EXPECT_EQ(mount("/d/sub", "tmpfs", 0, "none", "mode=700,size=64k,nr_inodes=3"), "ok");
    EXPECT_EQ(attributes("/d/sub").mode, S_IFDIR | 0700U);
    EXPECT_EQ(rmdir("/d/sub"), "!EBUSY");
    EXPECT_EQ(rename("/d/sub", "/d/other"), "!EBUSY");
    EXPECT_EQ(rename("/d/sub/x", "/d/other"), "!EXDEV");
    EXPECT_EQ(mkfile("/d/sub/1"), "ok");
    EXPECT_EQ(mkfile("/d/sub/2"), "ok");
    EXPECT_EQ(mkfile("/d/sub/3"), "!ENOSPC");
    {
        const auto held = *open("/d/sub/1", O_RDONLY);
        EXPECT_EQ(unmount("/d/sub"), "!EBUSY");
    }
    EXPECT_EQ(unmount("/d/file"), "!EINVAL");
    EXPECT_EQ(unmount("/d/sub", 0x100), "!EINVAL");
    mkdir("/d/e");
    EXPECT_EQ(mount("/d/e", "", MS_BIND, "/d"), "ok");
    EXPECT_EQ(where("/d/e/file"), "/d/e/file");
    EXPECT_EQ(where("/d/e/e"), "/d/e/e") << "what lies under it, not itself once more";
    EXPECT_EQ(where("/d/e/sub/1"), "!ENOENT") << "without MS_REC";
    EXPECT_EQ(unmount("/d/e"), "ok");
    EXPECT_EQ(mount("/d/e", "", MS_BIND | MS_REC, "/d"), "ok");
    EXPECT_EQ(where("/d/e/sub/1"), "/d/e/sub/1");
    EXPECT_EQ(unmount("/d/e"), "!EBUSY");
    const auto held = *open("/d/e/sub/1", O_RDONLY);
    EXPECT_EQ(unmount("/d/e", 2), "ok");
    EXPECT_EQ(where("/d/e/file"), "!ENOENT");
    EXPECT_EQ(read(*held), "") << "lives on";
    EXPECT_EQ(mount("/d/e", "", MS_BIND, "/d/file"), "!ENOTDIR");
    EXPECT_EQ(mount("/d/link", "", MS_BIND, "/d/sub/2"), "ok") << "on the file that it leads to";
    EXPECT_EQ(read("/d/file"), "");
    EXPECT_EQ(unlink("/d/file"), "!EBUSY");
    EXPECT_EQ(unmount("/d/file"), "ok");
    EXPECT_EQ(read("/d/file"), "one");
    become(1000);
    EXPECT_EQ(mount("/d/e"), "!EPERM");
    EXPECT_EQ(unmount("/d/sub"), "!EPERM");
}

TEST_F(Changing, MovesMounts) {
    mkdir("/m");
    ASSERT_EQ(mount("/m"), "ok");
    mkdir("/m/inner");
    ASSERT_EQ(mount("/m/inner"), "ok");
    mkdir("/m/inner/deep");
    EXPECT_EQ(mount("/m/inner/deep", "", MS_MOVE, "/m"), "!ELOOP");
    EXPECT_EQ(mount("/d/sub", "", MS_MOVE, "/d"), "!EINVAL");
    EXPECT_EQ(mount("/d/sub", "", MS_MOVE, "/m"), "ok");
    EXPECT_EQ(where("/m/inner"), "!ENOENT");
    EXPECT_EQ(where("/d/sub/inner/deep"), "/d/sub/inner/deep");
    EXPECT_EQ(where("/d/sub/inner/deep/../../../file"), "/d/file");
    EXPECT_EQ(unmount("/d/sub"), "!EBUSY");
    EXPECT_EQ(unmount("/d/sub", 2), "ok");
    EXPECT_EQ(where("/d/sub/inner"), "!ENOENT");
    EXPECT_EQ(rmdir("/m"), "ok");
}

TEST_F(Changing, PivotsTheRoot) {
    mkdir("/new");
    ASSERT_EQ(mount("/new"), "ok");
    mkdir("/new/old");
    mkdir("/plain");
    const auto at = [](std::string_view path) { return *vfs().resolve(nullptr, path, {Walk::follow_last}); };
    EXPECT_EQ(result(vfs().pivot_root(at("/plain"), at("/plain"))), "!EBUSY");
    EXPECT_EQ(result(vfs().pivot_root(at("/new"), at("/plain"))), "!EBUSY");
    EXPECT_EQ(result(vfs().pivot_root(at("/new/old"), at("/new"))), "!EINVAL");
    const Path old = at("/");
    const Path fresh = at("/new");
    EXPECT_EQ(result(vfs().pivot_root(fresh, at("/new/old"))), "ok");
    wiring::descriptors.replace_in(*user_->context, old, fresh);
    EXPECT_EQ(where("/old/d/file"), "/old/d/file");
    EXPECT_EQ(where("/old/.."), "/");
    EXPECT_EQ(where("/d"), "!ENOENT");
    EXPECT_EQ(unmount("/old", 2), "ok");
    EXPECT_EQ(where("/old/d"), "!ENOENT");
    // Where the next test looks for it.
    task::current().user = nullptr;
    EXPECT_EQ(unmount("/test", 2), "ok");
    EXPECT_EQ(mount("/test"), "ok");
    task::current().user = user_;
}

TEST_F(Changing, TellsMounts) {
    struct Lines final : MountVisitor {
        bool mount(const MountInfo& info) override {
            lines.push_back(std::string{info.source} + " " + std::string{info.root} + " " + std::string{info.place} + " " +
                            std::string{info.mount.super().type()});
            return true;
        }
        std::vector<std::string> lines;
    } visitor;
    ASSERT_EQ(mount("/d/sub", "tmpfs", 0, "thing"), "ok");
    ASSERT_EQ(mount("/d/file", "", MS_BIND, "/d/sub/../file"), "ok");
    vfs().visit_mounts(visitor);
    EXPECT_EQ(visitor.lines, (std::vector<std::string>{"none / / tmpfs", "thing / /d/sub tmpfs", "none /d/file /d/file tmpfs"}));
}

TEST_F(Changing, SurvivesAnExhaustedHeap) {
    for (std::uint64_t allowed = 0; allowed < 8; ++allowed) {
        for (const auto& step : std::vector<std::function<std::string()>>{[] { return mkdir("/d/sub/new"); },
                                                                          [] { return opened("/d/sub/file", O_CREAT | O_RDWR); },
                                                                          [] { return symlink("target", "/d/sub/link"); },
                                                                          [] { return link("/d/file", "/d/sub/hard"); },
                                                                          [] { return rename("/d/file", "/d/sub/moved"); },
                                                                          [] { return mount("/d/sub"); },
                                                                          [] { return where("/d/link"); },
                                                                          [] { return unlink("/d/file"); }}) {
            vfs().reclaim(1000);
            vfs().reclaim(1000);
            wiring::fake_heap.fail_after(allowed);
            const std::string outcome = step();
            wiring::fake_heap.fail_after(~std::uint64_t{0});
            unlink("/d/sub/file");  // made perhaps, though there was no memory to open it
            if (outcome != "!ENOMEM") {
                unmount("/d/sub");
                rmdir("/d/sub/new");
                unlink("/d/sub/link");
                unlink("/d/sub/hard");
                unlink("/d/sub/moved");
                write("/d/file", "one");
            }
            EXPECT_EQ(list("/d/sub"), std::vector<std::string>{});
        }
    }
}

}  // namespace
}  // namespace phx::fs
