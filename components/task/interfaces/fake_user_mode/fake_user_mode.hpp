// A processor without programs: keeps what it was told. Going to a program throws, so that the test gets out of a call that does not return.
#pragma once

#include <cstdint>

#include <task/interfaces/user_mode.hpp>

namespace phx::task {

struct WentToProgram {};

class FakeUserMode {
public:
    constexpr FakeUserMode() = default;

    [[noreturn]] void enter() {
        ++entered_;
        if (on_enter_ != nullptr) {
            on_enter_();
        }
        throw WentToProgram{};
    }
    void start(arch::UserFrame& frame, UserAddr pc, UserAddr sp) {
        frame = {};
        frame.pc = pc.value();
        frame.sp = sp.value();
        frame.call = -1;
        thread_pointer_ = 0;
    }
    void save_fp(UserThread& thread) {
        thread.fp = registers_;
        ++saves_;
    }
    void discard_fp() { registers_ = {}; }
    arch::FpState& replace_fp() { return registers_; }
    [[nodiscard]] std::uint64_t thread_pointer() const { return thread_pointer_; }
    [[nodiscard]] std::uint64_t hardware_capabilities() const { return 0x8ff; }
    [[nodiscard]] std::uint64_t hardware_capabilities_2() const { return 0; }

    // For tests.
    void reset() { *this = {}; }
    // What the CPU's floating-point registers hold: save_fp() copies them, replace_fp() lets them be written.
    [[nodiscard]] arch::FpState& registers() { return registers_; }
    // The program, which must not return.
    void on_enter(void (*program)()) { on_enter_ = program; }
    void set_thread_pointer(std::uint64_t value) { thread_pointer_ = value; }
    [[nodiscard]] unsigned entered() const { return entered_; }
    [[nodiscard]] unsigned saves() const { return saves_; }

private:
    arch::FpState registers_;
    std::uint64_t thread_pointer_ = 0;
    void (*on_enter_)() = nullptr;
    unsigned entered_ = 0;
    unsigned saves_ = 0;
};

}  // namespace phx::task
