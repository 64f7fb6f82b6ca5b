// The calls on paths. (They share the graph of file_calls.)
#include <linux/openat2.h>
#include <linux/time_types.h>

#include <fs/file_calls/program_test.hpp>

namespace phx::fs {

struct KernelTimespec : __kernel_timespec {};

namespace {

constexpr std::int64_t error(Errno error) { return -static_cast<std::int64_t>(error); }
constexpr int k_here = AT_FDCWD;

class Paths : public Program {
protected:
    static PathCalls& calls() { return wiring::path_calls; }
    struct ::stat status(std::string_view path, std::uint32_t flags = 0, int directory = k_here) {
        const UserPtr<struct ::stat> to{room(256)};
        EXPECT_EQ(value(calls().sys_newfstatat(directory, text(path), to, flags)), 0) << path;
        return get(to);
    }
    std::string readlink(std::string_view path, int size = 100, int directory = k_here) {
        const std::uint64_t at = room(4096);
        const auto got = calls().sys_readlinkat(directory, text(path), UserPtr<char>{at}, size);
        return got ? bytes(at, *got) : std::string{errno_name(got.error())};
    }
    std::int64_t access(std::string_view path, std::uint32_t mode, std::uint32_t flags = 0) {
        return value(calls().sys_faccessat2(k_here, text(path), mode, flags));
    }
    std::string getcwd(std::size_t size = 4096) {
        const std::uint64_t at = room(4096);
        const auto got = calls().sys_getcwd(UserPtr<char>{at}, size);
        return got ? bytes(at, *got) : std::string{errno_name(got.error())};
    }
};

TEST_F(Paths, Status) {
    const int fd = static_cast<int>(open("/f", O_RDWR | O_CREAT, 0666));
    EXPECT_EQ(value(calls().sys_symlinkat(text("f"), k_here, text("/l"))), 0);
    const struct ::stat told = status("/f");
    EXPECT_EQ(told.st_mode, S_IFREG | 0644U) << "with the umask";
    EXPECT_EQ(told.st_nlink, 1U);
    EXPECT_EQ(told.st_size, 0);
    EXPECT_EQ(told.st_blksize, 4096);
    EXPECT_EQ(status("/l").st_ino, told.st_ino);
    EXPECT_EQ(status("/l", AT_SYMLINK_NOFOLLOW).st_mode, S_IFLNK | 0777U);
    EXPECT_EQ(status("/l", AT_SYMLINK_NOFOLLOW).st_size, 1);
    EXPECT_EQ(status("/").st_size, 80);
    EXPECT_EQ(status("", AT_EMPTY_PATH, fd).st_ino, told.st_ino);
    EXPECT_EQ(status("", AT_EMPTY_PATH).st_ino, status("/").st_ino);
    const UserPtr<struct ::stat> to{room(256)};
    EXPECT_EQ(value(calls().sys_newfstatat(k_here, text(""), to, 0)), error(Errno::noent));
    EXPECT_EQ(value(calls().sys_newfstatat(k_here, UserPtr<const char>{}, to, 0)), error(Errno::fault));
    EXPECT_EQ(value(calls().sys_newfstatat(k_here, text("/f"), UserPtr<struct ::stat>{8}, 0)), error(Errno::fault));
    EXPECT_EQ(value(calls().sys_newfstatat(k_here, text("/f"), to, 1)), error(Errno::inval));
    EXPECT_EQ(value(calls().sys_newfstatat(99, text("f"), to, 0)), error(Errno::badf));
    EXPECT_EQ(value(calls().sys_newfstatat(99, text("/f"), to, 0)), 0) << "nobody looks at the directory then";
    EXPECT_EQ(value(calls().sys_newfstatat(fd, text("f"), to, 0)), error(Errno::notdir));
    EXPECT_EQ(value(calls().sys_fstat(fd, to)), 0);
    EXPECT_EQ(value(calls().sys_fstat(77, to)), error(Errno::badf));
    EXPECT_EQ(value(calls().sys_newfstatat(k_here, text(std::string(5000, 'x')), to, 0)), error(Errno::nametoolong));
    EXPECT_EQ(value(calls().sys_newfstatat(k_here, text(std::string(300, '/') + "f"), to, 0)), 0) << "a path that needs the heap";
}

TEST_F(Paths, Times) {
    open("/f", O_RDWR | O_CREAT);
    const std::array<__kernel_timespec, 2> times{{{-5, 7}, {1'000'000, 999'999'999}}};
    const UserPtr<KernelTimespec> at = put(times).as<KernelTimespec>();
    EXPECT_EQ(value(calls().sys_utimensat(k_here, text("/f"), at, 0)), 0);
    const struct ::stat told = status("/f");
    EXPECT_EQ(told.st_atim.tv_sec, -5);
    EXPECT_EQ(told.st_atim.tv_nsec, 7);
    EXPECT_EQ(told.st_mtim.tv_sec, 1'000'000);
    EXPECT_EQ(told.st_mtim.tv_nsec, 999'999'999);
    const std::array<__kernel_timespec, 2> omit{{{0, (1 << 30) - 2}, {1, 2}}};
    EXPECT_EQ(value(calls().sys_utimensat(0, UserPtr<const char>{}, put(omit).as<KernelTimespec>(), 0)), 0);
    EXPECT_EQ(status("/f").st_atim.tv_sec, -5);
    EXPECT_EQ(status("/f").st_mtim.tv_sec, 1);
    const std::array<__kernel_timespec, 2> wrong{{{0, 1'000'000'000}, {1, 2}}};
    EXPECT_EQ(value(calls().sys_utimensat(k_here, text("/f"), put(wrong).as<KernelTimespec>(), 0)), error(Errno::inval));
    EXPECT_EQ(value(calls().sys_utimensat(k_here, text("/none"), at, 0)), error(Errno::noent));
}

TEST_F(Paths, Links) {
    const std::string lengthy(3000, 'n');
    calls().sys_symlinkat(text("target"), k_here, text("/l")).value();
    calls().sys_symlinkat(text(lengthy), k_here, text("/long")).value();
    EXPECT_EQ(readlink("/l"), "target");
    EXPECT_EQ(readlink("/l", 3), "tar");
    EXPECT_EQ(readlink("/l", 0), "EINVAL");
    EXPECT_EQ(readlink("/long", 4096), lengthy);
    EXPECT_EQ(readlink("/long", 300), lengthy.substr(0, 300));
    EXPECT_EQ(readlink("/"), "EINVAL");
    EXPECT_EQ(readlink("/none"), "ENOENT");
    const int fd = static_cast<int>(open("/l", O_PATH | O_NOFOLLOW));
    EXPECT_EQ(readlink("", 100, fd), "target");
    EXPECT_EQ(value(calls().sys_linkat(k_here, text("/l"), k_here, text("/l2"), 0)), 0);
    EXPECT_EQ(readlink("/l2"), "target");
    EXPECT_EQ(value(calls().sys_linkat(k_here, text("/l"), k_here, text("/l3"), AT_SYMLINK_FOLLOW)), error(Errno::noent));
    EXPECT_EQ(value(calls().sys_linkat(fd, text(""), k_here, text("/l3"), AT_EMPTY_PATH)), 0);
}

TEST_F(Paths, Access) {
    open("/f", O_RDWR | O_CREAT, 0640);
    EXPECT_EQ(access("/f", 0), 0);
    EXPECT_EQ(access("/none", 0), error(Errno::noent));
    EXPECT_EQ(access("/f", 6), 0);
    EXPECT_EQ(access("/f", 1), error(Errno::acces)) << "not even root executes what nobody may";
    EXPECT_EQ(access("/f", 8), error(Errno::inval));
    auto& who = const_cast<task::Credentials&>(*user_->credentials.load());
    who.uid = 1000;
    who.gid = 1000;
    EXPECT_EQ(access("/f", 4), error(Errno::acces)) << "as the real user";
    EXPECT_EQ(access("/f", 4, AT_EACCESS), 0);
}

TEST_F(Paths, WorkingDirectory) {
    calls().sys_mkdirat(k_here, text("/d"), 0777).value();
    calls().sys_mkdirat(k_here, text("/d/e"), 0777).value();
    EXPECT_EQ(getcwd(), std::string("/\0", 2));
    EXPECT_EQ(value(calls().sys_chdir(text("d/e"))), 0);
    EXPECT_EQ(getcwd(), std::string("/d/e\0", 5));
    EXPECT_EQ(getcwd(5), std::string("/d/e\0", 5));
    EXPECT_EQ(getcwd(4), "ERANGE");
    EXPECT_EQ(value(calls().sys_chdir(text("/d/f"))), error(Errno::noent));
    open("/f", O_CREAT | O_RDWR);
    EXPECT_EQ(value(calls().sys_chdir(text("/f"))), error(Errno::notdir));
    EXPECT_EQ(value(calls().sys_fchdir(static_cast<int>(open("/d", O_PATH)))), 0);
    EXPECT_EQ(getcwd(), std::string("/d\0", 3));
    EXPECT_EQ(value(calls().sys_fchdir(0)), error(Errno::notdir));
    EXPECT_EQ(value(calls().sys_chdir(text("e"))), 0);
    EXPECT_EQ(value(calls().sys_unlinkat(k_here, text("/d/e"), AT_REMOVEDIR)), 0);
    EXPECT_EQ(getcwd(), "ENOENT");
    std::string deep = "/";
    for (int i = 0; i < 10; ++i) {
        deep += std::string(40, static_cast<char>('a' + i)) + "/";
        calls().sys_mkdirat(k_here, text(deep), 0777).value();
    }
    EXPECT_EQ(value(calls().sys_chdir(text(deep))), 0);
    deep.back() = '\0';
    EXPECT_EQ(getcwd(), deep) << "more than fits on the stack";
    EXPECT_EQ(value(wiring::mount_calls.sys_chroot(text(".."))), 0);
    EXPECT_EQ(getcwd(), "/" + std::string(40, 'j') + '\0');
    EXPECT_EQ(value(wiring::mount_calls.sys_chroot(text("/" + std::string(40, 'j')))), 0);
    EXPECT_EQ(value(calls().sys_chdir(text("/"))), 0);
    EXPECT_EQ(getcwd(), std::string("/\0", 2));
    EXPECT_EQ(value(calls().sys_chdir(text(".."))), 0);
    EXPECT_EQ(getcwd(), std::string("/\0", 2));
}

TEST_F(Paths, OutsideOfTheRoot) {
    calls().sys_mkdirat(k_here, text("/d"), 0777).value();
    EXPECT_EQ(value(wiring::mount_calls.sys_chroot(text("/d"))), 0);
    EXPECT_EQ(getcwd(), std::string("(unreachable)/test\0", 19)) << "from the root of all";
}

TEST_F(Paths, Modes) {
    calls().sys_mkdirat(k_here, text("/d"), 01777).value();
    EXPECT_EQ(status("/d").st_mode, S_IFDIR | 01755U);
    EXPECT_EQ(value(wiring::descriptors.sys_umask(0777)), 022);
    open("/f", O_CREAT | O_RDWR, 0666);
    EXPECT_EQ(status("/f").st_mode, S_IFREG | 0U);
    EXPECT_EQ(value(calls().sys_fchmodat(k_here, text("/f"), 04711)), 0);
    EXPECT_EQ(status("/f").st_mode, S_IFREG | 04711U);
    EXPECT_EQ(value(calls().sys_fchownat(k_here, text("/f"), 5, ~0U, 0)), 0);
    EXPECT_EQ(status("/f").st_uid, 5U);
    EXPECT_EQ(status("/f").st_gid, 0U);
    EXPECT_EQ(value(calls().sys_mknodat(k_here, text("/null"), S_IFCHR | 0666, 0x103)), 0);
    EXPECT_EQ(status("/null").st_rdev, 0x103U);
    EXPECT_EQ(value(calls().sys_mknodat(k_here, text("/big"), S_IFCHR | 0666, 0x12345678)), 0);
    EXPECT_EQ(status("/big").st_rdev, 0x12345678U);
    EXPECT_EQ(value(calls().sys_mknodat(k_here, text("/dir"), S_IFDIR, 0)), error(Errno::perm));
    EXPECT_EQ(value(calls().sys_unlinkat(k_here, text("/big"), 1)), error(Errno::inval));
    EXPECT_EQ(open("/null", O_RDONLY), error(Errno::nxio)) << "nobody serves it here";
}

TEST_F(Paths, Openat2) {
    calls().sys_mkdirat(k_here, text("/d"), 0777).value();
    const int directory = static_cast<int>(open("/d", O_PATH));
    const auto open2 = [&](std::string_view path, open_how how, std::size_t size = sizeof(open_how)) {
        return value(calls().sys_openat2(directory, text(path), put(how), size));
    };
    EXPECT_EQ(open2("f", {O_CREAT | O_RDWR, 0600, RESOLVE_BENEATH}), 1);
    EXPECT_EQ(open2("../x", {O_RDONLY, 0, RESOLVE_BENEATH}), error(Errno::xdev));
    EXPECT_EQ(open2("/f", {O_RDONLY, 0, RESOLVE_IN_ROOT}), 2);
    EXPECT_EQ(open2("/../../f", {O_RDONLY, 0, RESOLVE_IN_ROOT}), 3);
    EXPECT_EQ(open2("f", {O_RDONLY, 0600, 0}), error(Errno::inval));
    EXPECT_EQ(open2("f", {O_RDONLY, 0, 1 << 20}), error(Errno::inval));
    EXPECT_EQ(open2("f", {1ULL << 40, 0, 0}), error(Errno::inval));
    EXPECT_EQ(open2("f", {O_RDONLY, 0, 0}, 16), error(Errno::inval));
    EXPECT_EQ(open2("f", {O_PATH | O_RDWR, 0, 0}), error(Errno::inval));
}

TEST_F(Paths, EveryBadPointer) {
    open("/f", O_RDWR | O_CREAT);
    const UserPtr<const char> bad{0xdead0000};
    const UserPtr<const char> good = text("/f");
    const std::int64_t fault = error(Errno::fault);
    EXPECT_EQ(value(calls().sys_openat(k_here, bad, 0, 0)), fault);
    EXPECT_EQ(value(calls().sys_openat2(k_here, good, UserPtr<open_how>{8}, 24)), fault);
    EXPECT_EQ(value(calls().sys_statx(k_here, bad, 0, 0, UserPtr<struct statx>{8})), fault);
    EXPECT_EQ(value(calls().sys_statx(k_here, good, 0, 0, UserPtr<struct statx>{8})), fault);
    EXPECT_EQ(value(calls().sys_statfs(good, UserPtr<struct statfs>{8})), fault);
    EXPECT_EQ(value(calls().sys_faccessat(k_here, bad, 0)), fault);
    EXPECT_EQ(value(calls().sys_readlinkat(k_here, bad, UserPtr<char>{8}, 8)), fault);
    EXPECT_EQ(value(calls().sys_mkdirat(k_here, bad, 0)), fault);
    EXPECT_EQ(value(calls().sys_mknodat(k_here, bad, 0, 0)), fault);
    EXPECT_EQ(value(calls().sys_unlinkat(k_here, bad, 0)), fault);
    EXPECT_EQ(value(calls().sys_linkat(k_here, good, k_here, bad, 0)), fault);
    EXPECT_EQ(value(calls().sys_symlinkat(bad, k_here, good)), fault);
    EXPECT_EQ(value(calls().sys_symlinkat(good, k_here, bad)), fault);
    EXPECT_EQ(value(calls().sys_renameat(k_here, good, k_here, bad)), fault);
    EXPECT_EQ(value(calls().sys_fchmodat(k_here, bad, 0)), fault);
    EXPECT_EQ(value(calls().sys_fchownat(k_here, bad, 0, 0, 0)), fault);
    EXPECT_EQ(value(calls().sys_utimensat(k_here, good, UserPtr<KernelTimespec>{8}, 0)), fault);
    EXPECT_EQ(value(calls().sys_truncate(bad, 0)), fault);
    EXPECT_EQ(value(calls().sys_chdir(bad)), fault);
    EXPECT_EQ(value(calls().sys_getcwd(UserPtr<char>{8}, 100)), fault);
    EXPECT_EQ(value(wiring::mount_calls.sys_mount(bad, good, good, 0, good)), fault);
    EXPECT_EQ(value(wiring::mount_calls.sys_mount(good, good, good, 0, bad)), fault);
    EXPECT_EQ(value(wiring::mount_calls.sys_umount2(bad, 0)), fault);
    EXPECT_EQ(value(wiring::mount_calls.sys_pivot_root(bad, good)), fault);
    EXPECT_EQ(value(wiring::mount_calls.sys_chroot(bad)), fault);
}

TEST_F(Paths, MountsByCall) {
    calls().sys_mkdirat(k_here, text("/m"), 0777).value();
    auto& mounts = wiring::mount_calls;
    const UserPtr<const char> none{};
    EXPECT_EQ(value(mounts.sys_mount(text("x"), text("/m"), text("tmpfs"), MS_MGC_VAL | MS_NOSUID, text("size=1m,mode=700"))), 0);
    EXPECT_EQ(status("/m").st_mode, S_IFDIR | 0700U);
    EXPECT_EQ(value(mounts.sys_mount(none, text("/m"), none, 0, none)), error(Errno::inval));
    EXPECT_EQ(value(mounts.sys_mount(none, text("/none"), text("tmpfs"), 0, none)), error(Errno::noent));
    EXPECT_EQ(value(mounts.sys_mount(none, text("/m"), none, MS_REMOUNT | MS_RDONLY, none)), 0);
    EXPECT_EQ(open("/m/x", O_CREAT | O_RDWR), error(Errno::rofs));
    const UserPtr<struct ::statfs> to{room(256)};
    EXPECT_EQ(value(calls().sys_statfs(text("/m"), to)), 0);
    EXPECT_EQ(get(to.as<std::int64_t>()), 0x01021994);
    EXPECT_EQ(get((to.as<std::int64_t>() + 2)), 256);
    EXPECT_EQ(value(mounts.sys_mount(none, text("/"), none, MS_REC | MS_PRIVATE, none)), 0);
    EXPECT_EQ(value(mounts.sys_umount2(text("/m"), 0)), 0);
    EXPECT_EQ(value(mounts.sys_umount2(text("/m"), 0)), error(Errno::inval));
}

}  // namespace
}  // namespace phx::fs
