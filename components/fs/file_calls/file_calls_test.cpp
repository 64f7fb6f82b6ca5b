#include <linux/falloc.h>
#include <linux/uio.h>
#include <linux/xattr.h>

#include <fs/file_calls/program_test.hpp>

namespace phx::fs {
namespace {

constexpr std::int64_t error(Errno error) { return -static_cast<std::int64_t>(error); }

TEST_F(Program, ReadsAndWritesAtItsPosition) {
    const auto fd = open("/f", O_RDWR | O_CREAT);
    ASSERT_EQ(fd, 0);
    EXPECT_EQ(write(fd, "hello, world"), 12);
    EXPECT_EQ(read(fd, 5), "");
    EXPECT_EQ(seek(fd, 7, SEEK_SET), 7);
    EXPECT_EQ(read(fd, 3), "wor");
    EXPECT_EQ(read(fd, 30), "ld");
    EXPECT_EQ(seek(fd, -2, SEEK_CUR), 10);
    EXPECT_EQ(seek(fd, -12, SEEK_END), 0);
    EXPECT_EQ(seek(fd, -1, SEEK_SET), error(Errno::inval));
    EXPECT_EQ(seek(fd, 1, 99), error(Errno::inval));
    EXPECT_EQ(seek(fd, 20, SEEK_SET), 20);
    EXPECT_EQ(write(fd, "x"), 1);
    EXPECT_EQ(seek(fd, 10, SEEK_SET), 10);
    EXPECT_EQ(read(fd, 30), std::string("ld\0\0\0\0\0\0\0\0x", 11));
    EXPECT_EQ(seek(7, 0, SEEK_SET), error(Errno::badf));
    EXPECT_EQ(value(wiring::dut.sys_read(0, UserPtr<void>{16}, 4)), 0) << "nothing is left";
    seek(fd, 0, SEEK_SET);
    EXPECT_EQ(value(wiring::dut.sys_read(0, UserPtr<void>{16}, 4)), error(Errno::fault));
    EXPECT_EQ(seek(fd, 0, SEEK_CUR), 0);
}

TEST_F(Program, NeedsTheRightAccessMode) {
    const auto writer = open("/f", O_WRONLY | O_CREAT);
    EXPECT_EQ(read(writer, 4), "EBADF");
    const auto reader = open("/f", O_RDONLY);
    EXPECT_EQ(write(reader, "x"), error(Errno::badf));
    const auto neither = open("/f", 3);
    EXPECT_EQ(read(neither, 4), "EBADF");
    EXPECT_EQ(write(neither, "x"), error(Errno::badf));
    const auto path = open("/f", O_PATH);
    EXPECT_EQ(read(path, 4), "EBADF");
    EXPECT_EQ(value(wiring::dut.sys_ftruncate(static_cast<int>(reader), 4)), error(Errno::inval));
    EXPECT_EQ(value(wiring::dut.sys_fsync(static_cast<int>(path))), error(Errno::badf));
    const auto directory = open("/", O_RDONLY);
    EXPECT_EQ(read(directory, 4), "EISDIR");
}

TEST_F(Program, AppendsAtTheEnd) {
    const auto fd = open("/f", O_RDWR | O_CREAT | O_APPEND);
    write(fd, "one");
    seek(fd, 0, SEEK_SET);
    EXPECT_EQ(write(fd, "two"), 3);
    EXPECT_EQ(seek(fd, 0, SEEK_CUR), 6);
    EXPECT_EQ(value(wiring::dut.sys_pwrite64(static_cast<int>(fd), text("x"), 1, 0)), 1);
    seek(fd, 0, SEEK_SET);
    EXPECT_EQ(read(fd, 10), "onetwox");
}

TEST_F(Program, SharesAPositionThatWasDuplicated) {
    const auto fd = open("/f", O_RDWR | O_CREAT);
    write(fd, "abcdef");
    const auto copy = value(wiring::descriptors.sys_dup(static_cast<int>(fd)));
    EXPECT_EQ(copy, 1);
    seek(fd, 2, SEEK_SET);
    EXPECT_EQ(read(copy, 2), "cd");
    EXPECT_EQ(read(fd, 2), "ef");
    EXPECT_EQ(value(wiring::descriptors.sys_dup3(static_cast<int>(fd), 9, O_CLOEXEC)), 9);
    EXPECT_EQ(value(wiring::descriptors.sys_fcntl(9, F_GETFD, 0)), FD_CLOEXEC);
    EXPECT_EQ(value(wiring::descriptors.sys_fcntl(1, F_GETFD, 0)), 0);
    EXPECT_EQ(value(wiring::descriptors.sys_dup3(9, 9, 0)), error(Errno::inval));
    EXPECT_EQ(value(wiring::descriptors.sys_dup3(9, 5000, 0)), error(Errno::badf));
    EXPECT_EQ(value(wiring::descriptors.sys_dup3(11, 10, 0)), error(Errno::badf));
    EXPECT_EQ(value(wiring::descriptors.sys_dup3(9, 1000, 0)), 1000) << "the table grows";
    EXPECT_EQ(read(1000, 2), "");
    EXPECT_EQ(value(wiring::descriptors.sys_fcntl(0, F_DUPFD, 999)), 999);
    EXPECT_EQ(value(wiring::descriptors.sys_fcntl(0, F_DUPFD, 1024)), error(Errno::inval));
    EXPECT_EQ(value(wiring::descriptors.sys_fcntl(0, F_DUPFD_CLOEXEC, 999)), 1001);
    EXPECT_EQ(value(wiring::descriptors.sys_fcntl(0, F_GETFL, 0)), O_RDWR | O_LARGEFILE);
    EXPECT_EQ(value(wiring::descriptors.sys_fcntl(0, F_SETFL, O_APPEND | O_NONBLOCK | O_CREAT)), 0);
    EXPECT_EQ(value(wiring::descriptors.sys_fcntl(1, F_GETFL, 0)), O_RDWR | O_LARGEFILE | O_APPEND | O_NONBLOCK);
    EXPECT_EQ(value(wiring::descriptors.sys_close_range(1, 998, 0)), 0);
    EXPECT_EQ(close(9), error(Errno::badf));
    EXPECT_EQ(value(wiring::descriptors.sys_close_range(5, ~0U, 4)), 0);
    EXPECT_EQ(value(wiring::descriptors.sys_fcntl(999, F_GETFD, 0)), FD_CLOEXEC);
    wiring::descriptors.close_on_exec();
    EXPECT_EQ(close(999), error(Errno::badf));
    EXPECT_EQ(close(0), 0);
    EXPECT_EQ(close(0), error(Errno::badf));
    EXPECT_EQ(close(-1), error(Errno::badf));
}

TEST_F(Program, DescriptorsAreTheLowestFree) {
    for (int i = 0; i < 70; ++i) {
        ASSERT_EQ(open("/", O_RDONLY), i);
    }
    close(3);
    close(66);
    close(40);
    EXPECT_EQ(open("/", O_RDONLY), 3);
    EXPECT_EQ(open("/", O_RDONLY), 40);
    EXPECT_EQ(open("/none", O_RDONLY), error(Errno::noent)) << "gives its number back";
    EXPECT_EQ(open("/", O_RDONLY), 66);
    EXPECT_EQ(open("/", O_RDONLY), 70);
    user_->process->limits[RLIMIT_NOFILE].soft = 71;
    EXPECT_EQ(open("/", O_RDONLY), error(Errno::mfile));
    EXPECT_EQ(value(wiring::descriptors.sys_dup(0)), error(Errno::mfile));
    FdTable* const copy = *wiring::descriptors.copy_table(*user_->files);
    EXPECT_TRUE(wiring::descriptors.find(*copy, 70));
    EXPECT_FALSE(wiring::descriptors.find(*copy, 71));
    wiring::descriptors.release(*copy);
    // Shared with another thread: found and held another way.
    wiring::descriptors.retain(*user_->files);
    EXPECT_EQ(read(70, 1), "EISDIR");
    EXPECT_EQ(close(70), 0);
    EXPECT_EQ(read(70, 1), "EBADF");
    wiring::descriptors.release(*user_->files);
}

TEST_F(Program, Vectors) {
    const auto fd = static_cast<int>(open("/f", O_RDWR | O_CREAT));
    const auto vector = [&](std::uint64_t at, std::size_t size) { return iovec{reinterpret_cast<void*>(at), size}; };
    const std::uint64_t a = text("abc").address().value();
    const std::uint64_t b = text("de").address().value();
    const std::array<iovec, 3> out{vector(a, 3), vector(0, 0), vector(b, 2)};
    EXPECT_EQ(value(wiring::dut.sys_writev(fd, put(out).as<const iovec>(), 3)), 5);
    EXPECT_EQ(value(wiring::dut.sys_pwritev(fd, put(out).as<const iovec>(), 3, 10)), 5);
    const std::uint64_t into = room(64);
    std::array<iovec, 12> in{};
    for (std::size_t i = 0; i < in.size(); ++i) {
        in[i] = vector(into + 60 - i * 2, 2);
    }
    EXPECT_EQ(value(wiring::dut.sys_preadv(fd, put(in).as<const iovec>(), 12, 0)), 15);
    EXPECT_EQ(bytes(into + 60, 2), "ab");
    EXPECT_EQ(bytes(into + 58, 2), "cd");
    EXPECT_EQ(value(wiring::dut.sys_preadv2(fd, put(in).as<const iovec>(), 2, -1, 0, 0)), 4);
    EXPECT_EQ(seek(fd, 0, SEEK_CUR), 9);
    EXPECT_EQ(value(wiring::dut.sys_preadv2(fd, put(in).as<const iovec>(), 2, 0, 0, 8)), error(Errno::opnotsupp));
    EXPECT_EQ(value(wiring::dut.sys_preadv(fd, put(in).as<const iovec>(), 2, -1)), error(Errno::inval));
    EXPECT_EQ(value(wiring::dut.sys_readv(fd, UserPtr<const iovec>{8}, 1)), error(Errno::fault));
    EXPECT_EQ(value(wiring::dut.sys_readv(fd, put(in).as<const iovec>(), 1025)), error(Errno::inval));
    const std::array<iovec, 1> huge{vector(a, SIZE_MAX)};
    EXPECT_EQ(value(wiring::dut.sys_readv(fd, put(huge).as<const iovec>(), 1)), error(Errno::inval));
    EXPECT_EQ(value(wiring::dut.sys_readv(fd, put(in).as<const iovec>(), 0)), 0);
}

struct Listed {
    std::string name;
    std::uint8_t type;
    std::uint64_t next;
};

TEST_F(Program, ListsDirectories) {
    for (int i = 0; i < 200; ++i) {
        ASSERT_EQ(value(wiring::path_calls.sys_mkdirat(AT_FDCWD, text("/directory number " + std::to_string(i)), 0755)), 0);
    }
    const auto fd = static_cast<int>(open("/", O_RDONLY | O_DIRECTORY));
    const std::uint64_t at = room(5000);
    std::vector<Listed> seen;
    for (;;) {
        const std::int64_t got = value(wiring::dut.sys_getdents64(fd, UserPtr<void>{at}, 5000));
        ASSERT_GE(got, 0);
        if (got == 0) {
            break;
        }
        EXPECT_GT(got, 280);
        for (std::int64_t offset = 0; offset < got;) {
            const std::byte* entry = arch::host::user_memory.at(at + static_cast<std::uint64_t>(offset));
            std::uint16_t size = 0;
            std::memcpy(&size, entry + 16, 2);
            Listed one;
            one.type = static_cast<std::uint8_t>(entry[18]);
            std::memcpy(&one.next, entry + 8, 8);
            one.name = reinterpret_cast<const char*>(entry) + 19;
            EXPECT_EQ(size % 8, 0);
            seen.push_back(one);
            offset += size;
        }
    }
    ASSERT_EQ(seen.size(), 202U);
    EXPECT_EQ(seen[0].name, ".");
    EXPECT_EQ(seen[1].name, "..");
    EXPECT_EQ(seen[2].name, "directory number 199");
    EXPECT_EQ(seen[201].name, "directory number 0");
    EXPECT_EQ(seen[2].type, 4);
    EXPECT_EQ(seek(fd, static_cast<std::int64_t>(seen[100].next), SEEK_SET), static_cast<std::int64_t>(seen[100].next));
    EXPECT_GT(value(wiring::dut.sys_getdents64(fd, UserPtr<void>{at}, 64)), 0);
    EXPECT_EQ(std::string{reinterpret_cast<const char*>(arch::host::user_memory.at(at)) + 19}, seen[101].name);
    EXPECT_EQ(value(wiring::dut.sys_getdents64(fd, UserPtr<void>{at}, 16)), error(Errno::inval)) << "too small";
    EXPECT_EQ(value(wiring::dut.sys_getdents64(fd, UserPtr<void>{8}, 4096)), error(Errno::fault));
    EXPECT_EQ(value(wiring::dut.sys_getdents64(static_cast<int>(open("/f", O_RDWR | O_CREAT)), UserPtr<void>{at}, 64)), error(Errno::notdir));
}

TEST_F(Program, CopiesFromFileToFile) {
    const auto from = static_cast<int>(open("/from", O_RDWR | O_CREAT));
    const auto to = static_cast<int>(open("/to", O_RDWR | O_CREAT));
    const std::string all(20000, 'q');
    ASSERT_EQ(write(from, all), 20000);
    seek(from, 0, SEEK_SET);
    EXPECT_EQ(value(wiring::dut.sys_sendfile(to, from, UserPtr<std::int64_t>{}, 1 << 20)), 20000);
    EXPECT_EQ(seek(from, 0, SEEK_CUR), 20000);
    EXPECT_EQ(seek(to, 0, SEEK_CUR), 20000);
    const auto offset = put(std::int64_t{19990});
    EXPECT_EQ(value(wiring::dut.sys_sendfile(to, from, offset, 5)), 5);
    EXPECT_EQ(get(offset), 19995);
    EXPECT_EQ(value(wiring::dut.sys_sendfile(to, from, put(std::int64_t{-1}), 5)), error(Errno::inval));
    EXPECT_EQ(value(wiring::dut.sys_copy_file_range(from, put(std::int64_t{0}), from, put(std::int64_t{5}), 10, 0)), error(Errno::inval))
        << "onto itself";
    EXPECT_EQ(value(wiring::dut.sys_copy_file_range(from, put(std::int64_t{0}), from, put(std::int64_t{20000}), 10, 0)), 10);
    EXPECT_EQ(value(wiring::dut.sys_copy_file_range(from, put(std::int64_t{0}), to, UserPtr<std::int64_t>{}, 10, 1)), error(Errno::inval));
    EXPECT_EQ(value(wiring::dut.sys_copy_file_range(from, put(std::int64_t{50000}), to, UserPtr<std::int64_t>{}, 10, 0)), 0);
    const auto directory = static_cast<int>(open("/", O_RDONLY));
    EXPECT_EQ(value(wiring::dut.sys_copy_file_range(directory, put(std::int64_t{0}), to, UserPtr<std::int64_t>{}, 10, 0)), error(Errno::isdir));
    EXPECT_EQ(value(wiring::dut.sys_sendfile(to, directory, UserPtr<std::int64_t>{}, 5)), error(Errno::inval));
}

TEST_F(Program, Sizes) {
    const auto fd = static_cast<int>(open("/f", O_RDWR | O_CREAT));
    write(fd, "abcdef");
    EXPECT_EQ(value(wiring::dut.sys_ftruncate(fd, 3)), 0);
    EXPECT_EQ(value(wiring::dut.sys_ftruncate(fd, -1)), error(Errno::inval));
    seek(fd, 0, SEEK_SET);
    EXPECT_EQ(read(fd, 10), "abc");
    EXPECT_EQ(value(wiring::path_calls.sys_truncate(text("/f"), 100)), 0);
    EXPECT_EQ(seek(fd, 0, SEEK_END), 100);
    EXPECT_EQ(value(wiring::path_calls.sys_truncate(text("/"), 100)), error(Errno::isdir));
    EXPECT_EQ(value(wiring::dut.sys_fallocate(fd, 0, 0, 8192)), 0);
    EXPECT_EQ(seek(fd, 0, SEEK_END), 8192);
    EXPECT_EQ(value(wiring::dut.sys_fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, 4096)), 0);
    EXPECT_EQ(seek(fd, 0, SEEK_DATA), 4096);
    EXPECT_EQ(seek(fd, 4096, SEEK_HOLE), 8192);
    EXPECT_EQ(value(wiring::dut.sys_fallocate(fd, 0, 0, 0)), error(Errno::inval));
    EXPECT_EQ(value(wiring::dut.sys_fallocate(fd, FALLOC_FL_PUNCH_HOLE, 0, 4096)), error(Errno::opnotsupp));
    EXPECT_EQ(value(wiring::dut.sys_fallocate(fd, FALLOC_FL_COLLAPSE_RANGE, 0, 4096)), error(Errno::opnotsupp));
    user_->process->limits[RLIMIT_FSIZE] = {8200, 8200};
    seek(fd, 8190, SEEK_SET);
    EXPECT_EQ(write(fd, std::string(20, 'x')), 10) << "up to the limit";
    EXPECT_EQ(write(fd, "x"), error(Errno::fbig));
    EXPECT_EQ(value(wiring::dut.sys_ftruncate(fd, 8201)), error(Errno::fbig));
    EXPECT_EQ(value(wiring::dut.sys_fadvise64(fd, 0, 0, 4)), 0);
    EXPECT_EQ(value(wiring::dut.sys_fadvise64(fd, 0, 0, 9)), error(Errno::inval));
    const auto left = put(int{0});
    EXPECT_EQ(value(wiring::dut.sys_ioctl(fd, 0x541b, left.address().value())), 0);
    EXPECT_EQ(get(left), 0);
    EXPECT_EQ(value(wiring::dut.sys_ioctl(fd, 0x5413, left.address().value())), error(Errno::notty));
}

TEST_F(Program, TakesSetIdsAwayFromWhatOthersWrite) {
    const auto fd = static_cast<int>(open("/f", O_RDWR | O_CREAT, 0666));
    EXPECT_EQ(value(wiring::path_calls.sys_fchmod(fd, 06777)), 0);
    write(fd, "x");
    EXPECT_EQ(wiring::vfs.resolve(nullptr, "/f", {0})->inode().access().mode, S_IFREG | 06777U) << "root may set them itself";
    auto& who = const_cast<task::Credentials&>(*user_->credentials.load());
    who.fsuid = 1000;
    who.effective = 0;
    write(fd, "x");
    EXPECT_EQ(wiring::vfs.resolve(nullptr, "/f", {0})->inode().access().mode, S_IFREG | 0777U);
}

TEST_F(Program, MemoryFiles) {
    const auto fd = static_cast<int>(value(wiring::memfd.sys_memfd_create(text("thing"), 2)));
    ASSERT_GE(fd, 0);
    EXPECT_EQ(write(fd, "hello"), 5);
    std::array<char, 64> name;
    EXPECT_EQ(wiring::descriptors.find(*user_->files, fd)->describe(name), "/memfd:thing (deleted)");
    EXPECT_EQ(value(wiring::descriptors.sys_fcntl(fd, F_ADD_SEALS, F_SEAL_GROW | F_SEAL_SHRINK)), 0);
    EXPECT_EQ(value(wiring::dut.sys_ftruncate(fd, 4)), error(Errno::perm));
    EXPECT_EQ(write(fd, "x"), error(Errno::perm));
    seek(fd, 0, SEEK_SET);
    EXPECT_EQ(write(fd, "x"), 1);
    EXPECT_EQ(value(wiring::descriptors.sys_fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_SEAL)), 0);
    EXPECT_EQ(write(fd, "x"), error(Errno::perm));
    EXPECT_EQ(value(wiring::descriptors.sys_fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE)), error(Errno::perm));
    EXPECT_EQ(value(wiring::descriptors.sys_fcntl(fd, F_GET_SEALS, 0)), 0xf);
    EXPECT_EQ(read(fd, 9), "ello");
    const auto other = static_cast<int>(value(wiring::memfd.sys_memfd_create(text(""), 0)));
    EXPECT_EQ(value(wiring::descriptors.sys_fcntl(other, F_ADD_SEALS, F_SEAL_WRITE)), error(Errno::perm));
    EXPECT_EQ(value(wiring::memfd.sys_memfd_create(text(std::string(250, 'x')), 0)), error(Errno::inval));
    EXPECT_EQ(value(wiring::path_calls.sys_fchmod(fd, 0600)), 0) << "a file without a path";
}

TEST_F(Program, ExtendedAttributes) {
    open("/f", O_RDWR | O_CREAT);
    const auto set = [&](std::string_view name, std::string_view value, int flags = 0) {
        return Program::value(wiring::xattr_calls.sys_setxattr(text("/f"), text(name), text(value).as<const std::byte>(), value.size(), flags));
    };
    const std::uint64_t at = room(256);
    const auto get = [&](std::string_view name, std::size_t size = 256) {
        const auto got = wiring::xattr_calls.sys_getxattr(text("/f"), text(name), UserPtr<void>{at}, size);
        return got ? bytes(at, size == 0 ? 0 : *got) + "/" + std::to_string(*got) : std::string{errno_name(got.error())};
    };
    EXPECT_EQ(get("trusted.a"), "ENODATA");
    EXPECT_EQ(set("trusted.a", "one", XATTR_REPLACE), error(Errno::nodata));
    EXPECT_EQ(set("trusted.a", "one"), 0);
    EXPECT_EQ(set("trusted.a", "two", XATTR_CREATE), error(Errno::exist));
    EXPECT_EQ(set("trusted.a", "three"), 0);
    EXPECT_EQ(set("security.b", ""), 0);
    EXPECT_EQ(get("trusted.a"), "three/5");
    EXPECT_EQ(get("trusted.a", 0), "/5");
    EXPECT_EQ(get("trusted.a", 2), "ERANGE");
    EXPECT_EQ(get("security.b"), "/0");
    EXPECT_EQ(get("system.posix_acl_access"), "ENODATA");
    EXPECT_EQ(get("user.x"), "EOPNOTSUPP");
    EXPECT_EQ(get("nonsense"), "EOPNOTSUPP");
    EXPECT_EQ(set("user.x", "y"), error(Errno::opnotsupp));
    EXPECT_EQ(value(wiring::xattr_calls.sys_listxattr(text("/f"), UserPtr<char>{at}, 256)), 21);
    EXPECT_EQ(bytes(at, 21), std::string("security.b\0trusted.a\0", 21));
    EXPECT_EQ(value(wiring::xattr_calls.sys_listxattr(text("/f"), UserPtr<char>{at}, 20)), error(Errno::range));
    EXPECT_EQ(value(wiring::xattr_calls.sys_removexattr(text("/f"), text("trusted.a"))), 0);
    EXPECT_EQ(value(wiring::xattr_calls.sys_removexattr(text("/f"), text("trusted.a"))), error(Errno::nodata));
    auto& who = const_cast<task::Credentials&>(*user_->credentials.load());
    who.fsuid = 1000;
    who.effective = 0;
    EXPECT_EQ(get("trusted.a"), "ENODATA");
    EXPECT_EQ(set("trusted.a", "x"), error(Errno::perm));
    EXPECT_EQ(set("security.c", "x"), error(Errno::perm));
}

}  // namespace
}  // namespace phx::fs
