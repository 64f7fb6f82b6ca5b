// A program for the tests of address spaces: its accesses go through a simulated processor, which asks for a fault when it cannot translate.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include <arch/page.hpp>
#include <arch/user_translation.hpp>
#include <asm-generic/mman.h>
#include <fs/interfaces/file.hpp>
#include <linux/mman.h>
#include <task/interfaces/thread.hpp>
#include <vm/interfaces/fake_frames/cache_play.hpp>
#include <vm/interfaces/virtual_memory.hpp>

namespace phx::vm {

using arch::host::UserAccess;

// The machine around: CPUs that know nothing, one running thread that is no program's.
class TestMachine {
public:
    TestMachine() {
        arch::host::reset_user_mmus();
        arch::host::reach_table = [](PhysAddr table) { return wiring::fake_kernel_map.to_virtual(table); };
        arch::set_current(&thread_);
        wiring::fake_cpus.reset();
        wiring::fake_cpus.set_online(0xf);
        std::destroy_at(&wiring::user_tables);
        std::construct_at(&wiring::user_tables);
        EXPECT_TRUE(wiring::user_tables.init());
        EXPECT_TRUE(wiring::dut.init());
    }
    ~TestMachine() {
        arch::set_current(&arch::host::first_head);
        wiring::frames.zero_page();
        EXPECT_EQ(wiring::frames.stats().users, 0U) << "pages leaked";
        EXPECT_EQ(wiring::frames.stats().cached, 0U);
        EXPECT_EQ(wiring::frames.nodes(), 0U);
        EXPECT_EQ(wiring::fake_heap.stats().live_objects, objects_) << "areas leaked";
        EXPECT_EQ(wiring::fake_page_allocator.live_blocks(), blocks_) << "tables leaked";
    }
    TestMachine(const TestMachine&) = delete;
    TestMachine& operator=(const TestMachine&) = delete;

private:
    task::Thread thread_;
    std::uint64_t objects_ = wiring::fake_heap.stats().live_objects;
    std::size_t blocks_ = wiring::fake_page_allocator.live_blocks();
};

// The node of all test files, of a file system without names.
class TestSuperBlock final : public fs::SuperBlock {
public:
    TestSuperBlock() : SuperBlock{1} {}
    Ref<fs::Inode> root() override { return {}; }
    fs::FileSystemStats stats() override { return {}; }
    [[nodiscard]] std::string_view type() const override { return "test"; }
    void end() override {}
};
class TestInode final : public fs::Inode {
public:
    explicit TestInode(fs::SuperBlock& super) : Inode{super, 1, S_IFREG} {}
    fs::Attributes attributes() override { return {}; }
    Result<Ref<fs::File>> open(std::uint32_t) override { return Errno::perm; }
    void end() override {}
};
inline TestSuperBlock test_super_block;
inline TestInode test_inode{test_super_block};

// A file on a MemorySource or a DiskSource; made with new, and held by a Ref.
template <class Source>
class TestFile final : public fs::File {
public:
    explicit TestFile(Source& source, std::uint32_t flags = O_RDWR) : File{flags, test_inode, Seek::position}, cache{source} { ++alive; }
    Result<void> map(Mappable& mappable) override {
        mappable.cache = &cache;
        return {};
    }

    PageCache cache;
    static inline int alive = 0;

private:
    ~TestFile() { --alive; }
    void dispose() override { delete this; }
};

// One address space, which runs on CPU 0 until it is told otherwise.
class Program {
public:
    Program() : space_{wiring::dut.create().value()} {}
    explicit Program(AddressSpace* space) : space_{space} {}
    ~Program() {
        if (space_ != nullptr) {
            wiring::dut.release(*space_);
        }
    }
    Program(const Program&) = delete;
    Program& operator=(const Program&) = delete;

    [[nodiscard]] AddressSpace& space() { return *space_; }
    void run_on(unsigned cpu) { cpu_ = cpu; }

    // One access, with as many faults as it takes. Null: it would have ended with what `end` says.
    std::byte* reach(UserAddr at, UserAccess kind) {
        constexpr Access k_accesses[] = {Access::read, Access::write, Access::execute};
        arch::current()->cpu = cpu_;
        for (int faults = 0; faults < 20; ++faults) {
            {
                const InterruptGuard guard;
                wiring::user_tables.activate(wiring::dut.table_of(*space_));
            }
            if (const auto phys = arch::host::access(at, kind)) {
                last_faults = faults;
                return wiring::fake_kernel_map.to_virtual(*phys);
            }
            end = wiring::dut.fault(*space_, at, k_accesses[static_cast<int>(kind)]);
            if (end != FaultEnd::resolved) {
                return nullptr;
            }
        }
        ADD_FAILURE() << "an access at " << at.value() << " faults for ever";
        return nullptr;
    }
    std::optional<std::uint8_t> read(UserAddr at) {
        const std::byte* const byte = reach(at, UserAccess::read);
        return byte == nullptr ? std::nullopt : std::optional{static_cast<std::uint8_t>(*byte)};
    }
    bool write(UserAddr at, std::uint8_t value) {
        std::byte* const byte = reach(at, UserAccess::write);
        if (byte != nullptr) {
            *byte = std::byte{value};
        }
        return byte != nullptr;
    }
    bool execute(UserAddr at) { return reach(at, UserAccess::execute) != nullptr; }

    Result<UserAddr> map(UserAddr hint, std::uint64_t size, std::uint32_t protection, std::uint32_t flags, fs::File* file = nullptr,
                         std::uint64_t offset = 0) {
        return wiring::dut.map(*space_, {hint, size, protection, flags, file, offset});
    }
    UserAddr map_anonymous(std::uint64_t pages) {
        return map({}, pages * k_page_size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS).value();
    }
    // "begin-end rwxsp", ascending, in pages.
    std::string areas() {
        struct Visitor final : AreaVisitor {
            void area(const AreaInfo& info) override {
                text += std::to_string(info.begin.value() >> k_page_shift) + "-" + std::to_string(info.end.value() >> k_page_shift) + " ";
                text += (info.protection & PROT_READ) != 0 ? "r" : "-";
                text += (info.protection & PROT_WRITE) != 0 ? "w" : "-";
                text += (info.protection & PROT_EXEC) != 0 ? "x" : "-";
                text += info.shared ? "s" : "p";
                text += info.name.empty() ? "\n" : " " + std::string{info.name} + "\n";
            }
            std::string text;
        } visitor;
        wiring::dut.visit(*space_, visitor);
        return visitor.text;
    }
    [[nodiscard]] SpaceUsage usage() { return wiring::dut.usage(*space_); }

    FaultEnd end = FaultEnd::resolved;
    int last_faults = 0;

private:
    AddressSpace* space_;
    unsigned cpu_ = 0;
};

}  // namespace phx::vm
