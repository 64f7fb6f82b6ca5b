// The processor's exceptions at EL1.
#pragma once

#include <cstdint>

namespace phx::arch {

// What vectors.S saves for a synchronous exception, in its order. The last pair is a frame record, so that a backtrace walks through.
struct ExceptionFrame {
    std::uint64_t x[31];
    std::uint64_t sp;
    std::uint64_t elr;
    std::uint64_t spsr;
    std::uint64_t esr;
    std::uint64_t far;
    std::uint64_t record[2];
};

class Exceptions {
public:
    constexpr Exceptions() = default;

    // ExceptionVectors
    void install();

    // From vectors.S, interrupts masked. `vector` is the entry's number in the table (Arm ARM DDI 0487, D1.3.1.5).
    void on_exception(ExceptionFrame& frame, unsigned vector);
    void on_interrupt();
    [[noreturn]] void on_stack_overflow(ExceptionFrame& frame);

private:
    [[noreturn]] void report(ExceptionFrame& frame, unsigned vector);
};

}  // namespace phx::arch
