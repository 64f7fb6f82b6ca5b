#include <gtest/gtest.h>

#include <vm/interfaces/fake_frames/program_play.hpp>

namespace phx::vm {
namespace {

constexpr std::uint32_t k_rw = PROT_READ | PROT_WRITE;
constexpr std::uint32_t k_private = MAP_PRIVATE | MAP_ANONYMOUS;
constexpr std::uint32_t k_shared = MAP_SHARED | MAP_ANONYMOUS;
constexpr UserAddr k_at{0x10'0000'0000};

MemoryManager& memory() { return wiring::dut; }
UserAddr page(std::uint64_t number) { return k_at + number * k_page_size; }

class VirtualMemoryTest : public ::testing::Test {
protected:
    TestMachine machine_;
};

TEST_F(VirtualMemoryTest, MemoryComesWhenItIsTouched) {
    Program program;
    const UserAddr at = program.map_anonymous(3);
    EXPECT_EQ(program.usage().size, 3U);
    EXPECT_EQ(program.usage().resident, 0U);
    EXPECT_EQ(program.read(at), 0);
    EXPECT_EQ(program.usage().resident, 0U) << "the page of zeros is nobody's";
    EXPECT_TRUE(program.write(at + 1, 7));
    EXPECT_EQ(program.read(at + 1), 7);
    EXPECT_EQ(program.read(at), 0);
    EXPECT_EQ(program.usage().resident, 1U);
    EXPECT_TRUE(program.write(at + k_page_size, 8));
    EXPECT_EQ(program.last_faults, 1);
    EXPECT_EQ(program.read(at + 3 * k_page_size), std::nullopt);
    EXPECT_EQ(program.end, FaultEnd::no_mapping);
}

TEST_F(VirtualMemoryTest, RightsAreWhatWasAskedFor) {
    Program program;
    ASSERT_TRUE(program.map(page(0), k_page_size, PROT_READ, k_private | MAP_FIXED));
    ASSERT_TRUE(program.map(page(1), k_page_size, PROT_NONE, k_private | MAP_FIXED));
    ASSERT_TRUE(program.map(page(2), k_page_size, PROT_EXEC, k_private | MAP_FIXED));
    ASSERT_TRUE(program.map(page(3), k_page_size, PROT_WRITE, k_private | MAP_FIXED));
    EXPECT_FALSE(program.write(page(0), 1));
    EXPECT_EQ(program.end, FaultEnd::no_right);
    EXPECT_FALSE(program.execute(page(0)));
    EXPECT_EQ(program.read(page(1)), std::nullopt);
    EXPECT_EQ(program.end, FaultEnd::no_right);
    EXPECT_TRUE(program.execute(page(2)));
    EXPECT_EQ(program.read(page(2)), 0);
    EXPECT_FALSE(program.write(page(2), 1));
    EXPECT_TRUE(program.write(page(3), 1));
    EXPECT_EQ(program.read(page(3)), 1);
    EXPECT_EQ(program.areas(), "16777216-16777217 r--p\n16777217-16777218 ---p\n16777218-16777219 --xp\n16777219-16777220 -w-p\n");
}

TEST_F(VirtualMemoryTest, MappingsLieAsHighAsTheyFitAndJoin) {
    Program program;
    const UserAddr first = program.map_anonymous(4);
    const UserAddr second = program.map_anonymous(2);
    EXPECT_EQ(second, first - 2 * k_page_size);
    ASSERT_TRUE(memory().unmap(program.space(), first + k_page_size, k_page_size));
    EXPECT_EQ(program.map_anonymous(1), first + k_page_size);
    ASSERT_TRUE(memory().unmap(program.space(), first + k_page_size, 2 * k_page_size));
    EXPECT_EQ(program.map_anonymous(3), second - 3 * k_page_size);
    EXPECT_EQ(program.map_anonymous(2), first + k_page_size);
    const std::uint64_t low = (second.value() >> k_page_shift) - 3;
    EXPECT_EQ(program.areas(), std::to_string(low) + "-" + std::to_string(low + 9) + " rw-p\n");
}

TEST_F(VirtualMemoryTest, UnmappedPagesAreGoneForEveryCpu) {
    Program program;
    const UserAddr at = program.map_anonymous(100);
    for (std::uint64_t i = 0; i < 100; ++i) {
        ASSERT_TRUE(program.write(at + i * k_page_size, 1));
    }
    program.run_on(2);
    ASSERT_TRUE(program.read(at + 50 * k_page_size));
    ASSERT_TRUE(memory().unmap(program.space(), at + k_page_size, 98 * k_page_size));
    for (const unsigned cpu : {0U, 2U}) {
        program.run_on(cpu);
        EXPECT_EQ(program.read(at + 50 * k_page_size), std::nullopt);
        EXPECT_EQ(program.read(at), 1);
    }
    EXPECT_EQ(program.usage().resident, 2U);
    EXPECT_EQ(program.usage().peak_resident, 100U);
}

TEST_F(VirtualMemoryTest, TheCallsErrorsAreLinuxs) {
    Program program;
    EXPECT_EQ(program.map({}, 0, k_rw, k_private).error(), Errno::inval);
    EXPECT_EQ(program.map({}, ~std::uint64_t{0}, k_rw, k_private).error(), Errno::nomem);
    EXPECT_EQ(program.map({}, std::uint64_t{1} << 40, k_rw, k_private).error(), Errno::nomem);
    EXPECT_EQ(program.map({}, 1, k_rw, MAP_ANONYMOUS).error(), Errno::inval);
    EXPECT_EQ(program.map({}, 1, k_rw, MAP_ANONYMOUS | MAP_SHARED_VALIDATE).error(), Errno::inval);
    EXPECT_EQ(program.map(page(0) + 1, 1, k_rw, k_private | MAP_FIXED).error(), Errno::inval);
    EXPECT_EQ(program.map(UserAddr{(std::uint64_t{1} << 39) - k_page_size}, 2 * k_page_size, k_rw, k_private | MAP_FIXED).error(), Errno::nomem);
    EXPECT_EQ(program.map(UserAddr{~std::uint64_t{0} & ~(k_page_size - 1)}, k_page_size, k_rw, k_private | MAP_FIXED).error(), Errno::nomem);
    EXPECT_EQ(program.map({}, 1, k_rw, k_private | MAP_HUGETLB).error(), Errno::inval);
    ASSERT_TRUE(program.map(page(0), k_page_size, k_rw, k_private | MAP_FIXED_NOREPLACE));
    EXPECT_EQ(program.map(page(0), k_page_size, k_rw, k_private | MAP_FIXED_NOREPLACE).error(), Errno::exist);
    EXPECT_EQ(program.map(page(0), k_page_size, k_rw, k_private).value(), program.map_anonymous(1) + k_page_size) << "a hint is only that";
    EXPECT_EQ(memory().unmap(program.space(), page(0) + 1, 1).error(), Errno::inval);
    EXPECT_EQ(memory().unmap(program.space(), page(0), 0).error(), Errno::inval);
    EXPECT_EQ(memory().unmap(program.space(), page(0), ~std::uint64_t{0}).error(), Errno::inval);
    EXPECT_TRUE(memory().unmap(program.space(), page(1000), k_page_size)) << "nothing is there";
    EXPECT_EQ(memory().protect(program.space(), page(0), 2 * k_page_size, PROT_READ).error(), Errno::nomem);
    EXPECT_EQ(program.write(page(0), 1), false) << "what came before the hole has changed";
    EXPECT_EQ(memory().protect(program.space(), page(0), k_page_size, 0x100).error(), Errno::inval);
    EXPECT_TRUE(memory().protect(program.space(), page(5), 0, k_rw));
    EXPECT_EQ(memory().protect(program.space(), page(5), 1, k_rw).error(), Errno::nomem);
}

TEST_F(VirtualMemoryTest, ProtectionSplitsAreasAndJoinsThemAgain) {
    Program program;
    ASSERT_TRUE(program.map(page(0), 5 * k_page_size, k_rw, k_private | MAP_FIXED));
    for (std::uint64_t i = 0; i < 5; ++i) {
        ASSERT_TRUE(program.write(page(i), static_cast<std::uint8_t>(i)));
    }
    ASSERT_TRUE(memory().protect(program.space(), page(1), 2 * k_page_size, PROT_NONE));
    EXPECT_EQ(program.areas(), "16777216-16777217 rw-p\n16777217-16777219 ---p\n16777219-16777221 rw-p\n");
    EXPECT_EQ(program.read(page(1)), std::nullopt);
    EXPECT_EQ(program.read(page(3)), 3);
    ASSERT_TRUE(memory().protect(program.space(), page(1), 2 * k_page_size, PROT_READ));
    EXPECT_EQ(program.read(page(2)), 2) << "what it held is still there";
    EXPECT_FALSE(program.write(page(2), 9));
    ASSERT_TRUE(memory().protect(program.space(), page(0), 5 * k_page_size, k_rw));
    EXPECT_TRUE(program.write(page(2), 9));
    EXPECT_EQ(program.areas(), "16777216-16777221 rw-p\n");
    EXPECT_EQ(program.usage().resident, 5U);
}

TEST_F(VirtualMemoryTest, AChildHasACopy) {
    Program parent;
    const UserAddr at = parent.map_anonymous(4);
    ASSERT_TRUE(parent.write(at, 1));
    ASSERT_TRUE(parent.write(at + k_page_size, 2));
    ASSERT_TRUE(parent.read(at + 2 * k_page_size));
    {
        Program child{memory().clone(parent.space()).value()};
        EXPECT_EQ(wiring::frames.stats().users, 2U) << "nothing is copied yet";
        EXPECT_TRUE(parent.write(at, 10)) << "the parent may not write to what the child sees";
        EXPECT_EQ(child.read(at), 1);
        EXPECT_TRUE(child.write(at + k_page_size, 20));
        EXPECT_EQ(parent.read(at + k_page_size), 2);
        EXPECT_TRUE(child.write(at + 2 * k_page_size, 30));
        EXPECT_EQ(parent.read(at + 2 * k_page_size), 0);
        EXPECT_EQ(wiring::frames.stats().users, 5U);
        EXPECT_EQ(child.usage().resident, 3U);
        Program grandchild{memory().clone(child.space()).value()};
        EXPECT_EQ(grandchild.read(at + k_page_size), 20);
    }
    EXPECT_EQ(wiring::frames.stats().users, 2U);
    EXPECT_TRUE(parent.write(at + k_page_size, 3));
    EXPECT_EQ(wiring::frames.stats().users, 2U) << "a page that nobody shares any more is not copied";
    EXPECT_EQ(parent.read(at), 10);
}

TEST_F(VirtualMemoryTest, SharedAnonymousMemoryIsShared) {
    Program parent;
    const UserAddr at = parent.map({}, 3 * k_page_size, k_rw, k_shared).value();
    ASSERT_TRUE(parent.write(at, 1));
    Program child{memory().clone(parent.space()).value()};
    EXPECT_EQ(child.read(at), 1);
    ASSERT_TRUE(child.write(at, 2));
    ASSERT_TRUE(child.write(at + k_page_size, 3));
    EXPECT_EQ(parent.read(at), 2);
    EXPECT_EQ(parent.read(at + k_page_size), 3);
    EXPECT_NE(parent.areas().find("rw-s /dev/zero (deleted)"), std::string::npos);
    ASSERT_TRUE(memory().unmap(parent.space(), at, 3 * k_page_size));
    EXPECT_EQ(child.read(at), 2);
    EXPECT_EQ(child.usage().shared, 2U);
}

TEST_F(VirtualMemoryTest, WhatForkDoesWithAnAreaCanBeAdvised) {
    Program parent;
    ASSERT_TRUE(parent.map(page(0), 3 * k_page_size, k_rw, k_private | MAP_FIXED));
    for (std::uint64_t i = 0; i < 3; ++i) {
        ASSERT_TRUE(parent.write(page(i), 1));
    }
    ASSERT_TRUE(memory().advise(parent.space(), page(0), k_page_size, MADV_DONTFORK));
    ASSERT_TRUE(memory().advise(parent.space(), page(2), k_page_size, MADV_WIPEONFORK));
    Program child{memory().clone(parent.space()).value()};
    EXPECT_EQ(child.read(page(0)), std::nullopt);
    EXPECT_EQ(child.read(page(1)), 1);
    EXPECT_EQ(child.read(page(2)), 0);
    EXPECT_EQ(parent.read(page(2)), 1);
}

TEST_F(VirtualMemoryTest, StacksGrowToTheirLimitAndKeepTheirDistance) {
    Program program;
    constexpr std::uint64_t k_gap = 256;
    ASSERT_TRUE(program.map(page(1000), 2 * k_page_size, k_rw, k_private | MAP_FIXED | MAP_GROWSDOWN | MAP_STACK));
    ASSERT_TRUE(program.map(page(0), k_page_size, k_rw, k_private | MAP_FIXED));
    EXPECT_TRUE(program.write(page(999), 1));
    EXPECT_TRUE(program.write(page(500), 1));
    EXPECT_EQ(program.usage().stack, 502U);
    EXPECT_EQ(program.read(page(1 + k_gap - 1)), std::nullopt);
    EXPECT_EQ(program.end, FaultEnd::no_mapping);
    EXPECT_TRUE(program.write(page(1 + k_gap), 1));
    EXPECT_EQ(program.read(page(2)), std::nullopt);
}

TEST_F(VirtualMemoryTest, MappingsStayClearOfStacks) {
    Program program;
    const UserAddr top = program.map_anonymous(1);
    ASSERT_TRUE(program.map(top, k_page_size, k_rw, k_private | MAP_FIXED | MAP_GROWSDOWN));
    EXPECT_EQ(program.map_anonymous(1), top - 257 * k_page_size);
    EXPECT_EQ(program.map(top - 100 * k_page_size, k_page_size, k_rw, k_private).value(), top - 258 * k_page_size);
}

TEST_F(VirtualMemoryTest, TheBreakMoves) {
    Program program;
    SpaceLayout& layout = memory().layout(program.space());
    layout.break_begin = layout.break_end = page(0) + 100;
    const auto brk = [&](UserAddr at) { return memory().set_break(program.space(), at); };
    EXPECT_EQ(brk({}), page(0) + 100);
    EXPECT_EQ(brk(page(3) + 5), page(3) + 5);
    EXPECT_EQ(program.areas(), "16777217-16777220 rw-p [heap]\n");
    EXPECT_TRUE(program.write(page(3), 1));
    EXPECT_EQ(brk(page(5)), page(5));
    EXPECT_EQ(program.areas(), "16777217-16777221 rw-p [heap]\n");
    EXPECT_EQ(brk(page(2) + 1), page(2) + 1);
    EXPECT_EQ(program.read(page(3)), std::nullopt);
    EXPECT_EQ(program.usage().resident, 0U);
    ASSERT_TRUE(program.map(page(10), k_page_size, k_rw, k_private | MAP_FIXED));
    EXPECT_EQ(brk(page(10)), page(2) + 1) << "a page stays between";
    EXPECT_EQ(brk(page(9)), page(9));
    EXPECT_EQ(brk(page(0)), page(9)) << "below its beginning";
    EXPECT_EQ(brk(page(0) + 100), page(0) + 100);
    EXPECT_EQ(program.areas(), "16777226-16777227 rw-p\n");
}

// --- files

std::string text_of(std::uint64_t pages) {
    std::string text;
    for (std::uint64_t i = 0; i < pages; ++i) {
        text.append(k_page_size, static_cast<char>('a' + i % 26));
    }
    return text;
}
void fill(PageCache& cache, std::string text) {
    Transfer transfer{text.data(), text.size()};
    ASSERT_EQ(cache.write(transfer, cache.size()).value(), text.size());
}
std::string contents(PageCache& cache, std::uint64_t offset, std::size_t size) {
    std::string text(size, '?');
    text.resize(cache.read(offset, std::as_writable_bytes(std::span{text})).value());
    return text;
}

class MappedFiles : public VirtualMemoryTest {
protected:
    using MemoryFile = TestFile<MemorySource>;
    using DiskFile = TestFile<DiskSource>;

    MappedFiles() {
        fill(file_->cache, text_of(40));
        disk_file_->cache.set_size(40 * k_page_size);
    }
    ~MappedFiles() override {
        file_ = {};
        disk_file_ = {};
        EXPECT_EQ(MemoryFile::alive + DiskFile::alive, 0);
    }

    MemorySource memory_source_;
    DiskSource disk_;
    Ref<MemoryFile> file_ = Ref<MemoryFile>::adopt(new MemoryFile{memory_source_});
    Ref<DiskFile> disk_file_ = Ref<DiskFile>::adopt(new DiskFile{disk_});
};

TEST_F(MappedFiles, AreReadThroughTheirPages) {
    Program program;
    const UserAddr at = program.map({}, 40 * k_page_size, PROT_READ, MAP_PRIVATE, file_.get()).value();
    const std::uint64_t frames = wiring::frames.stats().users;
    EXPECT_EQ(program.read(at + 5 * k_page_size), 'f');
    EXPECT_EQ(program.last_faults, 1);
    EXPECT_EQ(wiring::frames.stats().users, frames);
    const std::uint64_t around = program.usage().resident;
    EXPECT_GT(around, 1U);
    EXPECT_LE(around, 16U);
    EXPECT_EQ(program.usage().shared, around);
    EXPECT_EQ(program.read(at + 6 * k_page_size), 'g');
    EXPECT_FALSE(program.write(at, 1));
}

TEST_F(MappedFiles, OffsetsAreThoseOfTheFile) {
    Program program;
    ASSERT_TRUE(program.map(page(3), 2 * k_page_size, PROT_READ, MAP_PRIVATE | MAP_FIXED, file_.get(), 7 * k_page_size));
    EXPECT_EQ(program.read(page(3)), 'h');
    EXPECT_EQ(program.read(page(4)), 'i');
    ASSERT_TRUE(program.map(page(5), k_page_size, PROT_READ, MAP_PRIVATE | MAP_FIXED, file_.get(), 9 * k_page_size));
    EXPECT_EQ(program.areas(), "16777219-16777222 r--p\n") << "one follows the other in the file too";
    ASSERT_TRUE(memory().unmap(program.space(), page(4), k_page_size));
    EXPECT_EQ(program.read(page(5)), 'j');
}

TEST_F(MappedFiles, WritesToAPrivateMappingAreTheProgramsOwn) {
    Program program;
    const UserAddr at = program.map({}, 4 * k_page_size, k_rw, MAP_PRIVATE, file_.get()).value();
    EXPECT_TRUE(program.write(at, 'X')) << "before it was read";
    EXPECT_EQ(program.read(at + k_page_size), 'b');
    EXPECT_TRUE(program.write(at + k_page_size, 'Y')) << "after that";
    EXPECT_EQ(program.read(at), 'X');
    EXPECT_EQ(program.read(at + 1), 'a');
    EXPECT_EQ(program.read(at + k_page_size + 1), 'b');
    EXPECT_EQ(contents(file_->cache, 0, 1), "a");
    Program child{memory().clone(program.space()).value()};
    EXPECT_EQ(child.read(at), 'X');
    EXPECT_EQ(child.read(at + 2 * k_page_size), 'c');
    EXPECT_TRUE(child.write(at, 'Z'));
    EXPECT_EQ(program.read(at), 'X');
}

TEST_F(MappedFiles, WritesToASharedMappingAreTheFiles) {
    Program program;
    Program other;
    const UserAddr at = program.map({}, 4 * k_page_size, k_rw, MAP_SHARED, file_.get()).value();
    const UserAddr there = other.map({}, 4 * k_page_size, PROT_READ, MAP_SHARED, file_.get()).value();
    EXPECT_EQ(other.read(there), 'a');
    EXPECT_TRUE(program.write(at, 'X'));
    EXPECT_EQ(other.read(there), 'X');
    EXPECT_EQ(contents(file_->cache, 0, 2), "Xa");
    fill(file_->cache, "");
    EXPECT_FALSE(other.write(there, 'Y'));
}

TEST_F(MappedFiles, BeyondTheEndThereIsNothing) {
    Program program;
    ASSERT_TRUE(file_->cache.resize(k_page_size + 10));
    const UserAddr at = program.map({}, 4 * k_page_size, k_rw, MAP_PRIVATE, file_.get()).value();
    EXPECT_EQ(program.read(at + k_page_size + 9), 'b');
    EXPECT_EQ(program.read(at + k_page_size + 10), 0);
    EXPECT_EQ(program.read(at + 2 * k_page_size), std::nullopt);
    EXPECT_EQ(program.end, FaultEnd::no_page);
    EXPECT_FALSE(program.write(at + 2 * k_page_size, 1));
    EXPECT_EQ(program.end, FaultEnd::no_page);
}

TEST_F(MappedFiles, TruncationTakesPagesAwayCopiesToo) {
    Program program;
    const UserAddr at = program.map({}, 4 * k_page_size, k_rw, MAP_PRIVATE, file_.get()).value();
    ASSERT_TRUE(program.write(at + 2 * k_page_size, 'X'));
    ASSERT_TRUE(program.read(at + 3 * k_page_size));
    program.run_on(1);
    ASSERT_TRUE(program.read(at + 3 * k_page_size));
    ASSERT_TRUE(file_->cache.resize(2 * k_page_size));
    for (const unsigned cpu : {0U, 1U}) {
        program.run_on(cpu);
        EXPECT_EQ(program.read(at + 2 * k_page_size), std::nullopt);
        EXPECT_EQ(program.read(at + 3 * k_page_size), std::nullopt);
        EXPECT_EQ(program.end, FaultEnd::no_page);
    }
    ASSERT_TRUE(file_->cache.resize(4 * k_page_size));
    EXPECT_EQ(program.read(at + 2 * k_page_size), 0);
}

TEST_F(MappedFiles, LentPagesAreMappedInPlace) {
    const Archive archive{4};
    std::memset(test_bytes(archive.first()), 'l', 4 * k_page_size);
    MemorySource source;
    Ref<MemoryFile> lent = Ref<MemoryFile>::adopt(new MemoryFile{source});
    lent->cache.lend(archive.first(), 4 * k_page_size);
    Program program;
    Program writer;
    const UserAddr at = program.map({}, 4 * k_page_size, PROT_READ | PROT_EXEC, MAP_PRIVATE, lent.get()).value();
    EXPECT_TRUE(program.execute(at));
    EXPECT_EQ(program.read(at), 'l');
    EXPECT_EQ(program.usage().resident, 0U);
    const UserAddr there = writer.map({}, 4 * k_page_size, k_rw, MAP_SHARED, lent.get()).value();
    EXPECT_EQ(writer.read(there + k_page_size), 'l');
    EXPECT_TRUE(writer.write(there + k_page_size, 'W'));
    EXPECT_EQ(program.read(at + k_page_size), 'W');
    EXPECT_EQ(test_bytes(archive.first())[k_page_size], std::byte{'l'});
    const UserAddr own = writer.map({}, 4 * k_page_size, k_rw, MAP_PRIVATE, lent.get()).value();
    EXPECT_TRUE(writer.write(own + 2 * k_page_size, 'P'));
    EXPECT_EQ(program.read(at + 2 * k_page_size), 'l');
}

TEST_F(MappedFiles, ADiskSeesWhatWasWrittenWhenItIsAsked) {
    Program program;
    const UserAddr at = program.map({}, 4 * k_page_size, k_rw, MAP_SHARED, disk_file_.get()).value();
    EXPECT_EQ(program.read(at), 0);
    EXPECT_TRUE(program.write(at, 'D'));
    ASSERT_TRUE(memory().sync(program.space(), at, 4 * k_page_size, MS_SYNC));
    EXPECT_EQ(disk_.blocks[0][0], std::byte{'D'});
    ASSERT_TRUE(memory().sync(program.space(), at, 4 * k_page_size, MS_SYNC));
    EXPECT_EQ(disk_.writes, 1U);
    EXPECT_TRUE(program.write(at, 'E')) << "which is noticed again";
    ASSERT_TRUE(memory().sync(program.space(), at, 4 * k_page_size, MS_SYNC));
    EXPECT_EQ(disk_.blocks[0][0], std::byte{'E'});
}

TEST_F(MappedFiles, PagesThatAreNotUsedAreReclaimedAndComeAgain) {
    disk_.blocks[2].assign(k_page_size, std::byte{'k'});
    Program program;
    const UserAddr at = program.map({}, 4 * k_page_size, PROT_READ, MAP_SHARED, disk_file_.get()).value();
    EXPECT_EQ(program.read(at + 2 * k_page_size), 'k');
    const std::uint64_t before = disk_file_->cache.pages();
    EXPECT_EQ(memory().reclaim(before), before);
    EXPECT_EQ(program.usage().resident, 0U);
    EXPECT_EQ(program.read(at + 2 * k_page_size), 'k');
    ASSERT_TRUE(memory().lock(program.space(), at + 2 * k_page_size, k_page_size, LockMode::at_once));
    memory().reclaim(100);
    EXPECT_EQ(disk_file_->cache.pages(), 1U) << "what is locked stays";
}

TEST_F(MappedFiles, AFileLastsAsLongAsItsMapping) {
    Program program;
    const UserAddr at = program.map({}, k_page_size, PROT_READ, MAP_PRIVATE, file_.get()).value();
    file_ = {};
    EXPECT_EQ(program.read(at), 'a');
    EXPECT_EQ(MemoryFile::alive, 1);
    ASSERT_TRUE(memory().unmap(program.space(), at, k_page_size));
    EXPECT_EQ(MemoryFile::alive, 0);
}

TEST_F(MappedFiles, WhatAFileIsOpenForLimitsItsMappings) {
    Program program;
    MemorySource source;
    Ref<MemoryFile> reader = Ref<MemoryFile>::adopt(new MemoryFile{source, O_RDONLY});
    Ref<MemoryFile> writer = Ref<MemoryFile>::adopt(new MemoryFile{source, O_WRONLY});
    EXPECT_EQ(program.map({}, k_page_size, PROT_READ, MAP_PRIVATE, writer.get()).error(), Errno::acces);
    EXPECT_EQ(program.map({}, k_page_size, k_rw, MAP_SHARED, reader.get()).error(), Errno::acces);
    const UserAddr at = program.map({}, k_page_size, PROT_READ, MAP_SHARED, reader.get()).value();
    EXPECT_EQ(memory().protect(program.space(), at, k_page_size, k_rw).error(), Errno::acces);
    EXPECT_TRUE(program.map({}, k_page_size, k_rw, MAP_PRIVATE, reader.get()));
    EXPECT_EQ(program.map({}, k_page_size, PROT_READ, MAP_PRIVATE, reader.get(), 5).error(), Errno::inval);
    EXPECT_EQ(program.map({}, k_page_size, PROT_READ, MAP_PRIVATE, reader.get(), ~std::uint64_t{0} & ~(k_page_size - 1)).error(), Errno::overflow);
}

// --- the rest of the calls

TEST_F(MappedFiles, RemappingMovesPagesAndGrows) {
    Program program;
    ASSERT_TRUE(program.map(page(0), 4 * k_page_size, k_rw, k_private | MAP_FIXED));
    for (std::uint64_t i = 0; i < 4; ++i) {
        ASSERT_TRUE(program.write(page(i), static_cast<std::uint8_t>(i + 1)));
    }
    const auto remap = [&](UserAddr at, std::uint64_t from, std::uint64_t to, std::uint32_t flags, UserAddr where = {}) {
        return memory().remap(program.space(), at, from * k_page_size, to * k_page_size, flags, where);
    };
    EXPECT_EQ(remap(page(0), 4, 6, 0).value(), page(0)) << "there is room";
    EXPECT_EQ(remap(page(0), 6, 4, 0).value(), page(0));
    ASSERT_TRUE(program.map(page(4), k_page_size, k_rw, k_shared | MAP_FIXED));
    EXPECT_EQ(remap(page(0), 4, 6, 0).error(), Errno::nomem);
    const UserAddr moved = remap(page(0), 4, 6, MREMAP_MAYMOVE).value();
    EXPECT_EQ(program.read(page(0)), std::nullopt);
    EXPECT_EQ(program.read(moved + 3 * k_page_size), 4);
    EXPECT_EQ(program.read(moved + 5 * k_page_size), 0);
    EXPECT_EQ(remap(moved + k_page_size, 2, 2, MREMAP_MAYMOVE | MREMAP_FIXED, page(0)).value(), page(0));
    EXPECT_EQ(program.read(page(1)), 3);
    EXPECT_EQ(program.read(moved + k_page_size), std::nullopt);
    EXPECT_TRUE(remap(page(0), 2, 2, MREMAP_MAYMOVE | MREMAP_DONTUNMAP)) << "moved, and there is still something";
    EXPECT_EQ(program.read(page(1)), 0);
    EXPECT_EQ(remap(page(0), 0, 1, MREMAP_MAYMOVE).error(), Errno::inval);
    ASSERT_TRUE(program.write(page(4), 44));
    EXPECT_EQ(program.read(remap(page(4), 0, 1, MREMAP_MAYMOVE).value()), 44) << "shared memory has two places now";
    EXPECT_EQ(remap(page(100), 1, 2, MREMAP_MAYMOVE).error(), Errno::fault);
    EXPECT_EQ(remap(page(0), 1, 2, MREMAP_FIXED).error(), Errno::inval);
    EXPECT_EQ(remap(page(0), 1, 0, 0).error(), Errno::inval);
    EXPECT_EQ(remap(page(0), 2, 2, MREMAP_MAYMOVE | MREMAP_FIXED, page(1)).error(), Errno::inval) << "they overlap";
}

TEST_F(MappedFiles, RemappedFilesFollowTruncation) {
    Program program;
    const UserAddr at = program.map({}, 4 * k_page_size, k_rw, MAP_PRIVATE, file_.get()).value();
    ASSERT_TRUE(program.write(at + 3 * k_page_size, 'X'));
    ASSERT_TRUE(memory().remap(program.space(), at, 4 * k_page_size, 4 * k_page_size, MREMAP_MAYMOVE | MREMAP_FIXED, page(7)));
    EXPECT_EQ(program.read(page(10)), 'X');
    ASSERT_TRUE(file_->cache.resize(3 * k_page_size));
    EXPECT_EQ(program.read(page(10)), std::nullopt);
    EXPECT_EQ(program.read(page(9)), 'c');
}

TEST_F(MappedFiles, AdviceIsTaken) {
    Program program;
    const auto advise = [&](UserAddr at, std::uint64_t pages, std::uint32_t advice) {
        return memory().advise(program.space(), at, pages * k_page_size, advice);
    };
    ASSERT_TRUE(program.map(page(0), 4 * k_page_size, k_rw, k_private | MAP_FIXED));
    ASSERT_TRUE(program.write(page(1), 1));
    ASSERT_TRUE(advise(page(0), 4, MADV_DONTNEED));
    EXPECT_EQ(program.read(page(1)), 0);
    ASSERT_TRUE(program.map(page(8), 4 * k_page_size, k_rw, MAP_SHARED | MAP_FIXED, file_.get()));
    ASSERT_TRUE(program.write(page(8), 'X'));
    ASSERT_TRUE(advise(page(8), 1, MADV_DONTNEED));
    EXPECT_EQ(program.read(page(8)), 'X') << "it is the file's";
    EXPECT_EQ(advise(page(8), 1, MADV_FREE).error(), Errno::inval);
    ASSERT_TRUE(advise(page(8), 2, MADV_REMOVE));
    EXPECT_EQ(program.read(page(8)), 0);
    EXPECT_EQ(contents(file_->cache, k_page_size, 1), std::string(1, '\0'));
    EXPECT_EQ(program.read(page(10)), 'c');
    ASSERT_TRUE(advise(page(0), 4, MADV_POPULATE_WRITE));
    EXPECT_GE(program.usage().resident, 4U);
    EXPECT_EQ(advise(page(0), 10, MADV_DONTNEED).error(), Errno::nomem) << "there is a hole, but the rest was done";
    EXPECT_EQ(advise(page(0), 1, 77).error(), Errno::inval);
    EXPECT_EQ(advise(page(0) + 1, 1, MADV_NORMAL).error(), Errno::inval);
    EXPECT_TRUE(advise(page(0), 1, MADV_SEQUENTIAL));
    EXPECT_TRUE(advise(page(0), 0, MADV_NORMAL));
    EXPECT_EQ(advise(page(8), 1, MADV_WIPEONFORK).error(), Errno::inval);
}

TEST_F(MappedFiles, WhatIsInMemoryIsTold) {
    Program program;
    ASSERT_TRUE(program.map(page(0), 3 * k_page_size, k_rw, k_private | MAP_FIXED));
    ASSERT_TRUE(program.map(page(3), 2 * k_page_size, PROT_READ, MAP_SHARED | MAP_FIXED, disk_file_.get()));
    ASSERT_TRUE(program.write(page(1), 1));
    std::array<std::byte, 2> buffer;
    ASSERT_TRUE(disk_file_->cache.read(k_page_size, buffer));
    std::array<std::byte, 5> pages{};
    ASSERT_TRUE(memory().resident(program.space(), page(0), pages));
    EXPECT_EQ(pages, (std::array{std::byte{0}, std::byte{1}, std::byte{0}, std::byte{0}, std::byte{1}}));
    std::array<std::byte, 6> more{};
    EXPECT_EQ(memory().resident(program.space(), page(0), more).error(), Errno::nomem);
}

TEST_F(MappedFiles, LockedMemoryIsThereAndStays) {
    Program program;
    ASSERT_TRUE(program.map(page(0), 4 * k_page_size, k_rw, k_private | MAP_FIXED));
    ASSERT_TRUE(memory().lock(program.space(), page(1) + 5, 10, LockMode::at_once));
    EXPECT_EQ(program.usage().locked, 1U);
    EXPECT_EQ(program.usage().resident, 1U);
    EXPECT_EQ(memory().advise(program.space(), page(1), k_page_size, MADV_DONTNEED).error(), Errno::inval);
    EXPECT_EQ(memory().lock(program.space(), page(3), 2 * k_page_size, LockMode::on_fault).error(), Errno::nomem);
    EXPECT_EQ(program.usage().locked, 2U);
    ASSERT_TRUE(memory().lock(program.space(), page(0), 4 * k_page_size, LockMode::none));
    EXPECT_EQ(program.usage().locked, 0U);
    EXPECT_EQ(program.areas(), "16777216-16777220 rw-p\n");
    ASSERT_TRUE(memory().lock_all(program.space(), LockMode::none, LockMode::at_once));
    program.map_anonymous(3);
    EXPECT_EQ(program.usage().locked, 3U);
    EXPECT_EQ(program.usage().resident, 4U);
    ASSERT_TRUE(memory().lock_all(program.space(), LockMode::at_once, LockMode::none));
    EXPECT_EQ(program.usage().resident, 7U);
    Program child{memory().clone(program.space()).value()};
    EXPECT_EQ(child.usage().locked, 0U);
}

TEST_F(MappedFiles, AProgramsMemoryCanBeLookedAtFromOutside) {
    Program program;
    ASSERT_TRUE(program.map(page(0), 2 * k_page_size, k_rw, k_private | MAP_FIXED));
    ASSERT_TRUE(program.map(page(2), k_page_size, PROT_READ, MAP_PRIVATE | MAP_FIXED, file_.get()));
    const std::string text = "hello";
    EXPECT_EQ(memory().write(program.space(), page(1) - 2, std::as_bytes(std::span{text})), 5U);
    EXPECT_EQ(program.read(page(1)), 'l');
    std::array<std::byte, 8> buffer{};
    EXPECT_EQ(memory().read(program.space(), page(1), buffer), 8U);
    EXPECT_EQ(static_cast<char>(buffer[2]), 'o');
    EXPECT_EQ(memory().read(program.space(), page(3) - 3, buffer), 3U);
    EXPECT_EQ(static_cast<char>(buffer[0]), 'a');
    EXPECT_EQ(memory().write(program.space(), page(2), std::as_bytes(std::span{text})), 0U);
}

TEST_F(MappedFiles, TheKernelsPagesAreMappedForGood) {
    const Archive kernel{2};
    const std::array frames{kernel.first(), kernel.first() + 1};
    std::memset(test_bytes(kernel.first()), 'v', 2 * k_page_size);
    Program program;
    const UserAddr at = memory().map_special(program.space(), {}, frames, PROT_READ | PROT_EXEC, "[vdso]").value();
    EXPECT_TRUE(program.execute(at + k_page_size));
    EXPECT_EQ(program.read(at), 'v');
    EXPECT_FALSE(program.write(at, 1));
    EXPECT_NE(program.areas().find("r-xp [vdso]"), std::string::npos);
    Program child{memory().clone(program.space()).value()};
    EXPECT_TRUE(child.execute(at));
    ASSERT_TRUE(memory().protect(child.space(), at, k_page_size, k_rw));
    EXPECT_TRUE(child.write(at, 'w')) << "a copy";
    EXPECT_EQ(program.read(at), 'v');
}

TEST_F(MappedFiles, CodeIsMadeFitToBeExecuted) {
    auto& fit = arch::host::executable_pages;
    fit.clear();
    Program program;
    const UserAddr at = program.map({}, 2 * k_page_size, PROT_READ | PROT_EXEC, MAP_PRIVATE, file_.get()).value();
    const std::byte* const code = program.reach(at, UserAccess::execute);
    EXPECT_TRUE(fit.contains(code));
    const UserAddr data = program.map_anonymous(1);
    ASSERT_TRUE(program.write(data, 1));
    const std::byte* const bytes = program.reach(data, UserAccess::read);
    EXPECT_FALSE(fit.contains(bytes));
    ASSERT_TRUE(memory().protect(program.space(), data, k_page_size, PROT_READ | PROT_EXEC));
    EXPECT_TRUE(fit.contains(bytes));
}

TEST_F(MappedFiles, MemoryMayRunOut) {
    Program program;
    const UserAddr at = program.map_anonymous(10);
    wiring::frames.fail_frames_after(2);
    EXPECT_TRUE(program.write(at, 1));
    EXPECT_TRUE(program.write(at + k_page_size, 1));
    EXPECT_FALSE(program.write(at + 2 * k_page_size, 1));
    EXPECT_EQ(program.end, FaultEnd::no_page) << "there is nobody to be killed";
    wiring::frames.fail_frames_after(UINT64_MAX);
    EXPECT_TRUE(program.write(at + 2 * k_page_size, 1));
    for (std::uint64_t successes = 0; successes < 8; ++successes) {
        wiring::fake_page_allocator.fail_after(successes);
        if (const Result<AddressSpace*> child = memory().clone(program.space())) {
            Program end{*child};
        } else {
            EXPECT_EQ(child.error(), Errno::nomem);
        }
        wiring::fake_page_allocator.fail_after(UINT64_MAX);
        wiring::fake_heap.fail_after(successes);
        if (const Result<AddressSpace*> child = memory().clone(program.space())) {
            Program end{*child};
        }
        static_cast<void>(memory().protect(program.space(), at + k_page_size, k_page_size, successes % 2 == 0 ? PROT_READ : k_rw));
        static_cast<void>(program.map({}, k_page_size, PROT_READ, MAP_SHARED, file_.get()));
        wiring::fake_heap.fail_after(UINT64_MAX);
    }
    EXPECT_EQ(program.read(at), 1);
}

}  // namespace
}  // namespace phx::vm
