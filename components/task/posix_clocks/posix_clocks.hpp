// The clocks that programs name by number (clock_getres(2)).
#pragma once

#include <cstdint>

#include <base/ref.hpp>
#include <base/result.hpp>
#include <base/time_abi.hpp>
#include <task/interfaces/process.hpp>

namespace phx::task {

enum class ClockKind : std::uint8_t { realtime, monotonic, boottime, process_cpu, thread_cpu };

// What a number means. CPU time is the process's or the thread's, which it holds.
struct NamedClock {
    ClockKind kind = ClockKind::monotonic;
    bool coarse = false;
    bool raw = false;
    bool tai = false;
    bool user_only = false;  // of the CPU time, that outside of the kernel
    Ref<Process> process{};
    Ref<UserThread> thread{};

    [[nodiscard]] bool is_cpu_time() const { return kind == ClockKind::process_cpu || kind == ClockKind::thread_cpu; }
};

// Thread context, of a program. EINVAL: there is no such clock, or no such process or thread.
Result<NamedClock> find_clock(int number);

// Any context.
Nanoseconds read_clock(const NamedClock& clock);
// The machine's alone.
Nanoseconds read_clock(ClockKind kind);
// Up to now, of all its threads, also of those that have ended. Without its lock; with it.
Nanoseconds cpu_time(Process& process, bool user_only = false);
Nanoseconds cpu_time_locked(Process& process, bool user_only = false) __attribute__((requires_capability(process.lock)));
// Until it has ended.
Nanoseconds cpu_time(UserThread& thread);
Nanoseconds cpu_time_locked(UserThread& thread);

// When a clock of the machine's will show that time, on the clock that timers go by; as long as nobody sets it.
Nanoseconds to_monotonic(ClockKind kind, Nanoseconds time);

}  // namespace phx::task
