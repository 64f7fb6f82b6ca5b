// A process and a thread as they were at one moment. Within proc_processes only.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include <fs/interfaces/text_sink.hpp>
#include <task/interfaces/process.hpp>
#include <vm/interfaces/virtual_memory.hpp>

namespace phx::fs {

struct ProcSnapshot {
    std::array<char, task::Thread::k_name_size> name{};
    char state = 'Z';
    task::Pid pid = 0, tid = 0, parent = 0, group = 0, session = 0;
    std::uint32_t threads = 0;
    std::uint32_t cpu = 0;
    sched::Attributes attributes;
    sched::CpuMask affinity = 0;
    Nanoseconds started;
    task::Usage usage;
    task::Usage children;
    int exit_signal = 0;
    int exit_status = 0;
    const char* waits_for = nullptr;
    task::SignalSet pending = 0, process_pending = 0, blocked = 0, ignored = 0, caught = 0;
    std::uint32_t queued = 0;
    std::uint64_t terminal = 0;  // as stat(2)'s st_rdev
    task::Pid foreground = -1;
    bool has_memory = false;
    vm::SpaceLayout layout;
    vm::SpaceUsage memory;

    [[nodiscard]] std::string_view name_text() const { return {name.data()}; }
};

// `whole`: times of all its threads, else of that one.
[[nodiscard]] ProcSnapshot take_snapshot(task::Process& process, task::UserThread& thread, bool whole);


void show_stat(const ProcSnapshot& snapshot, TextSink& sink);
void show_status(const ProcSnapshot& snapshot, const task::Credentials& who, TextSink& sink);
void show_statm(const ProcSnapshot& snapshot, TextSink& sink);
void show_maps(task::Process& process, task::UserThread& thread, bool details, TextSink& sink);
// NUL-separated strings of the program's memory.
void show_strings(task::Process& process, task::UserThread& thread, bool environment, TextSink& sink);
void show_mounts(TextSink& sink);
void show_mount_info(TextSink& sink);
void show_limits(task::Process& process, TextSink& sink);

}  // namespace phx::fs
