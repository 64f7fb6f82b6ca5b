#include <fs/proc_system/proc_system.hpp>

#include <fs/proc_system/shows.hpp>
#include <ports/proc_system.hpp>

namespace phx::fs {
namespace {

using namespace proc_system;

// In the order of k_entries.
enum class What : std::uint8_t {
    meminfo,
    stat,
    uptime,
    loadavg,
    cpuinfo,
    cmdline,
    vmstat,
    filesystems,
    devices,
    interrupts,
    swaps,
    partitions,
    modules,
    boot_id,
    uuid,
    entropy,
    cap_last_cap,
    overcommit,
    max_map_count,
    file_max,
    nr_open,
    pipe_max_size,
    graph,
    memory,
    unimplemented,
};
constexpr ProcEntry k_entries[] = {
    {"meminfo"},
    {"stat"},
    {"uptime"},
    {"loadavg"},
    {"cpuinfo"},
    {"cmdline"},
    {"vmstat"},
    {"filesystems"},
    {"devices"},
    {"interrupts"},
    {"swaps"},
    {"partitions"},
    {"modules"},
    {"sys/kernel/random/boot_id"},
    {"sys/kernel/random/uuid"},
    {"sys/kernel/random/entropy_avail"},
    {"sys/kernel/cap_last_cap"},
    {"sys/vm/overcommit_memory"},
    {"sys/vm/max_map_count"},
    {"sys/fs/file-max"},
    {"sys/fs/nr_open"},
    {"sys/fs/pipe-max-size"},
    {"phoenix/graph"},
    {"phoenix/memory"},
    {"phoenix/unimplemented"},
};

void random_bytes(std::span<std::byte, 16> to) {
    if (auto* random = ports::proc_system::random()) {
        random->fill(to);
    }
}

// What is left of one after that many seconds, in 1/2048: e^(-seconds / (60 * minutes)), by squaring e^(-1 / (60 * minutes)).
[[nodiscard]] std::uint64_t decay(std::uint64_t per_second, std::int64_t seconds) {
    std::uint64_t left = std::uint64_t{1} << 20;
    for (std::uint64_t factor = per_second; seconds != 0 && left != 0; seconds >>= 1) {
        left = (seconds & 1) != 0 ? left * factor >> 20 : left;
        factor = factor * factor >> 20;
    }
    return left >> 9;
}

}  // namespace

std::span<const ProcEntry> ProcSystem::files() const { return k_entries; }

Result<void> ProcSystem::show(std::size_t index, TextSink& sink) {
    switch (static_cast<What>(index)) {
    case What::meminfo:
        show_memory(sink);
        break;
    case What::stat:
        show_statistics(sink);
        break;
    case What::uptime:
        show_uptime(sink);
        break;
    case What::loadavg:
        show_load(sink);
        break;
    case What::cpuinfo:
        show_cpu_info(sink);
        break;
    case What::cmdline:
        sink.write(ports::proc_system::boot_info().bootargs());
        sink.write("\n");
        break;
    case What::vmstat:
        show_vm_statistics(sink);
        break;
    case What::filesystems:
        show_file_systems(sink);
        break;
    case What::devices:
        show_devices(sink);
        break;
    case What::interrupts:
        show_interrupts(sink);
        break;
    case What::swaps:
        sink.write("Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n");
        break;
    case What::partitions:
        sink.write("major minor  #blocks  name\n\n");
        break;
    case What::modules:
        break;
    case What::boot_id:
        show_boot_id(sink);
        break;
    case What::uuid: {
        std::array<std::byte, 16> bytes{};
        random_bytes(bytes);
        show_uuid(bytes, sink);
        break;
    }
    case What::entropy:
        sink.write("256\n");
        break;
    case What::cap_last_cap:
        sink.print("{}\n", task::k_last_capability);
        break;
    case What::overcommit:
        sink.write("1\n");  // nothing is refused for what it might come to use
        break;
    case What::max_map_count:
        sink.write("65530\n");
        break;
    case What::file_max:
        sink.write("9223372036854775807\n");
        break;
    case What::nr_open:
        sink.write("1048576\n");
        break;
    case What::pipe_max_size:
        sink.write("1048576\n");
        break;
    case What::graph:
        show_graph(sink);
        break;
    case What::memory:
        show_memory_counts(sink);
        break;
    case What::unimplemented:
        show_unknown_calls(sink);
        break;
    }
    return {};
}

void ProcSystem::show_boot_id(TextSink& sink) {
    std::array<std::byte, 16> bytes{};
    random_bytes(bytes);
    {
        const SpinGuard guard{lock_};
        if (has_boot_id_) {
            bytes = boot_id_;
        }
        boot_id_ = bytes;
        has_boot_id_ = true;
    }
    show_uuid(bytes, sink);
}

void ProcSystem::show_load(TextSink& sink) {
    constexpr std::array<std::uint64_t, k_averages> per_second{1031245, 1045087, 1047412};  // e^(-1/60), e^(-1/300), e^(-1/900) in 1/2^20
    std::uint32_t runnable = 0;
    for (unsigned cpu = 0; cpu < k_most_cpus; ++cpu) {
        const task::CpuLoad load = ports::proc_system::threads().load_of(cpu);
        runnable += load.online ? load.runnable : 0;
    }
    const std::uint64_t others = runnable > 0 ? runnable - 1 : 0;  // but for the reader
    const std::int64_t now = ports::proc_system::clocks().boottime().count() / 1'000'000'000;
    std::array<std::uint64_t, k_averages> averages;
    {
        const SpinGuard guard{lock_};
        for (std::size_t i = 0; i < k_averages; ++i) {
            const std::uint64_t left = decay(per_second[i], now - averaged_at_);
            averages_[i] = (averages_[i] * left + others * 2048 * (2048 - left)) >> 11;
        }
        averaged_at_ = now;
        averages = averages_;
    }
    for (const std::uint64_t average : averages) {
        sink.print("{}.{:02} ", average >> 11, (average & 2047) * 100 >> 11);
    }
    const task::ProcessCount count = ports::proc_system::processes().count();
    sink.print("{}/{} {}\n", runnable, count.threads, count.last);
}

}  // namespace phx::fs
