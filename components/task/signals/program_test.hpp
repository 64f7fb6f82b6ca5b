// A program for tests: a process with one thread that "runs", its registers, its memory.
#pragma once

#include <cstring>
#include <memory>
#include <vector>

#include <gtest/gtest.h>

#include <arch/user_access.hpp>
#include <task/interfaces/signals.hpp>
#include <task/signals/frame.hpp>
#include <task/signals/sets.hpp>
#include <task/signals/signals.hpp>
#include <wiring.hpp>

namespace phx::task {

// The test says which.
[[nodiscard]] KernelSignals& signals();
[[nodiscard]] inline auto& processes() { return wiring::fake_processes; }

// A thread as on its kernel stack: its program's registers lie below its record.
struct KernelThread {
    alignas(64) arch::UserFrame frame{};
    Thread thread;
};
static_assert(sizeof(arch::UserFrame) % alignof(Thread) == 0);

class Program {
public:
    static constexpr std::uint64_t k_stack_top = arch::host::k_user_base + 16 * arch::host::k_user_page;
    static constexpr std::uint64_t k_data = arch::host::k_user_base + 32 * arch::host::k_user_page;
    static constexpr std::uint64_t k_code = 0x40'0000;

    explicit Program(Pid pid = 100, Process* parent = nullptr) : process_{processes().add(pid, parent)} {
        process_.signals.handlers = *signals().create_handlers();
        adopt(*process_.leader);
    }
    ~Program() = default;
    Program(const Program&) = delete;
    Program& operator=(const Program&) = delete;

    UserThread& add_thread(Pid tid) {
        UserThread& added = processes().add_thread(process_, tid);
        adopt(added);
        return added;
    }
    // It is this one that makes calls from now on.
    void run(UserThread& thread) { arch::set_current(thread.thread); }
    void run() { run(leader()); }

    [[nodiscard]] Process& process() { return process_; }
    [[nodiscard]] UserThread& leader() { return *process_.leader; }
    [[nodiscard]] arch::UserFrame& frame() { return leader().frame(); }
    [[nodiscard]] ThreadSignals& own() { return leader().signals; }

    void act(int signal, std::uint64_t handler, std::uint64_t flags = SA_RESTORER, SignalSet mask = 0) {
        put(k_data, SignalAction{.handler = handler, .flags = flags, .restorer = 0x7000, .mask = mask});
        EXPECT_TRUE(signals().sys_rt_sigaction(signal, UserPtr<const SignalAction>{k_data}, {}, sizeof(SignalSet))) << signal;
    }
    // In the call with that result; then on the way back.
    void finish_call(std::int64_t result) {
        frame().x[0] = static_cast<std::uint64_t>(result);
        signals().on_return(frame());
    }
    void return_to_program() { signals().on_return(frame()); }
    [[nodiscard]] bool is_called() { return (leader().thread->user_work & arch::k_signal_pending) != 0; }

    template <class T>
    static void put(std::uint64_t at, const T& value) {
        std::memcpy(arch::host::user_memory.at(at), &value, sizeof value);
    }
    template <class T>
    [[nodiscard]] static T get(std::uint64_t at) {
        T value;
        std::memcpy(&value, arch::host::user_memory.at(at), sizeof value);
        return value;
    }

private:
    void adopt(UserThread& thread) {
        stacks_.push_back(std::make_unique<KernelThread>());
        KernelThread& stack = *stacks_.back();
        thread.thread = &stack.thread;
        stack.thread.user = &thread;
        arch::UserFrame& frame = thread.frame();
        ASSERT(&frame == &stack.frame);
        for (std::uint64_t i = 0; i < 31; ++i) {
            frame.x[i] = 0x1000 + i;
        }
        frame.sp = k_stack_top;
        frame.pc = k_code;
        frame.pstate = 0;
        frame.call = -1;
    }

    Process& process_;
    std::vector<std::unique_ptr<KernelThread>> stacks_;
};

}  // namespace phx::task
