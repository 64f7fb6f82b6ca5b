// An interrupt entry whose counts a test sets.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include <irq/interfaces/interrupt_entry.hpp>

namespace phx::irq {

class FakeInterruptEntry {
public:
    constexpr FakeInterruptEntry() = default;

    void handle() { ++handled_; }
    [[nodiscard]] std::uint64_t count(IrqLine line) const {
        for (const auto& [counted, count] : counts_) {
            if (counted == line) {
                return count;
            }
        }
        return 0;
    }
    [[nodiscard]] std::uint64_t unexpected() const { return unexpected_; }

    void reset() {
        counts_.clear();
        unexpected_ = 0;
        handled_ = 0;
    }
    // Once for each line.
    void set_count(IrqLine line, std::uint64_t count) { counts_.emplace_back(line, count); }
    void set_unexpected(std::uint64_t count) { unexpected_ = count; }
    // How often handle was called.
    [[nodiscard]] std::uint64_t handled() const { return handled_; }

private:
    std::vector<std::pair<IrqLine, std::uint64_t>> counts_;
    std::uint64_t unexpected_ = 0;
    std::uint64_t handled_ = 0;
};

}  // namespace phx::irq
