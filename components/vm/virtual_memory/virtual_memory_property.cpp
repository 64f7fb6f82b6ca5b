// Random calls and accesses of up to three processes on three CPUs, and of who writes to and truncates the files that they map, against a model that
// keeps one byte of each page.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <map>
#include <memory>
#include <optional>
#include <vector>

#include <vm/interfaces/fake_frames/program_play.hpp>

namespace phx::vm {
namespace {

constexpr std::uint64_t k_window = 40;  // pages that the processes use, over the border of two tables
constexpr UserAddr k_first{0x10'0020'0000 - 16 * k_page_size};
constexpr std::uint64_t k_in = 17;  // which byte of a page the model keeps
constexpr std::uint64_t k_file_pages = 20;

UserAddr address(std::uint64_t page) { return k_first + page * k_page_size; }

using Cell = std::shared_ptr<std::uint8_t>;

struct ModelFile {
    std::vector<std::uint8_t> pages;
};

struct ModelPage {
    std::uint32_t protection = 0;
    bool shared = false;
    int file = -1;
    std::uint64_t index = 0;
    Cell cell;                         // shared anonymous
    std::optional<std::uint8_t> own;   // private: what it has written
    bool keeps = true;                 // at a fork
};

struct Process {
    std::unique_ptr<Program> program = std::make_unique<Program>();
    std::map<std::uint64_t, ModelPage> pages;
};

enum class Outcome : std::uint8_t { value, no_mapping, no_right, no_page };

class Play {
public:
    Play() {
        processes_.resize(1);
        memory_file_ = Ref<TestFile<MemorySource>>::adopt(new TestFile<MemorySource>{memory_source_});
        disk_file_ = Ref<TestFile<DiskSource>>::adopt(new TestFile<DiskSource>{disk_});
    }

    void step() {
        Process& process = processes_[*rc::gen::inRange<std::size_t>(0, processes_.size())];
        process.program->run_on(*rc::gen::inRange(0U, 3U));
        switch (*rc::gen::inRange(0, 20)) {
        case 0:
        case 1:
        case 2:
            return map(process);
        case 3:
            return unmap(process);
        case 4:
            return protect(process);
        case 5:
            return fork(process);
        case 6:
            return exit();
        case 7:
            return remap(process);
        case 8:
            return advise(process);
        case 9:
            return truncate();
        case 10:
            return write_file();
        case 11:
            RC_LOG() << "reclaim\n";
            wiring::dut.reclaim(*rc::gen::inRange<std::size_t>(0, 5));
            RC_ASSERT(disk_file_->cache.write_back(0, ~std::uint64_t{0}));
            return;
        default:
            return access(process, random_page());
        }
    }
    void compare() {
        for (Process& process : processes_) {
            for (std::uint64_t page = 0; page < k_window; ++page) {
                check_read(process, page);
            }
        }
        for (int file = 0; file < 2; ++file) {
            for (std::uint64_t i = 0; i < files_[file].pages.size(); ++i) {
                RC_ASSERT(file_byte(file, i) == files_[file].pages[i]);
            }
        }
    }

private:
    static std::uint64_t random_page() { return *rc::gen::inRange<std::uint64_t>(0, k_window); }
    static std::uint64_t random_count(std::uint64_t page) { return 1 + *rc::gen::inRange<std::uint64_t>(0, std::min<std::uint64_t>(8, k_window - page)); }
    static std::uint32_t random_protection() {
        return *rc::gen::weightedElement<std::uint32_t>({{6, PROT_READ | PROT_WRITE}, {2, PROT_READ}, {1, PROT_NONE}, {1, PROT_READ | PROT_EXEC}});
    }
    PageCache& cache(int file) { return file == 0 ? memory_file_->cache : disk_file_->cache; }
    fs::File* file(int number) { return number == 0 ? static_cast<fs::File*>(memory_file_.get()) : static_cast<fs::File*>(disk_file_.get()); }
    std::uint8_t file_byte(int number, std::uint64_t index) {
        std::byte byte{0xee};
        RC_ASSERT(cache(number).read(index * k_page_size + k_in, std::span{&byte, 1}).value() == 1U);
        return static_cast<std::uint8_t>(byte);
    }

    void map(Process& process) {
        const std::uint64_t page = random_page();
        const std::uint64_t count = random_count(page);
        const std::uint32_t protection = random_protection();
        const int number = *rc::gen::inRange(-1, 2);
        const bool shared = *rc::gen::inRange(0, 2) != 0;
        const std::uint64_t first = number < 0 ? 0 : *rc::gen::inRange<std::uint64_t>(0, k_file_pages);
        const std::uint32_t flags = (shared ? MAP_SHARED : MAP_PRIVATE) | MAP_FIXED | (number < 0 ? MAP_ANONYMOUS : 0) |
                                    (*rc::gen::inRange(0, 8) == 0 ? MAP_POPULATE : 0);
        RC_LOG() << "map " << &process - processes_.data() << " " << page << "+" << count << " prot " << protection << " flags " << flags << " file "
                 << number << " at " << first << "\n";
        RC_ASSERT(process.program->map(address(page), count * k_page_size, protection, flags, number < 0 ? nullptr : file(number),
                                       first * k_page_size)
                      .value() == address(page));
        for (std::uint64_t i = 0; i < count; ++i) {
            ModelPage& model = process.pages[page + i] = {};
            model.protection = protection;
            model.shared = shared;
            model.file = number;
            model.index = first + i;
            if (number < 0 && shared) {
                model.cell = std::make_shared<std::uint8_t>(0);
            }
            // MAP_POPULATE does to private pages what a write would.
            if ((flags & MAP_POPULATE) != 0 && !shared && (protection & PROT_WRITE) != 0 && number >= 0 && model.index < files_[number].pages.size()) {
                model.own = files_[number].pages[model.index];
            }
        }
    }
    void unmap(Process& process) {
        const std::uint64_t page = random_page();
        const std::uint64_t count = random_count(page);
        RC_LOG() << "unmap " << &process - processes_.data() << " " << page << "+" << count << "\n";
        RC_ASSERT(wiring::dut.unmap(process.program->space(), address(page), count * k_page_size));
        process.pages.erase(process.pages.lower_bound(page), process.pages.lower_bound(page + count));
    }
    void protect(Process& process) {
        const std::uint64_t page = random_page();
        const std::uint64_t count = random_count(page);
        const std::uint32_t protection = random_protection();
        RC_LOG() << "protect " << &process - processes_.data() << " " << page << "+" << count << " " << protection << "\n";
        const bool done = static_cast<bool>(wiring::dut.protect(process.program->space(), address(page), count * k_page_size, protection));
        bool whole = true;
        for (std::uint64_t i = 0; i < count && whole; ++i) {
            const auto found = process.pages.find(page + i);
            whole = found != process.pages.end();
            if (whole) {
                found->second.protection = protection;
            }
        }
        RC_ASSERT(done == whole);
    }
    void fork(Process& process) {
        if (processes_.size() == 3) {
            return;
        }
        RC_LOG() << "fork " << &process - processes_.data() << "\n";
        Process child{std::make_unique<Program>(wiring::dut.clone(process.program->space()).value()), process.pages};
        processes_.push_back(std::move(child));
    }
    void exit() {
        if (processes_.size() > 1) {
            processes_.erase(processes_.begin() + *rc::gen::inRange<std::ptrdiff_t>(0, static_cast<std::ptrdiff_t>(processes_.size())));
        }
    }
    void remap(Process& process) {
        const std::uint64_t from = random_page();
        const std::uint64_t count = random_count(from);
        const std::uint64_t to = random_page();
        if (to + count > k_window) {
            return;
        }
        RC_LOG() << "remap " << &process - processes_.data() << " " << from << "+" << count << " to " << to << "\n";
        const bool was_one = is_one_area(process, from, count);
        const Result<UserAddr> moved = wiring::dut.remap(process.program->space(), address(from), count * k_page_size, count * k_page_size,
                                                         MREMAP_MAYMOVE | MREMAP_FIXED, address(to));
        const bool overlaps = from < to + count && to < from + count;
        if (overlaps) {
            RC_ASSERT(!moved);
            return;
        }
        process.pages.erase(process.pages.lower_bound(to), process.pages.lower_bound(to + count));
        RC_ASSERT(static_cast<bool>(moved) == was_one);
        if (!moved) {
            return;
        }
        for (std::uint64_t i = 0; i < count; ++i) {
            process.pages[to + i] = process.pages.at(from + i);
            process.pages.erase(from + i);
        }
    }
    // Whether the kernel has joined these pages; what lies behind each other in a mapping is always one.
    static bool is_one_area(Process& process, std::uint64_t from, std::uint64_t count) {
        struct Visitor final : AreaVisitor {
            void area(const AreaInfo& info) override { found = found || (info.begin <= begin && info.end >= end); }
            UserAddr begin, end;
            bool found = false;
        } visitor;
        visitor.begin = address(from);
        visitor.end = address(from + count);
        wiring::dut.visit(process.program->space(), visitor);
        for (std::uint64_t i = 0; visitor.found && i < count; ++i) {
            RC_ASSERT(process.pages.contains(from + i));
        }
        return visitor.found;
    }
    void advise(Process& process) {
        const std::uint64_t page = random_page();
        const std::uint64_t count = random_count(page);
        RC_LOG() << "dontneed " << &process - processes_.data() << " " << page << "+" << count << "\n";
        static_cast<void>(wiring::dut.advise(process.program->space(), address(page), count * k_page_size, MADV_DONTNEED));
        for (auto at = process.pages.lower_bound(page); at != process.pages.end() && at->first < page + count; ++at) {
            at->second.own.reset();
        }
    }
    void truncate() {
        const int number = *rc::gen::inRange(0, 2);
        const auto pages = *rc::gen::inRange<std::uint64_t>(0, k_file_pages);
        RC_LOG() << "truncate " << number << " to " << pages << "\n";
        RC_ASSERT(cache(number).resize(pages * k_page_size));
        if (number == 1) {
            disk_.truncate(pages * k_page_size);
        }
        files_[number].pages.resize(pages, 0);
        for (Process& process : processes_) {
            for (auto& [at, page] : process.pages) {
                if (page.file == number && page.index >= pages) {
                    page.own.reset();
                }
            }
        }
    }
    void write_file() {
        const int number = *rc::gen::inRange(0, 2);
        const auto index = *rc::gen::inRange<std::uint64_t>(0, k_file_pages);
        const auto value = *rc::gen::inRange<std::uint8_t>(1, 255);
        // To the page's end, so that files have whole pages.
        std::vector<std::uint8_t> bytes(k_page_size - k_in, value);
        Transfer transfer{bytes.data(), bytes.size()};
        RC_LOG() << "write file " << number << " at " << index << " value " << int{value} << "\n";
        RC_ASSERT(cache(number).write(transfer, index * k_page_size + k_in).value() == bytes.size());
        auto& pages = files_[number].pages;
        pages.resize(std::max<std::size_t>(pages.size(), index + 1), 0);
        pages[index] = value;
    }

    // What an access would find.
    Outcome look(Process& process, std::uint64_t at, bool write, std::uint8_t*& value) {
        const auto found = process.pages.find(at);
        if (found == process.pages.end()) {
            return Outcome::no_mapping;
        }
        ModelPage& page = found->second;
        if (write ? (page.protection & PROT_WRITE) == 0 : page.protection == PROT_NONE) {
            return Outcome::no_right;
        }
        if (page.cell) {
            value = page.cell.get();
            return Outcome::value;
        }
        if (page.file >= 0 && !page.own) {
            auto& pages = files_[page.file].pages;
            if (page.index >= pages.size()) {
                return Outcome::no_page;
            }
            value = &pages[page.index];
            if (write && !page.shared) {
                page.own = *value;
                value = &*page.own;
            }
            return Outcome::value;
        }
        if (!page.own) {
            if (!write) {
                value = &zero_;
                return Outcome::value;
            }
            page.own = 0;
        }
        value = &*page.own;
        return Outcome::value;
    }
    static Outcome outcome_of(FaultEnd end) {
        return end == FaultEnd::no_mapping ? Outcome::no_mapping : end == FaultEnd::no_right ? Outcome::no_right : Outcome::no_page;
    }
    void check_read(Process& process, std::uint64_t at) {
        RC_LOG() << "read " << &process - processes_.data() << " " << at << "\n";
        std::uint8_t* expected = nullptr;
        const Outcome outcome = look(process, at, false, expected);
        const std::optional<std::uint8_t> seen = process.program->read(address(at) + k_in);
        RC_ASSERT(seen.has_value() == (outcome == Outcome::value));
        if (seen) {
            RC_ASSERT(*seen == *expected);
        } else {
            RC_ASSERT(outcome_of(process.program->end) == outcome);
        }
    }
    void access(Process& process, std::uint64_t at) {
        if (*rc::gen::inRange(0, 2) != 0) {
            return check_read(process, at);
        }
        std::uint8_t* expected = nullptr;
        const Outcome outcome = look(process, at, true, expected);
        const auto value = *rc::gen::inRange<std::uint8_t>(1, 255);
        RC_LOG() << "write " << &process - processes_.data() << " " << at << " value " << int{value} << "\n";
        const bool done = process.program->write(address(at) + k_in, value);
        RC_ASSERT(done == (outcome == Outcome::value));
        if (done) {
            *expected = value;
        } else {
            RC_ASSERT(outcome_of(process.program->end) == outcome);
        }
    }

    MemorySource memory_source_;
    DiskSource disk_;
    Ref<TestFile<MemorySource>> memory_file_;
    Ref<TestFile<DiskSource>> disk_file_;
    ModelFile files_[2];
    std::vector<Process> processes_;
    std::uint8_t zero_ = 0;
};

RC_GTEST_PROP(VirtualMemoryProperty, ProgramsSeeWhatTheyWrote, ()) {
    {
        TestMachine machine;
        Play play;
        const int steps = *rc::gen::inRange(0, 200);
        for (int i = 0; i < steps; ++i) {
            play.step();
        }
        play.compare();
    }
    RC_ASSERT(!::testing::Test::HasFailure());
}

}  // namespace
}  // namespace phx::vm
