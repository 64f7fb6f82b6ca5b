// Files below /proc that a component adds.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

#include <base/result.hpp>
#include <fs/interfaces/inode.hpp>
#include <fs/interfaces/text_sink.hpp>
#include <task/interfaces/process.hpp>

namespace phx::fs {

struct ProcEntry {
    std::string_view path;  // "meminfo", "sys/kernel/hostname"; of processes: "status"
    Mode mode = 0444;       // permissions
    bool of_threads = true; // of processes: in /proc/PID/task/TID too
};

// A family: the `files` port of procfs takes all that the graph holds. Thread context; may sleep. What is shown is made anew when a reader begins at the
// start. The formats are Linux's: proc(5).
class ProcFiles {
public:
    // Both constant.
    [[nodiscard]] virtual std::span<const ProcEntry> files() const { return {}; }
    [[nodiscard]] virtual std::span<const ProcEntry> process_files() const { return {}; }

    // `index` into files().
    virtual Result<void> show(std::size_t /*index*/, TextSink&) { return Errno::io; }
    // What was written to it; EINVAL.
    virtual Result<void> store(std::size_t /*index*/, std::string_view /*text*/) { return Errno::acces; }
    // `index` into process_files(). The process may have ended meanwhile: ESRCH. `thread` is one of it, whose `thread` may be null by now; `whole`: the
    // process is asked for, not just that thread.
    virtual Result<void> show(std::size_t /*index*/, task::Process&, task::UserThread& /*thread*/, bool /*whole*/, TextSink&) { return Errno::io; }
    virtual Result<void> store(std::size_t /*index*/, task::Process&, task::UserThread&, std::string_view /*text*/) { return Errno::acces; }

protected:
    ~ProcFiles() = default;
};

}  // namespace phx::fs
