// Wired lines that a test lists.
#pragma once

#include <algorithm>
#include <span>
#include <utility>
#include <vector>

#include <irq/interfaces/device_interrupts.hpp>

namespace phx::irq {

class FakeDeviceInterrupts {
public:
    constexpr FakeDeviceInterrupts() = default;

    std::size_t dispatch(IrqLine line) {
        dispatched_.push_back(line);
        return static_cast<std::size_t>(std::ranges::find(lines_, line, &WiredLine::line) - lines_.begin());
    }
    [[nodiscard]] std::span<const WiredLine> lines() const { return lines_; }

    void set_lines(std::vector<WiredLine> lines) { lines_ = std::move(lines); }
    [[nodiscard]] const std::vector<IrqLine>& dispatched() const { return dispatched_; }
    void reset() {
        lines_.clear();
        dispatched_.clear();
    }

private:
    std::vector<WiredLine> lines_;
    std::vector<IrqLine> dispatched_;
};

}  // namespace phx::irq
