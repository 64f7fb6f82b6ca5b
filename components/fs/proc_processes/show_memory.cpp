// /proc/PID/maps, smaps, cmdline, environ, auxv: proc(5).
#include <fs/proc_processes/with_memory.hpp>

#include <algorithm>

#include <asm/mman.h>
#include <fs/interfaces/file.hpp>

namespace phx::fs {
namespace {

class MapsWriter final : public vm::AreaVisitor {
public:
    MapsWriter(bool details, TextSink& sink) : details_{details}, sink_{sink} {}

    [[nodiscard]] bool counts_pages() const override { return details_; }
    void area(const vm::AreaInfo& info) override {
        const auto letter = [&info](std::uint32_t bit, char c) { return (info.protection & bit) != 0 ? c : '-'; };
        const Device device = info.file != nullptr ? info.file->inode().super().device() : 0;
        std::array<char, 96> line;
        const std::string_view begin =
            format_to(line, "{:08x}-{:08x} {}{}{}{} {:08x} {:02x}:{:02x} {}", info.begin.value(), info.end.value(), letter(PROT_READ, 'r'),
                      letter(PROT_WRITE, 'w'), letter(PROT_EXEC, 'x'), info.shared ? 's' : 'p', info.offset, major_of(device), minor_of(device),
                      info.file != nullptr ? info.file->inode().number() : 0);
        sink_.write(begin);
        if (info.file != nullptr || !info.name.empty()) {
            // The name stands in column 74, or one space behind what comes before it.
            for (std::size_t column = begin.size(); column < std::max(begin.size() + 1, std::size_t{73}); ++column) {
                sink_.write(" ");
            }
            write_name(info);
        }
        sink_.write("\n");
        if (details_) {
            write_details(info);
        }
    }

private:
    void write_name(const vm::AreaInfo& info) {
        if (info.file == nullptr) {
            sink_.write(info.name);
            return;
        }
        std::array<char, 512> name;
        if (const auto path = ports::proc_processes::vfs().name_of(info.file->path(), name); path && info.file->path()) {
            sink_.write(*path);
        } else {
            sink_.write(info.file->describe(name));
        }
    }

    void write_details(const vm::AreaInfo& info) {
        const std::uint64_t kib = (info.end.value() - info.begin.value()) / 1024;
        sink_.print("Size:           {:8} kB\nKernelPageSize:        4 kB\nMMUPageSize:           4 kB\n", kib);
        // A program's own pages are written, those of files are not. How many others have a page is not known: Pss is the most that it can be.
        const std::uint64_t own = info.resident - info.shared_pages;
        const std::uint64_t own_written = std::min(info.anonymous, own);
        const std::uint64_t written = std::min(info.anonymous - own_written, info.shared_pages);
        const auto line = [this](std::string_view name, std::uint64_t pages) { sink_.print("{:<15} {:8} kB\n", name, pages * (k_page_size / 1024)); };
        line("Rss:", info.resident);
        line("Pss:", info.resident);
        line("Shared_Clean:", info.shared_pages - written);
        line("Shared_Dirty:", written);
        line("Private_Clean:", own - own_written);
        line("Private_Dirty:", own_written);
        line("Referenced:", info.resident);
        line("Anonymous:", info.anonymous);
        sink_.write("LazyFree:              0 kB\nAnonHugePages:         0 kB\n");
        sink_.write("ShmemPmdMapped:        0 kB\nFilePmdMapped:         0 kB\nShared_Hugetlb:        0 kB\nPrivate_Hugetlb:       0 kB\n");
        sink_.write("Swap:                  0 kB\nSwapPss:               0 kB\n");
        line("Locked:", info.locked ? info.resident : 0);
        sink_.write("THPeligible:    0\nVmFlags: \n");
    }

    const bool details_;
    TextSink& sink_;
};

void copy(vm::AddressSpace& space, UserAddr begin, UserAddr end, TextSink& sink) {
    constexpr std::uint64_t most = 128 * KiB;
    std::array<std::byte, 256> part;
    std::uint64_t left = end > begin ? std::min(end - begin, most) : 0;
    while (left != 0) {
        const std::size_t size =
            ports::proc_processes::memory().read(space, begin, std::span{part}.first(std::min<std::uint64_t>(left, part.size())));
        if (size == 0) {
            return;
        }
        sink.write({reinterpret_cast<const char*>(part.data()), size});
        begin += size;
        left -= size;
    }
}

}  // namespace

void show_maps(task::Process& process, task::UserThread& thread, bool details, TextSink& sink) {
    with_memory(process, thread, [&](vm::AddressSpace& space) {
        MapsWriter writer{details, sink};
        ports::proc_processes::memory().visit(space, writer);
    });
}

void show_strings(task::Process& process, task::UserThread& thread, bool environment, TextSink& sink) {
    with_memory(process, thread, [&](vm::AddressSpace& space) {
        const vm::SpaceLayout layout = ports::proc_processes::memory().layout(space);
        copy(space, environment ? layout.environment_begin : layout.arguments_begin, environment ? layout.environment_end : layout.arguments_end,
             sink);
    });
}

}  // namespace phx::fs
