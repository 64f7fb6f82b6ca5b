// An interrupt entry whose lines a test wires and raises, and whose counts it sets.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include <irq/interfaces/interrupt_entry.hpp>

namespace phx::irq {

class FakeInterruptEntry {
public:
    constexpr FakeInterruptEntry() = default;

    void handle() {
        if (pending_.empty()) {
            ++unexpected_;
            return;
        }
        const IrqLine line = pending_.front();
        pending_.erase(pending_.begin());
        if (Wired* const wired = find(line)) {
            ++wired->count;
        } else {
            ++unexpected_;
            disabled_.push_back(line);
        }
    }
    [[nodiscard]] std::uint64_t count(IrqLine line) const {
        const Wired* const wired = const_cast<FakeInterruptEntry*>(this)->find(line);
        return wired == nullptr ? 0 : wired->count;
    }
    [[nodiscard]] std::uint64_t unexpected() const { return unexpected_; }

    void reset() {
        wired_.clear();
        pending_.clear();
        disabled_.clear();
        unexpected_ = 0;
    }
    // Wires the line if it is not yet.
    void set_count(IrqLine line, std::uint64_t count) {
        if (Wired* const wired = find(line)) {
            wired->count = count;
        } else {
            wired_.push_back({line, count});
        }
    }
    void set_unexpected(std::uint64_t count) { unexpected_ = count; }
    // A handle to come serves it, once.
    void raise(IrqLine line) { pending_.push_back(line); }
    // Whether the line came without being wired.
    [[nodiscard]] bool is_disabled(IrqLine line) const { return std::ranges::find(disabled_, line) != disabled_.end(); }

private:
    struct Wired {
        IrqLine line;
        std::uint64_t count;
    };
    Wired* find(IrqLine line) {
        const auto at = std::ranges::find(wired_, line, &Wired::line);
        return at == wired_.end() ? nullptr : &*at;
    }

    std::vector<Wired> wired_;
    std::vector<IrqLine> pending_;
    std::vector<IrqLine> disabled_;
    std::uint64_t unexpected_ = 0;
};

}  // namespace phx::irq
