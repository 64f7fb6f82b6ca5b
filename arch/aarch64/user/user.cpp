#include "user.hpp"

#include <cstring>

#include <arch/interrupts.hpp>
#include <arch/user_access.hpp>
#include <ports/user.hpp>

#include "id_registers.hpp"

extern "C" {
extern const char phx_user_vectors[];
[[noreturn]] void phx_enter_user(phx::arch::UserFrame* frame);
void phx_save_fp(phx::arch::FpState* to);
void phx_load_fp(const phx::arch::FpState* from);
}

namespace phx::arch {
namespace {

// SCTLR_EL1 (Arm ARM DDI 0487, D17.2.118), as Linux has it for programs: they may use DC ZVA (DZE), read CTR_EL0 (UCT), clean caches (UCI), wait for
// interrupts and events without a trap (nTWI, nTWE). SPAN is clear where there is PAN: exceptions set it.
constexpr std::uint64_t k_sctlr_set = 1U << 14 | 1U << 15 | 1U << 16 | 1U << 18 | 1U << 26;
constexpr std::uint64_t k_sctlr_span = 1U << 23;

constexpr std::uint64_t k_cpacr_fpen = 3U << 20;   // floating point at EL0 and EL1; SVE and SME stay trapped
constexpr std::uint64_t k_mdscr_tdcc = 1U << 12;   // debug communication channel: not for EL0
// CNTKCTL_EL1: the virtual counter is for EL0, and every 2^(n + 1) ticks of it there is an event for WFE (EVNTEN, EVNTI; HWCAP_EVTSTRM): at most 10 kHz.
constexpr std::uint64_t k_cntkctl_virtual = 1U << 1;
constexpr std::uint64_t k_cntkctl_events = 1U << 2;

[[nodiscard]] std::uint64_t event_interval() {
    std::uint64_t frequency;
    asm("mrs %0, cntfrq_el0" : "=r"(frequency));
    std::uint64_t bit = 0;
    while (bit < 15 && (std::uint64_t{2} << bit) < frequency / 10'000) {
        ++bit;
    }
    return bit;
}

[[nodiscard]] std::uint64_t read_thread_pointer() {
    std::uint64_t value;
    asm volatile("mrs %0, tpidr_el0" : "=r"(value));
    return value;
}
void write_thread_pointer(std::uint64_t value) { asm volatile("msr tpidr_el0, %0" : : "r"(value)); }

[[nodiscard]] bool has_work(const ThreadHead& head, UserWork work) { return (head.user_work.load(std::memory_order_relaxed) & work) != 0; }

}  // namespace

Result<void> UserLevel::init() {
    const IdRegisters id = read_id_registers();
    capabilities_ = capabilities_of(id);
    capabilities_2_ = capabilities_2_of(id);
    phx_has_pan = has_pan(id) ? 1 : 0;
    return init_cpu();
}

Result<void> UserLevel::init_cpu() {
    const IdRegisters id = read_id_registers();
    std::uint64_t sctlr;
    asm volatile("mrs %0, sctlr_el1" : "=r"(sctlr));
    sctlr |= k_sctlr_set;
    if (has_pan(id)) {
        sctlr &= ~k_sctlr_span;
    }
    const std::uint64_t cntkctl = k_cntkctl_virtual | k_cntkctl_events | event_interval() << 4;
    asm volatile("msr cpacr_el1, %0" : : "r"(k_cpacr_fpen));
    asm volatile("msr cntkctl_el1, %0" : : "r"(cntkctl));
    asm volatile("msr mdscr_el1, %0" : : "r"(k_mdscr_tdcc));
    asm volatile("msr tpidr_el0, xzr\n\tmsr tpidrro_el0, xzr");
    if (has_performance_monitors(id)) {
        asm volatile("msr pmuserenr_el0, xzr");
    }
    if (has_activity_monitors(id)) {
        asm volatile("msr s3_3_c13_c2_3, xzr");  // AMUSERENR_EL0
    }
    asm volatile("msr sctlr_el1, %0\n\tisb" : : "r"(sctlr) : "memory");
    if (has_pan(id)) {
        asm volatile(".arch_extension pan\n\tmsr pan, #1" : : : "memory");
    }
    return {};
}

void UserLevel::enter() {
    phx_enter_user(&task::current_user().frame());
}

void UserLevel::start(UserFrame& frame, UserAddr pc, UserAddr sp) {
    frame = {};
    frame.pc = pc.value();
    frame.sp = sp.value();
    frame.call = -1;
    write_thread_pointer(0);
}

std::uint64_t UserLevel::thread_pointer() const { return read_thread_pointer(); }

// Masked: should the thread be preempted, leave() saves, and the CPU may come back with another's registers.
void UserLevel::save_fp(task::UserThread& thread) {
    const InterruptGuard guard;
    if (!has_work(*thread.thread, k_restore_fp)) {
        phx_save_fp(&thread.fp);
    }
}

FpState& UserLevel::replace_fp() {
    task::UserThread& self = task::current_user();
    const InterruptGuard guard;
    self.fp_cpu = ~std::uint32_t{0};
    self.thread->user_work.fetch_or(k_restore_fp, std::memory_order_relaxed);
    return self.fp;
}

void UserLevel::discard_fp() { replace_fp() = {}; }

void UserLevel::leave(task::Thread& thread) {
    task::UserThread& user = *thread.user;
    user.thread_pointer = read_thread_pointer();
    if (!has_work(thread, k_restore_fp)) {
        phx_save_fp(&user.fp);
    }
}

void UserLevel::enter(task::Thread& thread) {
    task::UserThread& user = *thread.user;
    if (user.table != nullptr) {
        ports::user::tables().activate(*user.table);
    }
    write_thread_pointer(user.thread_pointer);
    if (user.fp_cpu != this_cpu() || fp_owner_.local() != &user) {
        thread.user_work.fetch_or(k_restore_fp, std::memory_order_relaxed);
    }
}

const char* UserLevel::vectors() { return phx_user_vectors; }

// Again from the start after whatever may have slept, or let others run. Interrupts are masked from the last look on.
void UserLevel::before_return(UserFrame& frame) {
    task::Thread& self = task::current();
    for (;;) {
        if (self.need_resched != 0) {
            ports::user::preemption().on_user_return();
            continue;
        }
        const std::uint32_t work = self.user_work.load(std::memory_order_acquire);
        if (work == 0) {
            return;
        }
        if ((work & ~k_restore_fp) != 0) {
            self.user_work.fetch_and(~k_notify, std::memory_order_relaxed);
            if (auto* signals = ports::user::signals(); signals != nullptr && (work & (k_signal_pending | k_ending)) != 0) {
                unmask_interrupts();
                signals->on_return(frame);
                mask_interrupts();
            } else if ((work & k_ending) != 0) {
                unmask_interrupts();
                ports::user::processes().end_thread(0);
            } else if (signals == nullptr) {
                self.user_work.fetch_and(~k_signal_pending, std::memory_order_relaxed);
            }
            continue;
        }
        phx_load_fp(&self.user->fp);
        self.user->fp_cpu = this_cpu();
        fp_owner_.local() = self.user;
        self.user_work.fetch_and(~k_restore_fp, std::memory_order_relaxed);
    }
}

void UserLevel::on_interrupt() {
    if (auto* interrupts = ports::user::interrupts()) {
        interrupts->handle();
    }
}

}  // namespace phx::arch

extern "C" [[gnu::used]] void phx_system_call(phx::arch::UserFrame* frame) {
    phx::ports::user::calls().dispatch(*frame);
}
extern "C" [[gnu::used]] void phx_user_work(phx::arch::UserFrame* frame) {
    phx::ports::user::self().before_return(*frame);
}
extern "C" [[gnu::used]] void phx_user_interrupt() {
    phx::ports::user::self().on_interrupt();
}
extern "C" [[gnu::used]] void phx_user_fault(phx::arch::UserFrame* frame, std::uint64_t syndrome, std::uint64_t address) {
    phx::ports::user::self().on_fault(*frame, syndrome, address);
}
