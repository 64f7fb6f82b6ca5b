// An interrupt controller whose lines a test raises and lowers. Lines are levels; one of all pending is served at a
// time, the lowest first. Each CPU has its own software interrupts, and a test may be several threads, each of them a CPU.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <vector>

#include <arch/thread_head.hpp>
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
        const std::lock_guard guard{lock_};
        if (line.id() >= k_lines) {
            return Errno::inval;
        }
        if (refuse_enable_ != Errno{}) {
            return refuse_enable_;
        }
        enabled(line).insert(line);
        return {};
    }
    Result<void> disable(IrqLine line) {
        const std::lock_guard guard{lock_};
        if (line.id() >= k_lines) {
            return Errno::inval;
        }
        enabled(line).erase(line);
        return {};
    }
    std::optional<IrqLine> acknowledge() {
        const std::lock_guard guard{lock_};
        Cpu& cpu = here();
        if (cpu.active) {
            return std::nullopt;
        }
        for (const IrqLine line : cpu.sent) {
            if (cpu.enabled.contains(line)) {
                cpu.sent.erase(line);
                cpu.active = line;
                return line;
            }
        }
        for (const IrqLine line : state().raised) {
            if ((is_own(line) || arch::current()->cpu == 0) && enabled(line).contains(line)) {
                cpu.active = line;
                return line;
            }
        }
        return std::nullopt;
    }
    void complete(IrqLine line) {
        const std::lock_guard guard{lock_};
        state().completed.push_back(line);
        if (here().active == line) {
            here().active.reset();
        }
    }
    [[nodiscard]] std::uint32_t line_count() const { return k_lines; }
    Result<void> init_cpu() {
        const std::lock_guard guard{lock_};
        here().open = true;
        return {};
    }
    void send(IrqLine line, unsigned cpu) {
        const std::lock_guard guard{lock_};
        if (cpu == 0 || cpu_at(cpu).open) {
            cpu_at(cpu).sent.insert(line);
        }
    }

    void reset() {
        const std::lock_guard guard{lock_};
        state() = {};
        refuse_enable_ = {};
    }
    void raise(IrqLine line) {
        const std::lock_guard guard{lock_};
        state().raised.insert(line);
    }
    void lower(IrqLine line) {
        const std::lock_guard guard{lock_};
        state().raised.erase(line);
    }
    // From now on enable gives this error; Errno{}: it works again.
    void refuse_enable(Errno error) { refuse_enable_ = error; }
    // On the calling CPU, if it is one of its own lines.
    [[nodiscard]] bool is_enabled(IrqLine line) {
        const std::lock_guard guard{lock_};
        return enabled(line).contains(line);
    }
    // The software interrupts that wait for a CPU.
    [[nodiscard]] std::set<IrqLine> sent(unsigned cpu) {
        const std::lock_guard guard{lock_};
        return cpu_at(cpu).sent;
    }
    // All that were completed, in order.
    [[nodiscard]] const std::vector<IrqLine>& completed() { return state().completed; }

private:
    struct Cpu {
        bool open = false;
        std::set<IrqLine> enabled;  // of its own lines
        std::set<IrqLine> sent;
        std::optional<IrqLine> active;
    };
    struct State {
        std::map<unsigned, Cpu> cpus;
        std::set<IrqLine> enabled;
        std::set<IrqLine> raised;
        std::vector<IrqLine> completed;
    };
    static bool is_own(IrqLine line) { return line.id() < 32; }
    Cpu& cpu_at(unsigned cpu) { return state().cpus[cpu]; }
    Cpu& here() { return cpu_at(arch::current()->cpu); }
    std::set<IrqLine>& enabled(IrqLine line) { return is_own(line) ? here().enabled : state().enabled; }
    // A std::set cannot be made at compile time, which the wiring asks of every instance.
    State& state() {
        if (state_ == nullptr) {
            state_ = new State;
        }
        return *state_;
    }

    std::mutex lock_;
    State* state_ = nullptr;
    Errno refuse_enable_{};
};

}  // namespace phx::irq
