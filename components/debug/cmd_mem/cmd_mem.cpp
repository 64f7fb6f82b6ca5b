#include "cmd_mem.hpp"

#include <ports/cmd_mem.hpp>

namespace phx::debug {
namespace {

constexpr CommandInfo k_commands[] = {
    {"mem", "", "Shows how memory is used."},
};

void print_range(std::string_view what, PhysRange range, std::string_view note, MonitorOutput& out) {
    out.print("  {:<10} {}-{} {:10} KiB{}\n", what, range.base, range.end(), range.size / KiB, note);
}

}  // namespace

std::span<const CommandInfo> CmdMem::commands() const {
    return k_commands;
}

Result<void> CmdMem::run(std::size_t, std::span<const std::string_view> args, MonitorOutput& out) {
    if (!args.empty()) {
        return Errno::inval;
    }
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

}  // namespace phx::debug
