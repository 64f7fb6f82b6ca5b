#include <fs/initramfs/cpio_reader.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include <fs/initramfs/cpio_text.hpp>

namespace phx::fs::initramfs {
namespace {

// What came, as text.
class Notes final : public CpioVisitor {
public:
    Result<void> entry(const CpioEntry& entry) override {
        if (names.size() == most) {
            return Errno::nospc;
        }
        names.emplace_back(entry.name);
        last = entry;
        last_name = entry.name;
        last_target = entry.target;
        bodies.emplace_back();
        whole = entry.size == 0;
        return {};
    }
    Result<void> data(std::span<const std::byte> part) override {
        bodies.back().append(reinterpret_cast<const char*>(part.data()), part.size());
        return {};
    }
    Result<void> end() override {
        whole = true;
        return {};
    }
    void abandon() override { ++abandoned; }
    void trailer() override { ++trailers; }

    std::size_t most = 1000;
    std::vector<std::string> names;
    std::vector<std::string> bodies;
    CpioEntry last;
    std::string last_name;
    std::string last_target;
    bool whole = true;
    int abandoned = 0;
    int trailers = 0;
};

// In parts of that size, each in memory of its own, so that a byte read beyond is seen.
std::size_t feed(CpioReader& reader, std::string_view text, std::size_t part) {
    std::size_t done = 0;
    while (done < text.size()) {
        const std::size_t size = std::min(part, text.size() - done);
        const auto copy = std::make_unique<std::byte[]>(size);
        std::transform(text.begin() + static_cast<std::ptrdiff_t>(done),
                       text.begin() + static_cast<std::ptrdiff_t>(done + size), copy.get(),
                       [](char c) { return std::byte{static_cast<unsigned char>(c)}; });
        const std::size_t taken = reader.take({copy.get(), size});
        done += taken;
        if (taken != size) {
            break;
        }
    }
    return done;
}

class CpioReaderTest : public ::testing::TestWithParam<std::size_t> {
protected:
    std::size_t read(const CpioText& archive) {
        const std::size_t taken = feed(reader_, archive.text(), GetParam());
        reader_.finish();
        return taken;
    }
    std::string_view reason() const { return reader_.fault() ? reader_.fault()->reason : ""; }

    Notes notes_;
    CpioReader reader_{notes_};
};

TEST_P(CpioReaderTest, TellsOfEveryField) {
    CpioText archive;
    archive.add({.name = "dev/x",
                 .mode = S_IFBLK | 0640,
                 .inode = 0x89abcdef,
                 .links = 3,
                 .uid = 1000,
                 .gid = 0xffff'fffe,
                 .modified = 0xf234'5678,
                 .major = 259,
                 .minor = 77});
    archive.trailer();
    EXPECT_EQ(read(archive), archive.text().size());
    EXPECT_EQ(reason(), "");
    EXPECT_EQ(notes_.last_name, "dev/x");
    EXPECT_EQ(notes_.last.mode, S_IFBLK | 0640U);
    EXPECT_EQ(notes_.last.inode, 0x89abcdefU);
    EXPECT_EQ(notes_.last.links, 3U);
    EXPECT_EQ(notes_.last.uid, 1000U);
    EXPECT_EQ(notes_.last.gid, 0xffff'fffeU);
    EXPECT_EQ(notes_.last.modified, 0xf234'5678U);
    EXPECT_EQ(notes_.last.node_major, 259U);
    EXPECT_EQ(notes_.last.node_minor, 77U);
}

TEST_P(CpioReaderTest, ReadsFilesAndLinks) {
    CpioText archive;
    archive.directory(".")
        .file("a", "hello")
        .link("b", "../a")
        .aligned("c", std::string(10'000, 'c'))
        .file("d", "")
        .trailer();
    read(archive);
    EXPECT_EQ(reason(), "");
    EXPECT_EQ(notes_.names, (std::vector<std::string>{".", "a", "b", "c", "d"}));
    EXPECT_EQ(notes_.bodies, (std::vector<std::string>{"", "hello", "", std::string(10'000, 'c'), ""}));
    EXPECT_EQ(notes_.trailers, 1);
}

TEST_P(CpioReaderTest, GivesALinksTarget) {
    CpioText archive;
    archive.link("sh", "busybox").trailer();
    read(archive);
    EXPECT_EQ(notes_.last_target, "busybox");
}

TEST_P(CpioReaderTest, ReadsArchivesOneAfterTheOther) {
    CpioText archive;
    archive.file("a", "1")
        .trailer()
        .pad(512)
        .file("b", "22")
        .trailer()
        .raw(std::string(4096, '\0'))
        .file("c", "333")
        .trailer();
    EXPECT_EQ(read(archive), archive.text().size());
    EXPECT_EQ(reason(), "");
    EXPECT_EQ(notes_.names, (std::vector<std::string>{"a", "b", "c"}));
    EXPECT_EQ(notes_.trailers, 3);
}

TEST_P(CpioReaderTest, StopsBeforeSomethingElse) {
    CpioText archive;
    archive.file("a", "1").trailer().pad(512);
    const std::size_t size = archive.text().size();
    archive.raw("\x1f\x8b...");
    EXPECT_EQ(feed(reader_, archive.text(), GetParam()), size);
    EXPECT_TRUE(reader_.is_between());
}

TEST_P(CpioReaderTest, ChecksSums) {
    CpioText archive;
    std::string body(5000, '\xff');
    body += "odd";
    archive.add({.name = "a", .body = body, .magic = "070702"}).trailer();
    read(archive);
    EXPECT_EQ(reason(), "");
    std::string wrong = archive.text();
    wrong[110 + 2 + 100] ^= 1;
    Notes notes;
    CpioReader reader{notes};
    feed(reader, wrong, GetParam());
    EXPECT_EQ(reader.fault()->reason, "a checksum is wrong");
    EXPECT_EQ(notes.abandoned, 1);
}

TEST_P(CpioReaderTest, SaysWhereItIsBroken) {
    CpioText archive;
    archive.file("a", "1");
    const std::size_t second = archive.text().size();
    archive.file("b", "2").trailer();
    const auto fault_with = [&](std::size_t at, char to) {
        std::string text = archive.text();
        text[second + at] = to;
        Notes notes;
        CpioReader reader{notes};
        feed(reader, text, GetParam());
        EXPECT_EQ(notes.names, (std::vector<std::string>{"a"}));
        EXPECT_EQ(reader.fault()->offset, second);
        EXPECT_EQ(reader.fault()->error, Errno::badmsg);
        return std::string{reader.fault()->reason};
    };
    EXPECT_EQ(fault_with(0, 'x'), "what follows an entry is none");
    EXPECT_EQ(fault_with(5, '3'), "not the beginning of an entry");
    EXPECT_EQ(fault_with(5, '7'), "the archive is of the old kind: it must be made with `-H newc`");
    for (const char c : {'g', 'G', '/', ':', '@', '`', ' ', '\0', '\x80', '\xb1', '\xe1', '\x10'}) {
        for (std::size_t digit = 0; digit < 8; ++digit) {
            EXPECT_EQ(fault_with(6 + digit, c), "a field is not a hexadecimal number") << int{c} << ' ' << digit;
        }
    }
    EXPECT_EQ(fault_with(111, 'b'), "a name does not end with zero");
}

TEST_P(CpioReaderTest, EveryShorterArchiveIsBroken) {
    CpioText archive;
    archive.file("a", "12345").link("b", "a").directory("c").aligned("d", std::string(4097, 'd')).trailer();
    const std::string_view text = archive.text();
    for (std::size_t size = 1; size < text.size(); size += size < 600 ? 1 : 97) {
        Notes notes;
        CpioReader reader{notes};
        feed(reader, text.substr(0, size), GetParam());
        reader.finish();
        ASSERT_TRUE(reader.fault()) << size;
        EXPECT_LT(reader.fault()->offset, size + 1);
        EXPECT_EQ(notes.abandoned, notes.whole ? 0 : 1) << size;
    }
}

TEST_P(CpioReaderTest, PassesOverNamesThatAreTooLong) {
    CpioText archive;
    archive.file(std::string(5000, 'n'), "body").link("far", std::string(5000, 't')).file("a", "1").trailer();
    read(archive);
    EXPECT_EQ(reason(), "");
    EXPECT_EQ(notes_.names, (std::vector<std::string>{"a"}));
    EXPECT_EQ(notes_.bodies, (std::vector<std::string>{"1"}));
}

TEST_P(CpioReaderTest, TheLongestTextsFit) {
    CpioText archive;
    archive.add({.name = std::string(4093, 'n'), .mode = S_IFLNK | 0777, .body = std::string(4096, 't')}).trailer();
    read(archive);
    EXPECT_EQ(reason(), "");
    EXPECT_EQ(notes_.last_name, std::string(4093, 'n'));
    EXPECT_EQ(notes_.last_target, std::string(4096, 't'));
}

TEST_P(CpioReaderTest, EndsWhereTheVisitorWantsNoMore) {
    CpioText archive;
    archive.file("a", "1").file("b", "2").file("c", "3").trailer();
    notes_.most = 2;
    read(archive);
    EXPECT_EQ(reader_.fault()->error, Errno::nospc);
    EXPECT_EQ(notes_.abandoned, 0);
}

INSTANTIATE_TEST_SUITE_P(Parts, CpioReaderTest, ::testing::Values(1, 3, 110, 4096, 1'000'000));

}  // namespace
}  // namespace phx::fs::initramfs
