#include <debug/heap_file/heap_file.hpp>

#include <algorithm>
#include <array>

#include <base/types.hpp>
#include <memory/interfaces/heap_report.hpp>
#include <ports/heap_file.hpp>

namespace phx::debug {
namespace {

constexpr fs::ProcEntry k_entries[] = {{"phoenix/heap", 0400}};
constexpr std::size_t k_most_sites = 64;
constexpr std::uint64_t k_instruction = 4;

// A return address may lie behind its function's end: the call is one instruction before.
void show_address(std::uintptr_t address, fs::TextSink& sink) {
    if (auto* symbols = ports::heap_file::symbols()) {
        if (const auto symbol = symbols->find(VirtAddr{address - k_instruction})) {
            sink.print(" {}+{:#x}", symbol->name, symbol->offset + k_instruction);
            return;
        }
    }
    sink.print(" {:#x}", address);
}

}  // namespace

std::span<const fs::ProcEntry> HeapFile::files() const { return k_entries; }

Result<void> HeapFile::show(std::size_t, fs::TextSink& sink) {
    std::array<memory::HeapSite, k_most_sites> sites;
    const std::size_t found = ports::heap_file::report().sites(sites);
    for (const memory::HeapSite& site : std::span{sites}.first(std::min(found, sites.size()))) {
        sink.print("{} {}", site.bytes, site.objects);
        for (const std::uintptr_t address : site.trace) {
            if (address != 0) {
                show_address(address, sink);
            }
        }
        sink.write("\n");
    }
    return {};
}

}  // namespace phx::debug
