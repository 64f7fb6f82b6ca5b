// /proc/meminfo, vmstat, filesystems, devices; /proc/phoenix.
#include <algorithm>

#include <fs/interfaces/device_nodes.hpp>
#include <fs/interfaces/vfs.hpp>
#include <fs/proc_system/shows.hpp>
#include <ports/proc_system.hpp>

namespace phx::fs::proc_system {
namespace {

constexpr std::uint64_t k_page_kib = k_page_size / 1024;

class TypesWriter final : public FileSystemVisitor {
public:
    explicit TypesWriter(TextSink& sink) : sink_{sink} {}
    void file_system(const FileSystem& type) override { sink_.print("{}\t{}\n", type.needs_device() ? "" : "nodev", type.name()); }

private:
    TextSink& sink_;
};

[[nodiscard]] std::uint64_t cached_frames() {
    auto* frames = ports::proc_system::frames();
    return frames != nullptr ? frames->stats().cached : 0;
}
[[nodiscard]] std::uint64_t user_frames() {
    auto* frames = ports::proc_system::frames();
    return frames != nullptr ? frames->stats().users : 0;
}
[[nodiscard]] std::uint64_t record_frames() {
    auto* frames = ports::proc_system::frames();
    return frames != nullptr ? frames->stats().records : 0;
}

}  // namespace

void show_memory(TextSink& sink) {
    const memory::PageStats pages = ports::proc_system::pages().stats();
    const std::uint64_t cached = cached_frames();
    const std::uint64_t anonymous = std::max(user_frames(), cached) - cached;
    const auto line = [&sink](std::string_view name, std::uint64_t kib) {
        constexpr std::size_t column = 16;
        sink.print("{}:", name);
        for (std::size_t i = name.size() + 1; i < column; ++i) {
            sink.write(" ");
        }
        sink.print("{:8} kB\n", kib);
    };
    const std::uint64_t heap = ports::proc_system::heap().stats().backing_bytes / 1024;
    line("MemTotal", pages.total_frames * k_page_kib);
    line("MemFree", pages.free_frames * k_page_kib);
    line("MemAvailable", pages.free_frames * k_page_kib);
    line("Buffers", 0);
    line("Cached", cached * k_page_kib);
    line("SwapCached", 0);
    line("Active", (anonymous + cached) * k_page_kib);
    line("Inactive", 0);
    line("Active(anon)", anonymous * k_page_kib);
    line("Inactive(anon)", 0);
    line("Active(file)", cached * k_page_kib);
    line("Inactive(file)", 0);
    line("Unevictable", 0);
    line("Mlocked", 0);
    line("SwapTotal", 0);
    line("SwapFree", 0);
    line("Dirty", 0);
    line("Writeback", 0);
    line("AnonPages", anonymous * k_page_kib);
    line("Mapped", 0);
    line("Shmem", cached * k_page_kib);
    line("KReclaimable", 0);
    line("Slab", heap);
    line("SReclaimable", 0);
    line("SUnreclaim", heap);
    line("KernelStack", 0);
    line("PageTables", 0);
    line("CommitLimit", pages.total_frames * k_page_kib);
    line("Committed_AS", anonymous * k_page_kib);
    line("VmallocTotal", 0);
    line("VmallocUsed", 0);
    line("VmallocChunk", 0);
}

void show_vm_statistics(TextSink& sink) {
    const std::uint64_t cached = cached_frames();
    sink.print("nr_free_pages {}\nnr_anon_pages {}\nnr_file_pages {}\nnr_shmem {}\npgpgin 0\npgpgout 0\npswpin 0\npswpout 0\n",
               ports::proc_system::pages().stats().free_frames, std::max(user_frames(), cached) - cached, cached, cached);
}

void show_file_systems(TextSink& sink) {
    TypesWriter writer{sink};
    ports::proc_system::vfs().visit_types(writer);
}

void show_devices(TextSink& sink) {
    sink.write("Character devices:\n");
    for (std::uint32_t major = 0; major < 512; ++major) {
        for (DeviceNodes* source : ports::proc_system::devices()) {
            const auto nodes = source->nodes();
            const auto node = std::ranges::find_if(nodes, [major](const DeviceNode& each) { return major_of(each.device) == major; });
            if (node != nodes.end()) {
                sink.print("{:3} {}\n", major, node->name);
                break;
            }
        }
    }
    sink.write("\nBlock devices:\n");
}

void show_graph(TextSink& sink) {
    const auto& graph = ports::proc_system::graph();
    sink.print("{{\"graph\": \"{}\", \"instances\": [", graph.graph_name());
    bool first = true;
    for (const boot::InstanceInfo& instance : graph.instances()) {
        sink.print("{}\n  {{\"name\": \"{}\", \"component\": \"{}\", \"domain\": \"{}\", \"wires\": [", first ? "" : ",", instance.name,
                   instance.component, instance.domain);
        first = false;
        bool first_wire = true;
        for (const boot::WireInfo& wire : instance.wires) {
            sink.print("{}{{\"port\": \"{}\", \"provider\": \"{}\"}}", first_wire ? "" : ", ", wire.port, wire.provider);
            first_wire = false;
        }
        sink.write("]}");
    }
    sink.write("\n]}\n");
}

// For tests that compare them: exact while nothing else runs, and in units in which nothing hides.
void show_memory_counts(TextSink& sink) {
    const memory::HeapStats heap = ports::proc_system::heap().stats();
    const task::ProcessCount count = ports::proc_system::processes().count();
    sink.print("free_pages {}\nheap_pages {}\nheap_objects {}\nheap_bytes {}\n", ports::proc_system::pages().stats().free_frames,
               heap.backing_bytes / k_page_size, heap.live_objects, heap.live_bytes);
    sink.print("user_pages {}\ncached_pages {}\nrecord_pages {}\nthreads {}\n", user_frames(), cached_frames(), record_frames(), count.threads);
}

void show_unknown_calls(TextSink& sink) {
    if (auto* unknown = ports::proc_system::unknown()) {
        unknown->for_each([&sink](std::size_t number, std::uint32_t count) { sink.print("{} {}\n", number, count); });
    }
}

// RFC 4122, version 4.
void show_uuid(std::span<const std::byte, 16> bytes, TextSink& sink) {
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        auto byte = std::to_integer<unsigned>(bytes[i]);
        byte = i == 6 ? (byte & 0x0f) | 0x40 : i == 8 ? (byte & 0x3f) | 0x80 : byte;
        sink.print(i == 4 || i == 6 || i == 8 || i == 10 ? FormatString<unsigned>{"-{:02x}"} : FormatString<unsigned>{"{:02x}"}, byte);
    }
    sink.write("\n");
}

}  // namespace phx::fs::proc_system
