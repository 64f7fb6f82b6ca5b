#include "user_probe.hpp"

#include <algorithm>
#include <cstring>

#include <arch/page.hpp>
#include <asm-generic/mman-common.h>
#include <base/time_abi.hpp>
#include <base/panic.hpp>
#include <params/user_probe.hpp>
#include <ports/user_probe.hpp>
#include <vm/user_memory/user_memory.hpp>

extern "C" {
extern const std::byte phx_probe_program[];
extern const std::byte phx_probe_rounds[];
extern const std::byte phx_probe_program_end[];
}

namespace phx::arch {
namespace {

constexpr std::size_t k_programs = params::user_probe::programs;
constexpr std::uint64_t k_program = 0x10000;
constexpr std::uint64_t k_stack_end = 0x7f'ffff'f000;

// What a program has of memory; pages come when they are touched. `constant` and the program start with contents.
struct Area {
    std::uint64_t begin;
    std::uint64_t size;
    vm::Rights rights;
};
constexpr Area k_areas[] = {
    {k_program, 0x10000, vm::Rights::read | vm::Rights::execute},
    {0x20'0000, 0x40000, vm::Rights::read | vm::Rights::write},
    {0x40'0000, 0x1000, vm::Rights::read | vm::Rights::write | vm::Rights::execute},
    {0x50'0000, 0x1000, vm::Rights::read},
    {UserProbe::k_fuzz_page, 0x1000, vm::Rights::read | vm::Rights::write | vm::Rights::execute},
    {k_stack_end - 0x4000, 0x4000, vm::Rights::read | vm::Rights::write},
};

struct Program {
    task::UserThread thread;
    vm::AddressSpace space;
    UserProbe::Fuzz fuzz;
    int number = 0;
    int status = -1;
};
constinit std::array<Program, k_programs> g_programs{};
constinit std::atomic<std::uint64_t> g_ticks[3]{};  // of 1024 calls, of 1024 faults, of 1024 times that the vDSO was asked for the time
constinit std::atomic<std::uint64_t> g_copy_ticks[2]{};

[[nodiscard]] Program& of_running() { return *static_cast<Program*>(task::current().argument); }

[[nodiscard]] vm::Rights right_for(vm::Access access) {
    switch (access) {
        case vm::Access::read: return vm::Rights::read;
        case vm::Access::write: return vm::Rights::write;
        case vm::Access::execute: return vm::Rights::execute;
    }
    return vm::Rights::none;
}

Result<Frame> make_page(UserAddr at) {
    const Frame frame = TRY(ports::user_probe::pages().allocate(0));
    std::byte* page = ports::user_probe::map().to_virtual(frame.address());
    clear_page(page);
    const std::uint64_t offset = at.value() - k_program;
    const auto size = static_cast<std::uint64_t>(phx_probe_program_end - phx_probe_program);
    if (at.value() >= k_program && offset < size) {
        std::memcpy(page, phx_probe_program + offset, std::min<std::uint64_t>(k_page_size, size - offset));
        const auto rounds = static_cast<std::uint64_t>(phx_probe_rounds - phx_probe_program);
        if (rounds >= offset && rounds - offset < k_page_size) {
            constexpr std::uint64_t value = params::user_probe::rounds;
            std::memcpy(page + (rounds - offset), &value, sizeof(value));
        }
        sync_instructions(page);
    }
    return frame;
}

void give_back(vm::AddressSpace& space) {
    auto& tables = ports::user_probe::tables();
    constexpr UserAddr end{std::remove_reference_t<decltype(tables)>::user_size};
    for (UserAddr at{}; auto* entry = tables.seek(space.table, at, end); at += k_page_size) {
        if (entry->is_empty()) {
            continue;
        }
        if (entry->get().kind == vm::PageKind::anonymous) {
            ports::user_probe::pages().free(entry->get().frame, 0);
        }
        entry->clear();
    }
}

// What the kernel itself must not do; the machine ends, as a test expects.
void misuse(int number) {
    if (params::user_probe::misuse == params::user_probe::Misuse::none || number != 0) {
        return;
    }
    if (params::user_probe::misuse == params::user_probe::Misuse::touch) {
        asm volatile("ldr x9, [%0]" : : "r"(UserAddr{0x20'0000}.value()) : "x9", "memory");
    } else {
        asm volatile("blr %0" : : "r"(UserAddr{k_program}.value()) : "x30", "memory");
    }
    panic("the kernel used a program's memory, and nothing happened");
}

}  // namespace

vm::FaultEnd UserProbe::fault(vm::AddressSpace& space, UserAddr at, vm::Access access) {
    const auto* area = std::find_if(std::begin(k_areas), std::end(k_areas),
                                    [&](const Area& each) { return at.value() >= each.begin && at.value() - each.begin < each.size; });
    if (area == std::end(k_areas)) {
        return vm::FaultEnd::no_mapping;
    }
    if (!vm::has(area->rights, right_for(access))) {
        return vm::FaultEnd::no_right;
    }
    const UserAddr page = at.aligned_down(k_page_size);
    auto& tables = ports::user_probe::tables();
    const Result<Frame> frame = make_page(page);
    if (!frame || !tables.prepare(space.table, page)) {
        return vm::FaultEnd::no_memory;
    }
    {
        const SpinGuard guard{space.lock};
        auto* entry = tables.find(space.table, page);
        if (entry->is_empty()) {
            entry->set({.frame = *frame, .rights = area->rights, .kind = vm::PageKind::anonymous, .accessed = true});
            return vm::FaultEnd::resolved;
        }
    }
    ports::user_probe::pages().free(*frame, 0);
    return vm::FaultEnd::resolved;
}

Result<UserAddr> UserProbe::map_special(vm::AddressSpace& space, UserAddr at, std::span<const Frame> frames, std::uint32_t protection,
                                        std::string_view) {
    constexpr UserAddr k_where{0x7f'0000'1000};
    const UserAddr to = at == UserAddr{} ? k_where : at;
    auto& tables = ports::user_probe::tables();
    TRY(tables.prepare(space.table, to));
    const vm::Rights rights = (protection & PROT_EXEC) != 0 ? vm::Rights::read | vm::Rights::execute : vm::Rights::read;
    const SpinGuard guard{space.lock};
    tables.find(space.table, to)->set({.frame = frames[0], .rights = rights, .kind = vm::PageKind::lasting, .accessed = true});
    return to;
}
vm::SpaceLayout& UserProbe::layout(vm::AddressSpace& space) { return space.layout; }

void UserProbe::end_thread(int status) {
    of_running().status = status;
    ports::user_probe::threads().exit(0);
    __builtin_unreachable();
}
void UserProbe::end_process(int status) { end_thread(status); }

void UserProbe::force_fault(const task::SignalInfo& info, std::uint64_t, std::uint64_t) {
    arch::UserFrame& frame = task::current_user().frame();
    if (of_running().fuzz.next(frame, of_running().space)) {
        return;
    }
    frame.x[0] = static_cast<std::uint64_t>(info.si_signo);
    frame.x[1] = static_cast<std::uint64_t>(info.si_code);
    frame.x[2] = reinterpret_cast<std::uintptr_t>(info.si_addr);
    frame.pc = frame.x[28];
}

Result<int> UserProbe::sys_getpid() { return of_running().number; }
Result<void> UserProbe::sys_sched_yield() {
    ports::user_probe::threads().yield();
    return {};
}
Result<void> UserProbe::sys_exit(int status) { end_thread(status); }
Result<int> UserProbe::sys_sync() {
    const int failed = check_copies();
    if (failed == 0 && of_running().number == 0) {
        g_copy_ticks[0] = measure_copy_out();
        g_copy_ticks[1] = measure_copy_in();
    }
    return failed;
}
Result<void> UserProbe::sys_clock_gettime(int clock, UserPtr<std::int64_t> to) {
    constexpr std::int64_t k_second = 1'000'000'000;
    const auto& clocks = ports::user_probe::clocks();
    const std::int64_t now = (clock == CLOCK_REALTIME ? clocks.realtime() : clock == CLOCK_BOOTTIME ? clocks.boottime() : clocks.monotonic()).count();
    TRY(vm::write(to, now / k_second));
    return vm::write(to + 1, now % k_second);
}
void UserProbe::sys_personality(UserFrame& frame) {
    Program& program = of_running();
    program.fuzz.begin(frame, static_cast<std::uint64_t>(program.number) + 1);
    misuse(program.number);
    (void)program.fuzz.next(frame, program.space);
}
Result<UserAddr> UserProbe::sys_getppid() { return of_running().space.layout.vdso; }
Result<void> UserProbe::sys_times(std::uint64_t calls, std::uint64_t faults, std::uint64_t times) {
    g_ticks[0] = calls;
    g_ticks[1] = faults;
    g_ticks[2] = times;
    return {};
}

void UserProbe::begin(void*) {
    task::current_user().thread = &task::current();
    arch::UserFrame& frame = task::current_user().frame();
    ports::user_probe::mode().start(frame, UserAddr{k_program}, UserAddr{k_stack_end});
    ports::user_probe::mode().discard_fp();
    ports::user_probe::mode().enter();
}

bool UserProbe::run_programs() {
    auto& tables = ports::user_probe::tables();
    std::array<task::Thread*, k_programs> threads{};
    task::Process process;
    for (std::size_t i = 0; i < k_programs; ++i) {
        Program& program = g_programs[i];
        program.number = static_cast<int>(i);
        program.status = -1;
        program.thread.process = &process;
        program.thread.space = &program.space;
        program.thread.table = &program.space.table;
        if (!tables.create(program.space.table) || !ports::user_probe::vdso().map(program.space)) {
            return false;
        }
        const Result<task::Thread*> made =
            ports::user_probe::threads().create({.name = "program", .user = &program.thread}, &begin, &program);
        if (!made) {
            return false;
        }
        threads[i] = *made;
    }
    bool good = true;
    for (std::size_t i = 0; i < k_programs; ++i) {
        Program& program = g_programs[i];
        ports::user_probe::threads().join(*threads[i]);
        tables.retire(program.space.table);
        give_back(program.space);
        tables.destroy(program.space.table);
        if (program.status != 0) {
            ports::user_probe::log().error("program {}: step {}", i, program.status);
            good = false;
        }
    }
    return good;
}

int UserProbe::run() {
    const std::uint64_t before = ports::user_probe::pages().stats().free_frames;
    const bool good = run_programs();
    ports::user_probe::log().info("hardware capabilities {:#x} {:#x}", ports::user_probe::mode().hardware_capabilities(),
                                  ports::user_probe::mode().hardware_capabilities_2());
    // With -icount shift=0 an instruction is a nanosecond, and a tick of QEMU's counter 16 of them.
    ports::user_probe::log().info("instructions under icount: call {}, fault {}, time {}, 64 KiB out {}, in {}", g_ticks[0] * 16 / 1024,
                                  g_ticks[1] * 16 / 1024, g_ticks[2] * 16 / 1024, g_copy_ticks[0] * 16, g_copy_ticks[1] * 16);
    const std::uint64_t after = ports::user_probe::pages().stats().free_frames;
    ports::user_probe::log().info("{} programs probed{}, {} pages kept", k_programs, good ? "" : ": WRONG", before - after);
    return good ? 0 : 1;
}

}  // namespace phx::arch

// There is none.
void phx::task::Session::end() {}
