// The processor at EL0.
#pragma once

#include <cstdint>

#include <arch/user_frame.hpp>
#include <base/result.hpp>
#include <base/user.hpp>
#include <sync/per_cpu.hpp>
#include <task/interfaces/process.hpp>
#include <task/interfaces/user_entry.hpp>

namespace phx::arch {

class UserLevel {
public:
    constexpr UserLevel() = default;

    Result<void> init();
    Result<void> init_cpu();

    // UserMode
    [[noreturn]] void enter();
    void start(UserFrame& frame, UserAddr pc, UserAddr sp);
    void save_fp(task::UserThread& thread);
    void discard_fp();
    FpState& replace_fp();
    [[nodiscard]] std::uint64_t thread_pointer() const;
    [[nodiscard]] std::uint64_t hardware_capabilities() const { return capabilities_; }
    [[nodiscard]] std::uint64_t hardware_capabilities_2() const { return capabilities_2_; }

    // UserContext
    void leave(task::Thread& thread);
    void enter(task::Thread& thread);

    // UserEntry
    const char* vectors();
    bool on_kernel_fault(const task::KernelFault& fault);

    // From vectors.S. The first three with interrupts masked, and so they return, but for `on_fault`.
    void before_return(UserFrame& frame);
    void on_interrupt();
    void on_fault(UserFrame& frame, std::uint64_t syndrome, std::uint64_t far);

private:
    // Whose floating-point registers a CPU holds, if that thread's fp_cpu says so too: the pointer may be old, and is not followed.
    PerCpu<const task::UserThread*> fp_owner_;
    std::uint64_t capabilities_ = 0;
    std::uint64_t capabilities_2_ = 0;
};

}  // namespace phx::arch
