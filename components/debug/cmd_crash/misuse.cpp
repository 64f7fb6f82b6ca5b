// The compiler refuses most of this, so its analysis of locks is off.
#include "misuse.hpp"

#include <atomic>
#include <bit>

#include <arch/cpu.hpp>
#include <arch/interrupts.hpp>
#include <arch/thread_head.hpp>
#include <locks/cmd_crash.hpp>
#include <ports/cmd_crash.hpp>
#include <sync/mutex.hpp>
#include <sync/per_cpu.hpp>
#include <sync/spinlock.hpp>

namespace phx::debug::misuse {
namespace {

constexpr Nanoseconds k_while{4'000'000'000};
constexpr std::uint64_t k_any_cpu = ~std::uint64_t{0};

constinit SpinLock g_first{locks::cmd_crash::first};
constinit SpinLock g_second{locks::cmd_crash::second};
constinit Mutex g_mutex{locks::cmd_crash::mutex};
constinit Mutex g_inner{locks::cmd_crash::inner};

[[nodiscard]] Nanoseconds now() { return ports::cmd_crash::clock()->now(); }

[[nodiscard]] bool has_threads() { return ports::cmd_crash::threads() != nullptr && ports::cmd_crash::clock() != nullptr; }

void spin_a_while() {
    const Nanoseconds end = now() + k_while;
    while (now() < end) {
        arch::relax();
    }
}

[[nodiscard]] Result<void> start(const char* name, std::uint64_t cpus, task::ThreadFunction function) {
    TRY(ports::cmd_crash::threads()->create({.name = name, .affinity = cpus, .detached = true}, function, nullptr));
    return {};
}

void sleep(Nanoseconds time) { ports::cmd_crash::threads()->sleep_until(now() + time); }

// Until the one that was just started has got as far as it comes.
void let_others_run() { sleep(Nanoseconds{50'000'000}); }

[[clang::no_thread_safety_analysis]] void own_for_a_while(void*) {
    g_inner.lock();
    sleep(k_while);
    g_inner.unlock();
}
[[clang::no_thread_safety_analysis]] void own_and_wait(void*) {
    g_mutex.lock();
    g_inner.lock();
    g_inner.unlock();
    g_mutex.unlock();
}
[[clang::no_thread_safety_analysis]] void wait(void*) {
    g_mutex.lock();
    g_mutex.unlock();
}

// NOLINTNEXTLINE(misc-no-recursion): it is the point
[[gnu::noinline]] int eat_stack(int levels) {
    volatile char frame[512];
    frame[0] = static_cast<char>(levels);
    return levels == 0 ? 0 : eat_stack(levels - 1) + frame[0];
}

}  // namespace

[[clang::no_thread_safety_analysis]] Result<void> invert_locks() {
    const arch::InterruptState state = arch::save_and_mask_interrupts();
    g_first.lock();
    g_second.lock();
    g_second.unlock();
    g_first.unlock();
    g_second.lock();
    g_first.lock();
    g_first.unlock();
    g_second.unlock();
    arch::restore_interrupts(state);
    return {};
}

[[clang::no_thread_safety_analysis]] Result<void> sleep_in_atomic() {
    if (!has_threads()) {
        return Errno::nosys;
    }
    const SpinGuard guard{g_first};
    sleep(Nanoseconds{1'000'000});
    return {};
}

[[clang::no_thread_safety_analysis]] Result<void> unlock_anothers() {
    if (!has_threads()) {
        return Errno::nosys;
    }
    TRY(start("owner", k_any_cpu, own_for_a_while));
    let_others_run();
    g_inner.unlock();
    return {};
}

Result<void> free_twice() {
    auto* heap = ports::cmd_crash::heap();
    if (heap == nullptr) {
        return Errno::nosys;
    }
    void* const object = TRY(heap->allocate(40, 8));
    heap->free(object, 40);
    heap->free(object, 40);
    return {};
}

Result<void> overflow_a_thread() {
    if (!has_threads()) {
        return Errno::nosys;
    }
    TRY(start("deep", k_any_cpu, [](void*) { eat_stack(INT32_MAX); }));
    let_others_run();
    return {};
}

Result<void> overflow_together() {
    auto* cpus = ports::cmd_crash::cpus();
    if (cpus == nullptr || !has_threads()) {
        return Errno::nosys;
    }
    const auto others = cpus->online() & ~std::uint64_t{1};
    if (others == 0) {
        return Errno::nodev;
    }
    static std::atomic<int> ready{0};
    const task::ThreadFunction overflow = [](void*) {
        ready.fetch_add(1, std::memory_order_relaxed);
        while (ready.load(std::memory_order_relaxed) < 2) {
            arch::relax();
        }
        eat_stack(INT32_MAX);
    };
    TRY(start("deep", 1, overflow));
    TRY(start("deeper", others & -others, overflow));
    let_others_run();
    return {};
}

Result<void> lock_up() {
    if (!has_threads()) {
        return Errno::nosys;
    }
    arch::ThreadHead& self = *arch::current();
    ++self.preempt_count;
    const Result<void> other = start("kept_out", std::uint64_t{1} << this_cpu(), [](void*) {});
    spin_a_while();
    --self.preempt_count;
    return other;
}

Result<void> mask_another_cpu() {
    auto* cpus = ports::cmd_crash::cpus();
    if (cpus == nullptr || !has_threads()) {
        return Errno::nosys;
    }
    const auto others = cpus->online() & ~std::uint64_t{1};  // the monitor's is watched by the one before it in any case
    if (others == 0) {
        return Errno::nodev;
    }
    return start("masker", others & -others, [](void*) {
        const SpinGuard guard{g_first};
        spin_a_while();
    });
}

Result<void> hang_threads() {
    if (!has_threads()) {
        return Errno::nosys;
    }
    TRY(start("sleeper", k_any_cpu, own_for_a_while));
    let_others_run();
    TRY(start("between", k_any_cpu, own_and_wait));
    let_others_run();
    return start("last", k_any_cpu, wait);
}

}  // namespace phx::debug::misuse
