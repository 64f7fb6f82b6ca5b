// What is on the kernel's heap, for programs that look for leaks.
#pragma once

#include <cstddef>
#include <span>

#include <fs/interfaces/proc_files.hpp>

namespace phx::debug {

class HeapFile final : public fs::ProcFiles {
public:
    constexpr HeapFile() = default;

    // fs::ProcFiles
    [[nodiscard]] std::span<const fs::ProcEntry> files() const override;
    Result<void> show(std::size_t index, fs::TextSink& sink) override;
};

}  // namespace phx::debug
