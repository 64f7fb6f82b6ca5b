#include <fs/proc_processes/proc_processes.hpp>

#include <charconv>

#include <fs/proc_processes/snapshot.hpp>
#include <linux/capability.h>
#include <linux/oom.h>
#include <ports/proc_processes.hpp>

namespace phx::fs {
namespace {

// In the order of k_entries.
enum class What : std::uint8_t {
    stat,
    statm,
    status,
    cmdline,
    comm,
    environ,
    maps,
    smaps,
    mounts,
    mountinfo,
    limits,
    cgroup,
    wchan,
    oom_score,
    oom_score_adj,
    loginuid,
};
constexpr ProcEntry k_entries[] = {
    {"stat"}, {"statm"},  {"status"},    {"cmdline"}, {"comm", 0644}, {"environ", 0400}, {"maps"}, {"smaps"},
    {"mounts"}, {"mountinfo", 0444}, {"limits"}, {"cgroup"}, {"wchan"}, {"oom_score"}, {"oom_score_adj", 0644},
    {"loginuid"},
};

// A thousandth of all memory each, as Linux's oom_badness without its adjustment.
[[nodiscard]] std::uint64_t badness(const ProcSnapshot& snapshot) { return snapshot.memory.resident; }

// A copy that stays whatever the thread does.
[[nodiscard]] Ref<const task::Credentials> credentials_of(task::Process& process, const task::UserThread& thread) {
    const SpinGuard guard{process.lock};
    return Ref<const task::Credentials>{thread.credentials.load(std::memory_order_relaxed)};
}

[[nodiscard]] std::string_view trimmed(std::string_view text) {
    while (!text.empty() && (text.back() == '\n' || text.back() == ' ' || text.back() == '\0')) {
        text.remove_suffix(1);
    }
    return text;
}

}  // namespace

std::span<const ProcEntry> ProcProcesses::process_files() const { return k_entries; }

Result<void> ProcProcesses::show(std::size_t index, task::Process& process, task::UserThread& thread, bool whole, TextSink& sink) {
    switch (static_cast<What>(index)) {
    case What::stat:
        show_stat(take_snapshot(process, thread, whole), sink);
        break;
    case What::statm:
        show_statm(take_snapshot(process, thread, whole), sink);
        break;
    case What::status: {
        const Ref<const task::Credentials> who = credentials_of(process, thread);
        if (!who) {
            return Errno::srch;
        }
        show_status(take_snapshot(process, thread, whole), *who, sink);
        break;
    }
    case What::cmdline:
    case What::environ:
        show_strings(process, thread, static_cast<What>(index) == What::environ, sink);
        break;
    case What::comm:
        sink.print("{}\n", take_snapshot(process, thread, whole).name_text());
        break;
    case What::maps:
    case What::smaps:
        show_maps(process, thread, static_cast<What>(index) == What::smaps, sink);
        break;
    case What::mounts:
        show_mounts(sink);
        break;
    case What::mountinfo:
        show_mount_info(sink);
        break;
    case What::limits:
        show_limits(process, sink);
        break;
    case What::cgroup:
        sink.write("0::/\n");
        break;
    case What::wchan: {
        const ProcSnapshot snapshot = take_snapshot(process, thread, whole);
        sink.write(snapshot.state != 'R' && snapshot.waits_for != nullptr ? snapshot.waits_for : "0");
        break;
    }
    case What::oom_score:
        sink.print("{}\n", badness(take_snapshot(process, thread, whole)));
        break;
    case What::oom_score_adj:
        sink.print("{}\n", process.oom_score_adjustment.load(std::memory_order_relaxed));
        break;
    case What::loginuid:
        sink.write("4294967295");  // nobody keeps accounts of log-ins (Linux, INVALID_UID)
        break;
    }
    return {};
}

Result<void> ProcProcesses::store(std::size_t index, task::Process& process, task::UserThread& thread, std::string_view text) {
    if (static_cast<What>(index) == What::comm) {
        if (&process != &task::current_process()) {
            return Errno::inval;
        }
        const SpinGuard guard{process.lock};
        thread.set_name(trimmed(text));
        return {};
    }
    int value = 0;
    text = trimmed(text);
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size() || value < OOM_SCORE_ADJ_MIN || value > OOM_SCORE_ADJ_MAX) {
        return Errno::inval;
    }
    if (value < process.oom_score_adjustment.load(std::memory_order_relaxed) && !task::current_user().credentials.load(std::memory_order_relaxed)->has(CAP_SYS_RESOURCE)) {
        return Errno::acces;
    }
    process.oom_score_adjustment.store(static_cast<std::int16_t>(value), std::memory_order_relaxed);
    return {};
}

}  // namespace phx::fs
