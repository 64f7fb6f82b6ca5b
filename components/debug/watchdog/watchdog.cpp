// CPUs: a heartbeat on each, in interrupt context.
#include <debug/watchdog/watchdog.hpp>

#include <bit>

#include <arch/cpu.hpp>
#include <arch/image.hpp>
#include <arch/interrupted.hpp>
#include <base/panic.hpp>
#include <debug/interrupted/interrupted.hpp>
#include <params/watchdog.hpp>
#include <ports/watchdog.hpp>

namespace phx::debug {
namespace {

namespace params = phx::params::watchdog;

static_assert(params::hard_limit > params::period + params::period, "a CPU that is well would be taken for stuck");

[[nodiscard]] std::int64_t milliseconds(Nanoseconds time) { return time.count() / 1'000'000; }

[[nodiscard]] StackRange stack_of(const task::Thread& thread) {
    if (thread.stack_top > thread.stack_bottom) {
        return {thread.stack_bottom, thread.stack_top};
    }
    return {arch::boot_stack().begin, arch::boot_stack().end};
}

}  // namespace

void Watchdog::LastSeen::set(const task::Thread& thread) {
    std::array<char, task::Thread::k_name_size> text{};
    thread.name().copy(text.data(), text.size() - 1);
    const auto words = std::bit_cast<std::array<std::uint64_t, 2>>(text);
    id_.store(thread.id, std::memory_order_relaxed);
    for (std::size_t i = 0; i < words.size(); ++i) {
        name_[i].store(words[i], std::memory_order_relaxed);
    }
}

std::array<char, task::Thread::k_name_size> Watchdog::LastSeen::name() const {
    return std::bit_cast<std::array<char, task::Thread::k_name_size>>(
        std::array{name_[0].load(std::memory_order_relaxed), name_[1].load(std::memory_order_relaxed)});
}

Result<void> Watchdog::init() {
    return init_cpu();
}

Result<void> Watchdog::init_cpu() {
    Cpu& cpu = cpus_.local();
    const Nanoseconds now = ports::watchdog::clock().now();
    cpu.beat.store(now.count(), std::memory_order_relaxed);
    cpu.last.set(task::current());
    cpu.since = now;
    cpu.next_scan = now;
    ports::watchdog::timers().arm(cpu.heartbeat, now + params::period);
    return {};
}

void Watchdog::Heartbeat::on_expired(Nanoseconds now) {
    ports::watchdog::self().on_heartbeat(now);
    ports::watchdog::timers().arm(*this, now + params::period);
}

// Threads are looked after by the CPU that booted.
void Watchdog::on_heartbeat(Nanoseconds now) {
    Cpu& cpu = cpus_.local();
    cpu.beat.store(now.count(), std::memory_order_relaxed);
    cpu.last.set(task::current());
    check_this(cpu, now);
    if (ports::watchdog::cpus() != nullptr) {
        check_next(cpu, now);
    }
    if (this_cpu() == 0 && now >= cpu.next_scan) {
        cpu.next_scan = now + Nanoseconds{params::hung_limit.count() / 8};
        check_threads(now);
    }
}

void Watchdog::check_this(Cpu& cpu, Nanoseconds now) {
    const task::Thread& self = task::current();
    const std::uint32_t runnable = ports::watchdog::threads().load_of(this_cpu()).runnable;
    const std::uint32_t waiting = runnable - (self.idle || runnable == 0 ? 0 : 1);
    if (&self != cpu.running || self.switches != cpu.switches || waiting == 0) {
        cpu.running = &self;
        cpu.switches = self.switches;
        cpu.since = now;
        cpu.reported = false;
    } else if (now - cpu.since >= params::soft_limit && !cpu.reported) {
        cpu.reported = true;
        report_soft(cpu, waiting, now);
    }
}

void Watchdog::check_next(Cpu& cpu, Nanoseconds now) {
    const auto online = ports::watchdog::cpus()->online();
    unsigned next = this_cpu();
    do {
        next = (next + 1) % PerCpu<Cpu>::count;
    } while ((online >> next & 1) == 0);
    const Cpu& other = cpus_.of(next);
    const std::int64_t beat = other.beat.load(std::memory_order_relaxed);
    const bool stuck = beat != 0 && now - Nanoseconds{beat} >= params::hard_limit;
    if (next != this_cpu() && stuck && beat != cpu.reported_beat) {
        cpu.reported_beat = beat;
        report_hard(other, next, now);
    }
}

void Watchdog::report_soft(const Cpu& cpu, std::uint32_t waiting, Nanoseconds now) {
    const task::Thread& self = task::current();
    ports::watchdog::log().warning("soft lockup: CPU {} has been running thread {} ({}) for {} ms while {} wait{}", this_cpu(), self.name(), self.id,
                                   milliseconds(now - cpu.since), waiting, self.preempt_count != 0 ? "; preemption is off" : "");
    log_calls();
    log_locks(this_cpu(), now);
    reported("soft lockup");
}

// Another CPU cannot be asked what it does while its interrupts are masked.
void Watchdog::report_hard(const Cpu& cpu, unsigned number, Nanoseconds now) {
    const auto name = cpu.last.name();
    const Nanoseconds beat{cpu.beat.load(std::memory_order_relaxed)};
    ports::watchdog::log().warning("hard lockup: CPU {} has taken no interrupt for {} ms; it last ran thread {} ({}); where it is now cannot be told",
                                   number, milliseconds(now - beat), std::string_view{name.data()}, cpu.last.id());
    log_locks(number, now);
    reported("hard lockup");
}

// From here out of the handler to the code that was interrupted.
void Watchdog::log_calls() {
    constexpr std::size_t k_most = 12;
    const StackRange stack = stack_of(task::current());
    const std::uint64_t* record = entry_record(arch::frame_record(), stack, arch::is_entry_code);
    for (std::size_t i = 0; i < k_most && record != nullptr && record[1] != 0; ++i, record = next_record(record, stack)) {
        const std::uint64_t call = record[1] - (i > 0 ? 4 : 0);  // a return address may lie behind its function's end
        auto* symbols = ports::watchdog::symbols();
        const auto symbol = symbols != nullptr ? symbols->find(VirtAddr{call}) : std::nullopt;
        if (symbol) {
            ports::watchdog::log().warning("  {:016x} {}+{:#x}", call, symbol->name, symbol->offset);
        } else {
            ports::watchdog::log().warning("  {:016x}", call);
        }
    }
}

void Watchdog::log_locks(unsigned cpu, Nanoseconds now) {
    auto* report = ports::watchdog::report();
    if (report == nullptr) {
        return;
    }
    std::array<sync::HeldLock, 16> buffer;
    for (const sync::HeldLock& held : report->held(cpu, buffer)) {
        ports::watchdog::log().warning("  CPU {} {} spinlock {} for {} ms, at {}", cpu, held.waiting ? "waits for" : "holds", held.lock_class->name,
                                       milliseconds(now - held.since), report->place(held.taken_at));
    }
}

void Watchdog::reported(std::string_view what) {
    if (params::panic) {
        panic(what);
    }
}

}  // namespace phx::debug
