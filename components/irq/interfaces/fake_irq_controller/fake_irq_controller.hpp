// An interrupt controller whose lines a test raises and lowers. Lines are levels; one of all pending is served at a
// time, the lowest first.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <vector>

#include <base/result.hpp>
#include <irq/interfaces/irq_controller.hpp>

namespace phx::irq {

class FakeIrqController {
public:
    static constexpr std::uint32_t k_lines = 256;

    constexpr FakeIrqController() = default;
    constexpr ~FakeIrqController() { delete state_; }
    FakeIrqController(const FakeIrqController&) = delete;
    FakeIrqController& operator=(const FakeIrqController&) = delete;

    Result<void> enable(IrqLine line) {
        if (line.id() >= k_lines) {
            return Errno::inval;
        }
        if (refuse_enable_ != Errno{}) {
            return refuse_enable_;
        }
        state().enabled.insert(line);
        return {};
    }
    Result<void> disable(IrqLine line) {
        if (line.id() >= k_lines) {
            return Errno::inval;
        }
        state().enabled.erase(line);
        return {};
    }
    std::optional<IrqLine> acknowledge() {
        if (active_) {
            return std::nullopt;
        }
        for (const IrqLine line : state().raised) {
            if (state().enabled.contains(line)) {
                active_ = line;
                return line;
            }
        }
        return std::nullopt;
    }
    void complete(IrqLine line) {
        state().completed.push_back(line);
        if (active_ == line) {
            active_.reset();
        }
    }
    [[nodiscard]] std::uint32_t line_count() const { return k_lines; }

    void reset() {
        state() = {};
        active_.reset();
        refuse_enable_ = {};
    }
    void raise(IrqLine line) { state().raised.insert(line); }
    void lower(IrqLine line) { state().raised.erase(line); }
    // From now on enable gives this error; Errno{}: it works again.
    void refuse_enable(Errno error) { refuse_enable_ = error; }
    [[nodiscard]] bool is_enabled(IrqLine line) { return state().enabled.contains(line); }
    // All that were completed, in order.
    [[nodiscard]] const std::vector<IrqLine>& completed() { return state().completed; }

private:
    struct State {
        std::set<IrqLine> enabled;
        std::set<IrqLine> raised;
        std::vector<IrqLine> completed;
    };
    // A std::set cannot be made at compile time, which the wiring asks of every instance.
    State& state() {
        if (state_ == nullptr) {
            state_ = new State;
        }
        return *state_;
    }

    State* state_ = nullptr;
    std::optional<IrqLine> active_;
    Errno refuse_enable_{};
};

}  // namespace phx::irq
