#include <arch/user_access.hpp>
#include <fs/file_objects/path_text.hpp>
#include <fs/file_objects/user_path.hpp>
#include <fs/interfaces/file.hpp>
#include <fs/interfaces/poll.hpp>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

namespace phx::fs {
namespace {

// In memory of just that size, so that a look beyond it is seen.
std::vector<std::string> names_of(std::string_view path) {
    const std::unique_ptr<char[]> memory{new char[path.size() + 1]};
    path.copy(memory.get(), path.size());
    const std::unique_ptr<char[]> exact{new char[path.size()]};
    path.copy(exact.get(), path.size());
    PathText text{{exact.get(), path.size()}};
    std::vector<std::string> names;
    text.skip_slashes();
    while (!text.empty()) {
        const NameKey key = text.take_name();
        names.emplace_back(key.view());
        text.skip_slashes();
        // The same name alone hashes the same, and matches what was made of it.
        const NameKey alone = PathText::key_of(names.back());
        EXPECT_EQ(alone.hash, key.hash);
        EXPECT_EQ(alone.size, key.size);
        std::vector<std::uint64_t> room(1 + (key.size + 7) / 8);
        Name& name = *std::construct_at(reinterpret_cast<Name*>(room.data()), key.hash, key.size);
        std::memcpy(name.words(), names.back().data(), key.size);
        EXPECT_TRUE(key.matches(name));
        reinterpret_cast<char*>(name.words())[key.size - 1] ^= 1;
        EXPECT_FALSE(key.matches(name));
    }
    return names;
}

TEST(PathText, TakesNames) {
    using Names = std::vector<std::string>;
    EXPECT_EQ(names_of("a"), (Names{"a"}));
    EXPECT_EQ(names_of("/a"), (Names{"a"}));
    EXPECT_EQ(names_of("///a//b/"), (Names{"a", "b"}));
    EXPECT_EQ(names_of("/"), Names{});
    EXPECT_EQ(names_of(""), Names{});
    EXPECT_EQ(names_of("usr/share/a-name-of-more-words/x"), (Names{"usr", "share", "a-name-of-more-words", "x"}));
    EXPECT_EQ(names_of("\x80\xff/\x2e\x30\x01"), (Names{"\x80\xff", "\x2e\x30\x01"}));
    for (std::size_t first = 1; first < 20; ++first) {
        for (std::size_t second = 1; second < 20; ++second) {
            const std::string a(first, 'x');
            const std::string b(second, 'y');
            EXPECT_EQ(names_of(a + "/" + b), (Names{a, b}));
            EXPECT_EQ(names_of("//" + a + "//" + b + "/"), (Names{a, b}));
        }
    }
}

TEST(PathText, ZerosBehindANameCount) {
    EXPECT_NE(PathText::key_of("a").hash, PathText::key_of("aaaaaaaaa").hash);
    EXPECT_NE(PathText::key_of("12345678").hash, PathText::key_of("1234567").hash);
    EXPECT_NE(PathText::key_of("ab").hash, PathText::key_of("ba").hash);
}

struct Watch final : PollWatch {
    void on_events(PollEvents events) override { seen |= events; }
    PollEvents seen = 0;
};

TEST(PollSource, TellsThoseThatAreAttached) {
    PollSource source;
    Watch first;
    Watch second;
    source.notify(POLLIN);
    source.attach(first);
    source.notify(POLLIN);
    source.attach(second);
    source.notify(POLLOUT);
    EXPECT_EQ(first.seen, PollEvents{POLLIN | POLLOUT});
    EXPECT_EQ(second.seen, PollEvents{POLLOUT});
    source.detach(first);
    source.notify(POLLHUP);
    source.detach(second);
    source.detach(second);
    source.notify(POLLERR);
    EXPECT_EQ(first.seen, PollEvents{POLLIN | POLLOUT});
    EXPECT_EQ(second.seen, PollEvents{POLLOUT | POLLHUP});
}

class FileInMemory final : public Inode {
public:
    explicit FileInMemory(SuperBlock& super) : Inode{super, 1, S_IFREG | 0600} {}
    Attributes attributes() override {
        Attributes told;
        told.size = 100;
        return told;
    }
    Result<Ref<File>> open(std::uint32_t) override { return Errno::nosys; }
    void end() override {}
};
class Super final : public SuperBlock {
public:
    Super() : SuperBlock{next_anonymous_device()} {}
    Ref<Inode> root() override { return {}; }
    FileSystemStats stats() override { return {}; }
    [[nodiscard]] std::string_view type() const override { return "test"; }
    void end() override {}
};
class Opened final : public File {
public:
    Opened(std::uint32_t flags, Inode& inode) : File{flags, inode, Seek::position} {}
    bool disposed = false;

private:
    void dispose() override { disposed = true; }
};

TEST(File, Seeks) {
    Super super;
    FileInMemory inode{super};
    Opened file{O_RDONLY, inode};
    file.position = 10;
    const auto seek = [&](std::int64_t offset, int whence) {
        const auto to = file.seek(offset, whence);
        return to ? static_cast<std::int64_t>(*to) : -static_cast<std::int64_t>(to.error());
    };
    EXPECT_EQ(seek(5, SEEK_SET), 5);
    EXPECT_EQ(seek(5, SEEK_CUR), 15);
    EXPECT_EQ(seek(-11, SEEK_CUR), -EINVAL);
    EXPECT_EQ(seek(5, SEEK_END), 105);
    EXPECT_EQ(seek(INT64_MAX, SEEK_END), -EINVAL);
    EXPECT_EQ(seek(50, SEEK_DATA), 50);
    EXPECT_EQ(seek(50, SEEK_HOLE), 100);
    EXPECT_EQ(seek(100, SEEK_DATA), -ENXIO);
    EXPECT_EQ(seek(0, 9), -EINVAL);
    file.end();
    EXPECT_TRUE(file.disposed);
    EXPECT_NE(next_anonymous_device(), super.device());
}

TEST(File, SaysWhatItMayBeUsedFor) {
    Super super;
    FileInMemory inode{super};
    for (const auto& [mode, reads, writes] : {std::tuple{O_RDONLY, true, false}, {O_WRONLY, false, true}, {O_RDWR, true, true}, {3, false, false}}) {
        const Opened file{static_cast<std::uint32_t>(mode) | O_APPEND, inode};
        EXPECT_EQ(file.readable(), reads);
        EXPECT_EQ(file.writable(), writes);
    }
}

TEST(UserPath, CopiesTheProgramsText) {
    arch::host::user_memory.reset();
    constexpr std::uint64_t at = arch::host::k_user_base;
    std::memset(arch::host::user_memory.at(at), 'x', 191);
    UserPath path;
    EXPECT_EQ(path.read(UserPtr<const char>{at}).value(), std::string(191, 'x'));
    UserPath bad;
    EXPECT_EQ(bad.read(UserPtr<const char>{8}).error(), Errno::fault);
}

}  // namespace
}  // namespace phx::fs
