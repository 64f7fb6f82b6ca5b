// Files below /proc that say what a test lets them say.
#pragma once

#include <string>

#include <fs/interfaces/proc_files.hpp>

namespace phx::fs {

class FakeProcFiles final : public ProcFiles {
public:
    [[nodiscard]] std::span<const ProcEntry> files() const override { return k_files; }
    [[nodiscard]] std::span<const ProcEntry> process_files() const override { return k_process_files; }

    Result<void> show(std::size_t index, TextSink& sink) override {
        ++shown;
        if (error != Errno{}) {
            return error;
        }
        sink.write(index == 0 ? text : k_files[index].path);
        return {};
    }
    Result<void> store(std::size_t, std::string_view what) override {
        stored = what;
        return error;
    }
    Result<void> show(std::size_t index, task::Process& process, task::UserThread& thread, bool whole, TextSink& sink) override {
        if (error != Errno{}) {
            return error;
        }
        sink.print("{} of {}/{}{}\n", k_process_files[index].path, process.pid, thread.tid, whole ? "" : ", a thread");
        return {};
    }

    std::string text;    // of the first file
    std::string stored;  // what was written last
    Errno error{};       // what all calls give
    int shown = 0;

private:
    static constexpr ProcEntry k_files[] = {{"text", 0644}, {"sys/a/one"}, {"sys/b/two"}, {"sys/a/three", 0600}, {"net/one"}};
    static constexpr ProcEntry k_process_files[] = {{"about"}, {"secret", 0400}, {"whole", 0444, false}};
};

}  // namespace phx::fs
