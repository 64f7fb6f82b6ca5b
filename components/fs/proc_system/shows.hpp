// What writes one file each. Within proc_system only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include <base/types.hpp>
#include <fs/interfaces/text_sink.hpp>

namespace phx::fs::proc_system {

void show_memory(TextSink& sink);
void show_vm_statistics(TextSink& sink);
void show_cpu_info(TextSink& sink);
void show_statistics(TextSink& sink);
void show_uptime(TextSink& sink);
void show_interrupts(TextSink& sink);
void show_file_systems(TextSink& sink);
void show_devices(TextSink& sink);
void show_graph(TextSink& sink);
void show_memory_counts(TextSink& sink);
void show_unknown_calls(TextSink& sink);
void show_uuid(std::span<const std::byte, 16> bytes, TextSink& sink);

inline constexpr unsigned k_most_cpus = 64;
// In ticks of USER_HZ, 100 a second.
[[nodiscard]] constexpr std::int64_t ticks(Nanoseconds time) { return time.count() / 10'000'000; }

}  // namespace phx::fs::proc_system
