// Walking (path_resolution(7), openat2(2)), each path both from the cache and asked for anew.
#include <fs/vfs/tree_test.hpp>

namespace phx::fs {
namespace {

class Walking : public Tree {
protected:
    void SetUp() override {
        Tree::SetUp();
        mkdir("/a");
        mkdir("/a/b");
        mkdir("/a/b/c");
        mkfile("/a/file");
        mkfile("/a/b/f12345678");
        symlink("b/c", "/a/relative");
        symlink("/a/b", "/a/absolute");
        symlink("../file", "/a/b/up");
        symlink("nowhere", "/a/dangling");
        symlink("loop2", "/loop1");
        symlink("loop1", "/loop2");
        symlink("relative/", "/a/slashed");
        symlink("/", "/a/root");
        symlink(".", "/a/here");
    }
    // The same answer from a cold cache, a warm one, and by the slow walk alone.
    static void expect(std::string_view path, std::string_view answer, std::uint32_t flags = Walk::follow_last, Base base = nullptr) {
        vfs().reclaim(1000);
        vfs().reclaim(1000);
        EXPECT_EQ(where(path, flags, base), answer) << path << ", cold";
        EXPECT_EQ(where(path, flags, base), answer) << path << ", warm";
        EXPECT_EQ(where(path, flags | Walk::no_magic_links, base), answer) << path << ", slowly";
    }
};

TEST_F(Walking, FollowsNames) {
    expect("/", "/");
    expect("//", "/");
    expect("/a", "/a");
    expect("/a/", "/a");
    expect("/a//b///c", "/a/b/c");
    expect("/a/b/f12345678", "/a/b/f12345678");
    expect("/a/b/f1234567", "!ENOENT");
    expect("/a/file/", "!ENOTDIR");
    expect("/a/file/x", "!ENOTDIR");
    expect("/a/file/.", "!ENOTDIR");
    expect("/a/file/..", "!ENOTDIR");
    expect("/x/y", "!ENOENT");
    expect("/a/x", "!ENOENT");
    expect("", "!ENOENT");
}

TEST_F(Walking, KnowsDots) {
    expect("/.", "/");
    expect("/..", "/");
    expect("/../../a/..", "/");
    expect("/a/b/..", "/a");
    expect("/a/b/../b/./c/.", "/a/b/c");
    expect("/a/b/c/../../..", "/");
    expect("/a/...", "!ENOENT");
    expect("/a/..b", "!ENOENT");
    expect("/a/.b", "!ENOENT");
}

TEST_F(Walking, FollowsLinks) {
    expect("/a/relative", "/a/b/c");
    expect("/a/relative", "/a/relative", 0);
    expect("/a/relative/", "/a/b/c", 0);
    expect("/a/relative/..", "/a/b");
    expect("/a/absolute/c", "/a/b/c");
    expect("/a/absolute/up", "/a/file");
    expect("/a/absolute/up/", "!ENOTDIR");
    expect("/a/dangling", "!ENOENT");
    expect("/a/dangling", "/a/dangling", 0);
    expect("/a/dangling/", "!ENOENT", 0);
    expect("/a/slashed", "/a/b/c");
    expect("/a/root/a/b", "/a/b");
    expect("/a/here/here/here/file", "/a/file");
    expect("/a/here/root/a/absolute/../file", "/a/file");
}

TEST_F(Walking, GivesUpLoops) {
    expect("/loop1", "!ELOOP");
    expect("/loop1/x", "!ELOOP");
    expect("/loop1", "/loop1", 0);
    std::string last = "/a/file";
    for (int i = 1; i <= 41; ++i) {
        const std::string name = "/n" + std::to_string(i);
        ASSERT_EQ(symlink(last, name), "ok");
        last = name;
    }
    expect("/n40", "/a/file");
    expect("/n41", "!ELOOP");
    // Nested, with something left to do behind each.
    ASSERT_EQ(symlink("a", "/d0"), "ok");
    for (int i = 1; i <= 40; ++i) {
        ASSERT_EQ(symlink("d" + std::to_string(i - 1) + "/.", "/d" + std::to_string(i)), "ok");
    }
    expect("/d39/file", "/a/file");
    expect("/d40/file", "!ELOOP");
    std::string many = "/a";
    for (int i = 0; i < 40; ++i) {
        many += "/here";
    }
    expect(many + "/file", "/a/file");
    expect(many + "/here/file", "!ELOOP");
}

TEST_F(Walking, RefusesWhatIsTooLong) {
    const std::string name(255, 'n');
    ASSERT_EQ(mkdir("/" + name), "ok");
    expect("/" + name, "/" + name);
    expect("/" + name + "n", "!ENAMETOOLONG");
    expect("/" + name + "n/x", "!ENAMETOOLONG");
    EXPECT_EQ(mkdir("/" + name + "n"), "!ENAMETOOLONG");
    std::string path;
    while (path.size() < 4094) {
        path += "/.";
    }
    expect(path, "/");
    expect(path + "/", "/");
    expect(path + "//", "!ENAMETOOLONG");
    const std::string target(4095, '/');
    ASSERT_EQ(symlink(target, "/long"), "ok");
    expect("/long", "/");
    EXPECT_EQ(symlink(target + "/", "/longer"), "!ENAMETOOLONG");
    EXPECT_EQ(symlink("", "/empty"), "!ENOENT");
}

TEST_F(Walking, NamesOfEachLength) {
    for (std::size_t size = 1; size <= 70; ++size) {
        const std::string name(size, static_cast<char>('a' + size % 20));
        ASSERT_EQ(mkfile("/a/b/" + name), "ok");
    }
    for (std::size_t size = 1; size <= 70; ++size) {
        const std::string name(size, static_cast<char>('a' + size % 20));
        expect("/a/b/" + name, "/a/b/" + name);
        expect("/a/b/" + name + "Z", "!ENOENT");
        std::string other = name;
        other.back() = 'Y';
        expect("/a/b/" + other, "!ENOENT");
    }
}

TEST_F(Walking, BeginsAtTheBase) {
    const Path base = *vfs().resolve(nullptr, "/a/b", {0});
    expect("c", "/a/b/c", 0, &base);
    expect("..", "/a", 0, &base);
    expect("/a", "/a", 0, &base);
    expect("", "/a/b", Walk::empty_is_base, &base);
    expect("", "!ENOENT", 0, &base);
    const Path file = *vfs().resolve(nullptr, "/a/file", {0});
    expect("x", "!ENOTDIR", 0, &file);
    expect("", "/a/file", Walk::empty_is_base, &file);
    chdir("/a");
    expect("b/c", "/a/b/c");
    expect("file", "/a/file");
    expect("../loop1", "/loop1", 0);
}

TEST_F(Walking, ObeysOpenat2) {
    const Path base = *vfs().resolve(nullptr, "/a", {0});
    const std::uint32_t follow = Walk::follow_last;
    expect("absolute/c", "!ELOOP", follow | Walk::no_links, &base);
    expect("b/c", "/a/b/c", follow | Walk::no_links, &base);
    expect("relative", "/a/b/c", follow | Walk::beneath, &base);
    expect("absolute", "!EXDEV", follow | Walk::beneath, &base);
    expect("b/../..", "!EXDEV", follow | Walk::beneath, &base);
    expect("b/up", "/a/file", follow | Walk::beneath, &base);
    expect("/a", "!EXDEV", follow | Walk::beneath, &base);
    expect("/b", "/a/b", follow | Walk::in_root, &base);
    expect("../../b", "/a/b", follow | Walk::in_root, &base);
    expect("root/b", "/a/b", follow | Walk::in_root, &base);
    ASSERT_EQ(mkdir("/a/m"), "ok");
    ASSERT_EQ(mount("/a/m"), "ok");
    expect("m", "!EXDEV", follow | Walk::no_crossing, &base);
    expect("b", "/a/b", follow | Walk::no_crossing, &base);
    vfs().reclaim(1000);
    EXPECT_EQ(where("/a/b/c", Walk::cached_only), "!EAGAIN");
    EXPECT_EQ(where("/a/b/c"), "/a/b/c");
    EXPECT_EQ(where("/a/b/c", Walk::cached_only), "/a/b/c");
}

TEST_F(Walking, AsksForTheRightToSearch) {
    chmod("/a/b", 0700);
    become(1000);
    expect("/a/b", "/a/b");
    expect("/a/b/c", "!EACCES");
    expect("/a/b/nothing", "!EACCES");
    expect("/a/b/..", "!EACCES");
    expect("/a/b/.", "!EACCES");
    expect("/a/absolute/up", "!EACCES");
    become(0);
    expect("/a/b/c", "/a/b/c");
    chmod("/a/b", 0070);
    chown("/a/b", 5, 1000);
    become(1000);
    expect("/a/b/c", "/a/b/c");
    become(1001, {7, 1000});
    expect("/a/b/c", "/a/b/c");
    become(5, {1000});
    expect("/a/b/c", "!EACCES");  // the owner's bits count for the owner
}

TEST_F(Walking, StaysInTheRoot) {
    const Path root = *vfs().resolve(nullptr, "/a", {0});
    wiring::descriptors.set_root(*user_->context, root);
    chdir("/");
    expect("/..", "/");
    expect("/absolute", "!ENOENT");
    expect("../../b", "/b");
    expect("/root/b", "/b");
    expect("/b/up", "/file");
}

TEST_F(Walking, CrossesMounts) {
    ASSERT_EQ(mount("/a/b"), "ok");
    expect("/a/b/c", "!ENOENT");
    ASSERT_EQ(mkdir("/a/b/inner"), "ok");
    expect("/a/b/inner", "/a/b/inner");
    expect("/a/b/inner/../..", "/a");
    expect("/a/b/..", "/a");
    ASSERT_EQ(mount("/a/b"), "ok");  // over the other
    expect("/a/b/inner", "!ENOENT");
    expect("/a/b/../file", "/a/file");
    EXPECT_EQ(unmount("/a/b"), "ok");
    expect("/a/b/inner", "/a/b/inner");
    EXPECT_EQ(unmount("/a/b"), "ok");
    expect("/a/b/c", "/a/b/c");
    EXPECT_EQ(unmount("/a/b"), "!EINVAL");
}

}  // namespace
}  // namespace phx::fs
