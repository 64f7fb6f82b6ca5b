// Programs that check what the processor gives them, and as much of memory, processes and signals as that takes.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>

#include <arch/user_frame.hpp>
#include <base/result.hpp>
#include <base/user.hpp>
#include <sync/learnt_lock_class.hpp>
#include <sync/spinlock.hpp>
#include <task/interfaces/processes_archetype.hpp>
#include <task/interfaces/signals_archetype.hpp>
#include <vm/interfaces/virtual_memory_archetype.hpp>

namespace phx::vm {

// The memory of one program.
class AddressSpace {
public:
    UserTable table;
    static constexpr sync::LockClass k_lock_class = sync::LearntLockClass::make("probe's space");
    SpinLock lock{k_lock_class};
    SpaceLayout layout;
};

}  // namespace phx::vm

namespace phx::arch {

// What it does not implement of the interfaces ends the machine.
class UserProbe : public vm::archetype::VirtualMemory, public task::archetype::Processes, public task::archetype::Signals {
public:
    static constexpr std::uint64_t k_fuzz_page = 0x70'0000'0000;

    // fuzz.cpp, for each program.
    struct Fuzz {
        std::uint64_t left = 0;
        std::uint64_t state = 0;
        UserFrame before;
        void begin(const UserFrame& frame, std::uint64_t seed);
        // In the place of a signal. False: it is over.
        bool next(UserFrame& frame, vm::AddressSpace& space);
    };

    constexpr UserProbe() = default;

    // Application. 0: every program found everything as it should be.
    int run();

    using task::archetype::Processes::usage;
    using task::archetype::Signals::end;
    using vm::archetype::VirtualMemory::end;
    using vm::archetype::VirtualMemory::usage;

    // VirtualMemory
    vm::FaultEnd fault(vm::AddressSpace& space, UserAddr at, vm::Access access);

    Result<UserAddr> map_special(vm::AddressSpace& space, UserAddr at, std::span<const Frame> frames, std::uint32_t protection, std::string_view name);
    vm::SpaceLayout& layout(vm::AddressSpace& space);

    // Processes
    [[noreturn]] void end_thread(int status);
    [[noreturn]] void end_process(int status);

    // Signals: the program goes on at its x28, and finds in x0 to x2 what it was.
    void force_fault(const task::SignalInfo& info, std::uint64_t address, std::uint64_t syndrome);

    // System calls
    Result<int> sys_getpid();
    Result<void> sys_sched_yield();
    Result<void> sys_exit(int status);
    Result<int> sys_sync();  // checks copies of the program's memory: the number of the one that failed
    Result<void> sys_clock_gettime(int clock, UserPtr<std::int64_t> to);
    Result<UserAddr> sys_getppid();  // where the vDSO is
    void sys_personality(UserFrame& frame);  // instructions at random, then on
    Result<void> sys_times(std::uint64_t calls, std::uint64_t faults, std::uint64_t times);

private:
    static void begin(void* program);
    [[nodiscard]] bool run_programs();
};

// copies.cpp. The number of the first check that failed, or 0.
[[nodiscard]] int check_copies();
// The counter's ticks of one copy of 64 KiB to the program.
[[nodiscard]] std::uint64_t measure_copy_out();
[[nodiscard]] std::uint64_t measure_copy_in();

}  // namespace phx::arch
