// A stack that nobody runs on for each CPU. Running one calls what a test has put in, then throws, so that the host thread that plays the
// CPU gets out.
#pragma once

#include <array>
#include <atomic>
#include <memory>

#include <smp/interfaces/secondary_main.hpp>

namespace phx::smp {

struct SecondaryEnded {};

class FakeSecondaryMain {
public:
    static constexpr unsigned k_cpus = 8;

    constexpr FakeSecondaryMain() = default;

    Result<SecondaryStack> secondary_stack(unsigned cpu) {
        if (refused_ != Errno{}) {
            return refused_;
        }
        std::destroy_at(&heads_.at(cpu));
        std::construct_at(&heads_.at(cpu));
        heads_.at(cpu).cpu = cpu;
        return SecondaryStack{VirtAddr{0x10000 * (cpu + 1)}, &heads_.at(cpu)};
    }
    void run_secondary(unsigned cpu) {
        ran_.fetch_or(1U << cpu);
        if (auto* f = on_run_.load()) {
            f(cpu);
        }
        throw SecondaryEnded{};
    }

    void reset() {
        ran_ = 0;
        refused_ = {};
        on_run_ = nullptr;
    }
    void refuse(Errno error) { refused_ = error; }
    void on_run(void (*f)(unsigned cpu)) { on_run_ = f; }
    // One bit a CPU.
    [[nodiscard]] unsigned ran() const { return ran_; }

private:
    std::array<arch::ThreadHead, k_cpus> heads_{};
    std::atomic<unsigned> ran_{0};
    Errno refused_{};
    std::atomic<void (*)(unsigned)> on_run_{nullptr};
};

}  // namespace phx::smp
