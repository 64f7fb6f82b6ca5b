// A program that signals are sent to, and what it then runs.
#pragma once

#include <vector>

#include <gtest/gtest.h>

#include <task/signals/program_test.hpp>
#include <task/signals/signals.hpp>

namespace phx::task {

using Event = FakeProcesses::Event;

inline constexpr std::uint64_t k_handler = 0x50'0000;
inline constexpr int k_rt = 40;  // a real-time signal

class Delivery : public ::testing::Test {
protected:
    void SetUp() override {
        arch::host::user_memory.reset();
        wiring::fake_user_mode.reset();
        program_.run();
    }
    void TearDown() override {
        signals().flush(program_.leader());
        signals().end(program_.process());
        EXPECT_EQ(program_.process().signals.queued, 0U);
        processes().reset();
        arch::set_current(&arch::host::first_head);
    }

    Result<void> send(int signal) { return signals().send(program_.process(), kernel_signal(signal)); }
    [[nodiscard]] SignalSet pending() { return program_.process().signals.pending.set | program_.own().pending.set; }
    void block(SignalSet set) { signals().set_blocked(set); }
    [[nodiscard]] std::vector<Event> events() { return processes().take_events(); }
    // The signal whose handler is about to run; 0: none is.
    int deliver() {
        program_.return_to_program();
        return program_.frame().pc == k_handler ? static_cast<int>(program_.frame().x[0]) : 0;
    }
    void go_back() { signals().sys_rt_sigreturn(program_.frame()); }

    Program program_;
};

}  // namespace phx::task
