// A machine for host tests of what runs in threads: the host's own stack is the idle thread, and time passes only when nobody can run.
#pragma once

#include <functional>
#include <utility>

#include <gtest/gtest.h>

#include <arch/cpu.hpp>
#include <arch/interrupts.hpp>
#include <wiring.hpp>

namespace phx::task {

class FiberMachine {
public:
    // Runs `body` as thread `main`, and all that it starts, until nobody can run and no timer is armed.
    static void run(std::function<void()> body) {
        if (!started_) {
            ASSERT_TRUE(wiring::dut.init());
            started_ = true;
        }
        body_ = std::move(body);
        arch::host::on_wait = &pass_time;
        try {
            wiring::dut.launch([](void*) { body_(); }, nullptr);
        } catch (const Idle&) {
        }
        arch::host::on_wait = nullptr;
    }

private:
    struct Idle {};

    static void pass_time() {
        std::array<time::TimerInfo, 1> next;
        if (wiring::fake_timers.list(next).empty()) {
            throw Idle{};
        }
        wiring::fake_clock.set(std::max(wiring::fake_clock.now(), next[0].deadline));
        wiring::fake_timers.set_now(wiring::fake_clock.now());
    }

    static inline std::function<void()> body_;
    static inline bool started_ = false;
};

}  // namespace phx::task
