#include <fs/initramfs/initramfs.hpp>

#include <gtest/gtest.h>

#include <cstdlib>
#include <cstring>
#include <string>

#include <compression/interfaces/decompressor_play.hpp>
#include <fs/initramfs/cpio_text.hpp>
#include <fs/interfaces/path.hpp>
#include <vm/page_cache/page_cache.hpp>
#include <wiring.hpp>

namespace phx::fs {
namespace {

using initramfs::CpioText;

// An image at a page's start, as a boot loader puts it.
class Image {
public:
    explicit Image(const std::string& text)
        : size_{text.size()},
          memory_{static_cast<std::byte*>(std::aligned_alloc(k_page_size, align_up(size_ + 1, k_page_size)))} {
        std::memcpy(memory_, text.data(), size_);
    }
    ~Image() { std::free(memory_); }
    Image(const Image&) = delete;
    Image& operator=(const Image&) = delete;
    [[nodiscard]] std::span<std::byte> bytes() const { return {memory_, size_}; }

private:
    std::size_t size_;
    std::byte* memory_;
};

class InitramfsTest : public ::testing::Test {
protected:
    InitramfsTest() { wiring::fake_log.reset(); }

    Result<void> unpack(const Image& image) { return wiring::dut.unpack(*root_, image.bytes()); }
    Result<void> unpack(const CpioText& archive) {
        images_.push_back(std::make_unique<Image>(archive.text()));
        return unpack(*images_.back());
    }
    // Without following links.
    Ref<Inode> find(std::string_view path) {
        Ref<Inode> at = root_;
        while (!path.empty()) {
            const std::string_view word = path.substr(0, path.find('/'));
            path.remove_prefix(std::min(path.size(), word.size() + 1));
            const ReadGuard guard{at->entries};
            Result<Ref<Inode>> next = at->lookup(word);
            if (!next) {
                return {};
            }
            at = std::move(*next);
        }
        return at;
    }
    std::string contents(std::string_view path) {
        const Ref<Inode> inode = find(path);
        if (!inode || inode->pages() == nullptr) {
            return "(none)";
        }
        std::string text(inode->attributes().size, '?');
        text.resize(inode->pages()->read(0, std::as_writable_bytes(std::span{text})).value());
        return text;
    }
    std::string target(std::string_view path) {
        std::string text(100, '?');
        text.resize(find(path)->read_link(text.data(), text.size()).value());
        return text;
    }
    bool says(log::Level level, std::string_view text) { return wiring::fake_log.contains(level, text); }

    std::vector<std::unique_ptr<Image>> images_;
    Ref<SuperBlock> super_ = std::move(wiring::memory.make("tmpfs", "size=64M")).value();
    Ref<Inode> root_ = super_->root();
};

TEST_F(InitramfsTest, MakesEveryKindOfFile) {
    CpioText archive;
    archive.directory(".", 0750).directory("bin").file("bin/a", "hello").link("bin/b", "a").directory("dev");
    archive.add({.name = "dev/console", .mode = S_IFCHR | 0600, .major = 5, .minor = 1});
    archive.add({.name = "dev/ram", .mode = S_IFBLK | 0660, .gid = 6, .major = 1, .minor = 300});
    archive.add({.name = "dev/fifo", .mode = S_IFIFO | 0622});
    archive.add({.name = "dev/log", .mode = S_IFSOCK | 0777});
    archive.add({.name = "su", .mode = S_IFREG | 04755, .body = "x", .uid = 1, .gid = 2, .modified = 1'700'000'000})
        .trailer();
    ASSERT_TRUE(unpack(archive));
    EXPECT_EQ(root_->attributes().mode, S_IFDIR | 0750U);
    EXPECT_EQ(contents("bin/a"), "hello");
    EXPECT_EQ(target("bin/b"), "a");
    EXPECT_EQ(find("dev/console")->attributes().mode, S_IFCHR | 0600U);
    EXPECT_EQ(find("dev/console")->attributes().device, make_device(5, 1));
    EXPECT_EQ(find("dev/ram")->attributes().device, make_device(1, 300));
    EXPECT_EQ(find("dev/ram")->attributes().gid, 6U);
    EXPECT_EQ(find("dev/fifo")->kind(), S_IFIFO);
    EXPECT_EQ(find("dev/log")->kind(), S_IFSOCK);
    const Attributes su = find("su")->attributes();
    EXPECT_EQ(su.mode, S_IFREG | 04755U);
    EXPECT_EQ(su.uid, 1U);
    EXPECT_EQ(su.gid, 2U);
    EXPECT_EQ(su.modified.count(), 1'700'000'000'000'000'000);
    EXPECT_TRUE(says(log::Level::info, "10 names; 0 KiB are used in place, 0 KiB copied"));
}

TEST_F(InitramfsTest, DirectoriesKeepTheirTimes) {
    CpioText archive;
    archive.add({.name = "d", .mode = S_IFDIR | 0755, .modified = 1234}).file("d/a", "1").file("d/b", "2").trailer();
    ASSERT_TRUE(unpack(archive));
    EXPECT_EQ(find("d")->attributes().modified.count(), 1234'000'000'000);
}

TEST_F(InitramfsTest, UsesWholePagesOfTheArchive) {
    const std::string body = std::string(4096, 'P') + std::string(4096, 'Q') + "tail";
    CpioText archive;
    archive.file("small", "s").aligned("large", body).file("next", "n").trailer();
    Image image{archive.text()};
    ASSERT_TRUE(unpack(image));
    EXPECT_EQ(contents("large"), body);
    EXPECT_EQ(find("large")->pages()->pages(), 1U);
    EXPECT_TRUE(says(log::Level::info, "3 names; 8 KiB are used in place"));
    // What is behind it in the archive is not in its last page.
    const vm::CachedPage last = find("large")->pages()->find(2);
    const std::byte* const bytes = wiring::frames.bytes(last.frame);
    EXPECT_TRUE(std::all_of(bytes + 4, bytes + k_page_size, [](std::byte b) { return b == std::byte{0}; }));
    find("large")->pages()->put(last);
    // It is the archive's memory indeed.
    *std::find(image.bytes().begin(), image.bytes().end(), std::byte{'Q'}) = std::byte{'!'};
    EXPECT_EQ(contents("large")[4096], '!');
    root_ = {};
    super_ = {};
}

TEST_F(InitramfsTest, CopiesWhatDoesNotBeginAtAPage) {
    const std::string body(10'000, 'b');
    CpioText archive;
    archive.file("large", body).trailer();
    ASSERT_TRUE(unpack(archive));
    EXPECT_EQ(contents("large"), body);
    EXPECT_EQ(find("large")->pages()->pages(), 3U);
}

TEST_F(InitramfsTest, NamesOfOneFileShareIt) {
    for (const bool first : {true, false}) {
        CpioText archive;
        const std::string d = first ? "x" : "y";
        archive.directory(d);
        archive.add({.name = d + "/a", .body = first ? "data" : "", .inode = 5, .links = 3});
        archive.add({.name = d + "/b", .inode = 5, .links = 3});
        archive.add({.name = d + "/c", .body = first ? "" : "data", .inode = 5, .links = 3});
        archive.add({.name = d + "/other", .body = "o", .inode = 6, .links = 2}).trailer();
        // Numbers mean nothing to the next archive.
        archive.add({.name = d + "/late", .body = "l", .inode = 5, .links = 2}).trailer();
        ASSERT_TRUE(unpack(archive));
        EXPECT_EQ(find(d + "/a"), find(d + "/b"));
        EXPECT_EQ(find(d + "/a"), find(d + "/c"));
        EXPECT_EQ(find(d + "/a")->attributes().links, 3U);
        EXPECT_EQ(contents(d + "/b"), "data");
        EXPECT_EQ(contents(d + "/other"), "o");
        EXPECT_EQ(contents(d + "/late"), "l");
        EXPECT_EQ(find(d + "/late")->attributes().links, 1U);
    }
}

TEST_F(InitramfsTest, LinksOfSymbolicLinksAreOnesOfTheirOwn) {
    CpioText archive;
    archive.add({.name = "a", .mode = S_IFLNK | 0777, .body = "x", .inode = 7, .links = 2});
    archive.add({.name = "b", .mode = S_IFLNK | 0777, .body = "y", .inode = 7, .links = 2}).trailer();
    ASSERT_TRUE(unpack(archive));
    EXPECT_EQ(target("b"), "y");
}

TEST_F(InitramfsTest, FollowsLinksOnTheWay) {
    CpioText archive;
    archive.directory("usr").directory("usr/bin").directory("usr/lib").directory("usr/lib/deep");
    archive.link("bin", "usr/bin").link("usr/lib/up", "../../bin").link("usr/absolute", "/usr/lib/../lib/./deep/");
    archive.file("bin/a", "a")
        .file("usr/lib/up/b", "b")
        .file("/usr/absolute/c", "c")
        .file("./usr/lib/deep/../../bin/d", "d");
    archive.file("../../e", "e")
        .link("loop", "loop")
        .file("loop/f", "f")
        .file("usr/bin/a/g", "g")
        .file("no/h", "h")
        .trailer();
    ASSERT_TRUE(unpack(archive));
    EXPECT_EQ(contents("usr/bin/a"), "a");
    EXPECT_EQ(contents("usr/bin/b"), "b");
    EXPECT_EQ(contents("usr/lib/deep/c"), "c");
    EXPECT_EQ(contents("usr/bin/d"), "d");
    EXPECT_EQ(contents("e"), "e");
    EXPECT_TRUE(says(log::Level::warning, "loop/f: ELOOP"));
    EXPECT_TRUE(says(log::Level::warning, "usr/bin/a/g: ENOTDIR"));
    EXPECT_TRUE(says(log::Level::warning, "no/h: ENOENT"));
    EXPECT_TRUE(says(log::Level::warning, "3 names could not be made"));
}

TEST_F(InitramfsTest, ALaterArchiveReplacesWhatIsThere) {
    CpioText archive;
    archive.directory("d", 0700)
        .directory("e")
        .directory("full")
        .file("full/x", "x")
        .file("a", "long text")
        .link("l", "a")
        .aligned("p", std::string(8192, 'p'));
    archive.trailer().pad(512);
    archive.directory("d", 0755)
        .file("e", "no directory")
        .file("full", "not to be")
        .file("a", "short")
        .file("l", "no link")
        .file("p", "q");
    archive.directory("full/sub").trailer();
    ASSERT_TRUE(unpack(archive));
    EXPECT_EQ(find("d")->attributes().mode, S_IFDIR | 0755U);
    EXPECT_EQ(contents("e"), "no directory");
    EXPECT_EQ(contents("full/x"), "x");
    EXPECT_TRUE(find("full/sub"));
    EXPECT_EQ(contents("a"), "short");
    EXPECT_EQ(contents("l"), "no link");
    EXPECT_EQ(contents("p"), "q");
    EXPECT_TRUE(says(log::Level::warning, "full: ENOTEMPTY"));
}

TEST_F(InitramfsTest, ABrokenArchiveLeavesWhatIsWhole) {
    CpioText archive;
    archive.file("a", "1");
    const std::size_t second = archive.text().size();
    archive.file("b", std::string(6000, 'b')).trailer();
    const Image image{archive.text().substr(0, 5000)};
    EXPECT_EQ(unpack(image).error(), Errno::badmsg);
    EXPECT_EQ(contents("a"), "1");
    EXPECT_FALSE(find("b"));
    EXPECT_TRUE(says(log::Level::error,
                     "ends at byte " + std::to_string(second) + ": the archive ends in the middle of an entry"));
}

TEST_F(InitramfsTest, EndsWhereThereIsNoMoreRoom) {
    root_ = {};
    super_ = std::move(wiring::memory.make("tmpfs", "nr_inodes=3")).value();
    root_ = super_->root();
    CpioText archive;
    archive.file("a", "1").file("b", "2").file("c", "3").trailer();
    EXPECT_EQ(unpack(archive).error(), Errno::nospc);
    EXPECT_EQ(contents("b"), "2");
    EXPECT_FALSE(find("c"));
}

TEST_F(InitramfsTest, SaysWhichComponentIsMissing) {
    CpioText archive;
    archive.file("a", "1").trailer().pad(512).raw("\x28\xb5\x2f\xfd----");
    EXPECT_EQ(unpack(archive).error(), Errno::opnotsupp);
    EXPECT_EQ(contents("a"), "1");
    EXPECT_TRUE(says(log::Level::error, "at byte 512 the image is compressed as zstd"));
}

TEST_F(InitramfsTest, UnpacksCompressedParts) {
    const std::string body = std::string(50'000, 'b') + "end";
    CpioText first;
    first.file("early", "1").trailer().pad(512);
    CpioText second;
    second.directory("d")
        .aligned("d/large", body)
        .add({.name = "d/a", .body = "a", .inode = 3, .links = 2})
        .trailer()
        .pad(512)
        .file("more", "m")
        .trailer();
    CpioText third;
    third.add({.name = "late", .body = "l", .inode = 3, .links = 2}).trailer();
    const Image image{first.text() + compression::through("gzip -c", second.text()) + std::string(7, '\0') +
                      third.text() + compression::through("gzip -c", CpioText{}.file("last", "z").trailer().text())};
    EXPECT_TRUE(unpack(image));
    EXPECT_EQ(contents("early"), "1");
    EXPECT_EQ(contents("d/large"), body);
    EXPECT_EQ(contents("d/a"), "a");
    EXPECT_EQ(contents("more"), "m");
    EXPECT_EQ(contents("late"), "l");
    EXPECT_EQ(contents("last"), "z");
    EXPECT_TRUE(says(log::Level::info, "7 names; 0 KiB are used in place"));
}

TEST_F(InitramfsTest, ADamagedCompressedPartLeavesWhatIsWhole) {
    CpioText archive;
    archive.file("a", "1").file("b", compression::samples()[3]).trailer();
    const std::string packed = compression::through("gzip -c", archive.text());
    EXPECT_EQ(unpack(Image{packed.substr(0, packed.size() / 2)}).error(), Errno::badmsg);
    EXPECT_EQ(contents("a"), "1");
    EXPECT_FALSE(find("b"));
    EXPECT_TRUE(says(log::Level::error, "gzip at byte 0 of the image: EBADMSG"));
    // Whole, but what is in it is not.
    EXPECT_EQ(unpack(Image{compression::through("gzip -c", archive.text().substr(0, 1000))}).error(), Errno::badmsg);
    EXPECT_EQ(
        unpack(Image{compression::through("gzip -c", CpioText{}.file("c", "3").trailer().raw("junk").text())}).error(),
        Errno::badmsg);
    EXPECT_EQ(contents("c"), "3");
    EXPECT_TRUE(says(log::Level::error, "within the compressed image ends at byte"));
}

TEST_F(InitramfsTest, WhatIsNoImageIsRefused) {
    EXPECT_EQ(unpack(CpioText{}.raw("#!/bin/sh\n")).error(), Errno::badmsg);
    EXPECT_TRUE(says(log::Level::error, "what is at byte 0 of the image is no archive"));
    EXPECT_TRUE(unpack(CpioText{}.raw(std::string(100, '\0'))));
}

TEST_F(InitramfsTest, TakesTheImageFromTheBootLoader) {
    Dentry dentry;
    dentry.inode_ = root_.get();
    const Path root{nullptr, &dentry};
    wiring::fake_boot_info.reset();
    EXPECT_EQ(wiring::dut.unpack(root).error(), Errno::noent);
    const Image image{CpioText{}.file("init", "#!").trailer().text()};
    wiring::fake_boot_info.set_initrd(
        {PhysAddr{reinterpret_cast<std::uintptr_t>(image.bytes().data())}, image.bytes().size()});
    EXPECT_TRUE(wiring::dut.unpack(root));
    EXPECT_EQ(contents("init"), "#!");
    wiring::fake_boot_info.reset();
}

}  // namespace
}  // namespace phx::fs
