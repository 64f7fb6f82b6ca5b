#include "cmd_mem.hpp"

#include <algorithm>
#include <array>

#include <ports/cmd_mem.hpp>

namespace phx::debug {
namespace {

constexpr CommandInfo k_commands[] = {
    {"mem", "", "Shows how memory is used."},
    {"heap", "[check]", "Shows what is live on the heap, by who allocated it, or looks for damage."},
};

void print_range(std::string_view what, PhysRange range, std::string_view note, MonitorOutput& out) {
    out.print("  {:<10} {}-{} {:10} KiB{}\n", what, range.base, range.end(), range.size / KiB, note);
}

constexpr std::size_t k_most_sites = 24;
constexpr std::uint64_t k_instruction = 4;

// Innermost call first. A return address may lie behind its function's end: the call is one instruction before.
void print_site(const memory::HeapSite& site, MonitorOutput& out) {
    out.print("  {:8} bytes in {:6} objects:", site.bytes, site.objects);
    for (const std::uintptr_t address : site.trace) {
        if (address == 0) {
            continue;
        }
        if (auto* symbols = ports::cmd_mem::symbols()) {
            if (const auto symbol = symbols->find(VirtAddr{address - k_instruction})) {
                out.print(" {}+{:#x}", symbol->name, symbol->offset + k_instruction);
                continue;
            }
        }
        out.print(" {:#x}", address);
    }
    out.print("\n");
}

}  // namespace

std::span<const CommandInfo> CmdMem::commands() const {
    return k_commands;
}

Result<void> CmdMem::run(std::size_t index, std::span<const std::string_view> args, MonitorOutput& out) {
    if (index == 0) {
        return args.empty() ? show_use(out) : Errno::inval;
    }
    if (args.size() > 1 || (args.size() == 1 && args[0] != "check")) {
        return Errno::inval;
    }
    return show_heap(!args.empty(), out);
}

Result<void> CmdMem::show_use(MonitorOutput& out) {
    auto& info = ports::cmd_mem::boot_info();
    for (const PhysRange& range : info.memory()) {
        print_range("memory", range, "", out);
    }
    for (const boot::ReservedRegion& region : info.reserved()) {
        print_range("reserved", region.range, region.no_map ? " not mapped" : "", out);
    }
    if (auto* pages = ports::cmd_mem::pages()) {
        const memory::PageStats stats = pages->stats();
        out.print("  pages      {} of {} free ({} KiB of {} KiB)\n", stats.free_frames, stats.total_frames,
                  stats.free_frames * (k_page_size / KiB), stats.total_frames * (k_page_size / KiB));
    }
    if (auto* heap = ports::cmd_mem::heap()) {
        const memory::HeapStats stats = heap->stats();
        out.print("  heap       {} objects, {} bytes in {} KiB\n", stats.live_objects, stats.live_bytes,
                  stats.backing_bytes / KiB);
    }
    return {};
}

Result<void> CmdMem::show_heap(bool check, MonitorOutput& out) {
    auto* report = ports::cmd_mem::heap_report();
    if (report == nullptr) {
        out.print("  no heap of this kernel keeps records; checked_heap does\n");
        return {};
    }
    if (check) {
        std::array<char, 600> text;
        const std::string_view problem = report->check(text);
        out.write("  ");
        out.write(problem.empty() ? "all objects are as they should be" : problem);
        out.write("\n");
        return {};
    }
    std::array<memory::HeapSite, k_most_sites> sites;
    const std::size_t found = report->sites(sites);
    for (const memory::HeapSite& site : std::span{sites}.first(std::min(found, sites.size()))) {
        print_site(site, out);
    }
    if (found > sites.size()) {
        out.print("  and others\n");
    }
    return {};
}

}  // namespace phx::debug
