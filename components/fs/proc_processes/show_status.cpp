// /proc/PID/stat, statm and status: proc(5), Linux fs/proc/array.c for the order of fields.
#include <fs/proc_processes/snapshot.hpp>

#include <bit>

namespace phx::fs {
namespace {

constexpr std::uint64_t k_page_kib = k_page_size / 1024;

// In ticks of USER_HZ, 100 a second.
[[nodiscard]] std::int64_t ticks(Nanoseconds time) { return time.count() / 10'000'000; }

[[nodiscard]] int kernel_priority(const sched::Attributes& attributes) {
    return attributes.is_real_time() ? -1 - attributes.priority : 20 + attributes.nice;
}

// SCHED_* of uapi linux/sched.h
[[nodiscard]] int policy_number(sched::Policy policy) {
    switch (policy) {
    case sched::Policy::normal:
        return 0;
    case sched::Policy::fifo:
        return 1;
    case sched::Policy::round_robin:
        return 2;
    case sched::Policy::batch:
        return 3;
    case sched::Policy::idle:
        return 5;
    }
    return 0;
}

[[nodiscard]] std::string_view state_name(char state) {
    switch (state) {
    case 'R':
        return "R (running)";
    case 'S':
        return "S (sleeping)";
    case 'D':
        return "D (disk sleep)";
    case 'T':
        return "T (stopped)";
    default:
        return "Z (zombie)";
    }
}

// A name in a text that is read line by line: what would end the line is shown as an escape.
void write_name(std::string_view name, TextSink& sink) {
    for (const char c : name) {
        if (c == '\n') {
            sink.write("\\n");
        } else if (c == '\\') {
            sink.write("\\\\");
        } else {
            sink.write({&c, 1});
        }
    }
}

// CPUs or memory nodes as lists: "0-3".
void write_list(std::uint64_t mask, TextSink& sink) {
    bool first = true;
    while (mask != 0) {
        const int begin = std::countr_zero(mask);
        const int length = std::countr_one(mask >> begin);
        sink.print(first ? FormatString<int>{"{}"} : FormatString<int>{",{}"}, begin);
        if (length > 1) {
            sink.print("-{}", begin + length - 1);
        }
        first = false;
        mask = begin + length >= 64 ? 0 : mask >> (begin + length) << (begin + length);
    }
}

}  // namespace

void show_stat(const ProcSnapshot& s, TextSink& sink) {
    const vm::SpaceLayout& at = s.layout;
    sink.print("{} ({}) {} {} {} {} {} {} {} ", s.tid, s.name_text(), s.state, s.parent, s.group, s.session, s.terminal, s.foreground,
               s.has_memory ? 0x400000 : 0x400004);
    sink.print("{} {} {} {} {} {} {} {} ", s.usage.minor_faults, s.children.minor_faults, s.usage.major_faults, s.children.major_faults,
               ticks(s.usage.user_time), ticks(s.usage.system_time), ticks(s.children.user_time), ticks(s.children.system_time));
    sink.print("{} {} {} 0 {} {} {} {} ", kernel_priority(s.attributes), s.attributes.nice, s.threads, ticks(s.started),
               s.memory.size * k_page_size, s.memory.resident, ~std::uint64_t{0});
    sink.print("{} {} {} 0 0 ", at.code_begin.value(), at.code_end.value(), at.stack_begin.value());
    sink.print("{} {} {} {} {} 0 0 {} {} {} {} 0 0 0 ", s.pending & 0x7fffffff, s.blocked & 0x7fffffff, s.ignored & 0x7fffffff,
               s.caught & 0x7fffffff, s.waits_for != nullptr ? 1 : 0, s.exit_signal, s.cpu, s.attributes.priority, policy_number(s.attributes.policy));
    sink.print("{} {} {} {} {} {} {} {}\n", at.data_begin.value(), at.data_end.value(), at.break_begin.value(), at.arguments_begin.value(),
               at.arguments_end.value(), at.environment_begin.value(), at.environment_end.value(), s.exit_status);
}

void show_statm(const ProcSnapshot& s, TextSink& sink) {
    sink.print("{} {} {} {} 0 {} 0\n", s.memory.size, s.memory.resident, s.memory.shared, s.memory.text, s.memory.data + s.memory.stack);
}

void show_status(const ProcSnapshot& s, const task::Credentials& who, TextSink& sink) {
    sink.write("Name:\t");
    write_name(s.name_text(), sink);
    sink.print("\nState:\t{}\nTgid:\t{}\nNgid:\t0\nPid:\t{}\nPPid:\t{}\nTracerPid:\t0\n", state_name(s.state), s.pid, s.tid, s.parent);
    sink.print("Uid:\t{}\t{}\t{}\t{}\n", who.uid, who.euid, who.suid, who.fsuid);
    sink.print("Gid:\t{}\t{}\t{}\t{}\n", who.gid, who.egid, who.sgid, who.fsgid);
    sink.write("FDSize:\t64\nGroups:\t");
    for (std::uint32_t i = 0; i < who.group_count; ++i) {
        sink.print("{} ", who.groups[i]);
    }
    sink.print("\nNStgid:\t{}\nNSpid:\t{}\nNSpgid:\t{}\nNSsid:\t{}\n", s.pid, s.tid, s.group, s.session);
    if (s.has_memory) {
        const auto line = [&sink](std::string_view name, std::uint64_t pages) { sink.print("{}:\t{:8} kB\n", name, pages * k_page_kib); };
        line("VmPeak", s.memory.peak_size);
        line("VmSize", s.memory.size);
        line("VmLck", s.memory.locked);
        line("VmPin", 0);
        line("VmHWM", s.memory.peak_resident);
        line("VmRSS", s.memory.resident);
        line("RssAnon", s.memory.resident - s.memory.shared);
        line("RssFile", s.memory.shared);
        line("RssShmem", 0);
        line("VmData", s.memory.data);
        line("VmStk", s.memory.stack);
        line("VmExe", s.memory.text);
        line("VmLib", 0);
        line("VmPTE", s.memory.tables);
        line("VmSwap", 0);
        sink.write("HugetlbPages:\t       0 kB\nCoreDumping:\t0\nTHP_enabled:\t0\n");
    }
    sink.print("Threads:\t{}\nSigQ:\t{}/{}\n", s.threads, s.queued, 0);
    sink.print("SigPnd:\t{:016x}\nShdPnd:\t{:016x}\nSigBlk:\t{:016x}\nSigIgn:\t{:016x}\nSigCgt:\t{:016x}\n", s.pending, s.process_pending,
               s.blocked, s.ignored, s.caught);
    sink.print("CapInh:\t{:016x}\nCapPrm:\t{:016x}\nCapEff:\t{:016x}\nCapBnd:\t{:016x}\nCapAmb:\t{:016x}\n", who.inheritable, who.permitted,
               who.effective, who.bounding, who.ambient);
    sink.print("NoNewPrivs:\t{}\nSeccomp:\t0\nSeccomp_filters:\t0\n", who.no_new_privileges ? 1 : 0);
    sink.print("Cpus_allowed:\t{:x}\nCpus_allowed_list:\t", s.affinity);
    write_list(s.affinity, sink);
    sink.print("\nMems_allowed:\t1\nMems_allowed_list:\t0\nvoluntary_ctxt_switches:\t{}\nnonvoluntary_ctxt_switches:\t0\n", s.usage.switches);
}

}  // namespace phx::fs
