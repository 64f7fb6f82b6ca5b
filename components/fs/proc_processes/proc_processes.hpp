// The files of /proc/PID (proc(5)).
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

#include <fs/interfaces/proc_files.hpp>

namespace phx::fs {

class ProcProcesses final : public ProcFiles {
public:
    constexpr ProcProcesses() = default;

    // ProcFiles
    [[nodiscard]] std::span<const ProcEntry> process_files() const override;
    Result<void> show(std::size_t index, task::Process& process, task::UserThread& thread, bool whole, TextSink& sink) override;
    Result<void> store(std::size_t index, task::Process& process, task::UserThread& thread, std::string_view text) override;
};

}  // namespace phx::fs
