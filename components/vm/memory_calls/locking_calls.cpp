// mlock(2), mlockall(2), membarrier(2).
#include <atomic>

#include <arch/cpu.hpp>
#include <asm/mman.h>
#include <linux/membarrier.h>
#include <ports/memory_calls.hpp>
#include <task/interfaces/process.hpp>
#include <vm/memory_calls/memory_calls.hpp>

namespace phx::vm {
namespace {

[[nodiscard]] auto& memory() { return ports::memory_calls::memory(); }
[[nodiscard]] AddressSpace& own() { return *task::current_user().space; }

// Bits of an address space's note: what its program has registered for.
enum Registered : std::uint32_t { k_private = 1, k_sync_core = 2, k_global = 4 };

void fence(void*) {
    std::atomic_thread_fence(std::memory_order_seq_cst);
}

// Returning from the interrupt that carries the call is a context synchronisation event (Arm ARM DDI 0487, D1.3), so that one kind does for all.
void fence_everywhere() {
    fence(nullptr);
    if (auto* cpus = ports::memory_calls::cpus()) {
        cpus->call_others(&fence, nullptr);
    }
}

}  // namespace

Result<void> MemoryCalls::sys_mlock(UserAddr at, std::uint64_t size) { return memory().lock(own(), at, size, LockMode::at_once); }

Result<void> MemoryCalls::sys_mlock2(UserAddr at, std::uint64_t size, std::uint32_t flags) {
    if ((flags & ~std::uint32_t{MLOCK_ONFAULT}) != 0) {
        return Errno::inval;
    }
    return memory().lock(own(), at, size, (flags & MLOCK_ONFAULT) != 0 ? LockMode::on_fault : LockMode::at_once);
}

Result<void> MemoryCalls::sys_munlock(UserAddr at, std::uint64_t size) { return memory().lock(own(), at, size, LockMode::none); }

Result<void> MemoryCalls::sys_mlockall(std::uint32_t flags) {
    if (flags == 0 || (flags & ~std::uint32_t{MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT}) != 0 || flags == MCL_ONFAULT) {
        return Errno::inval;
    }
    const LockMode mode = (flags & MCL_ONFAULT) != 0 ? LockMode::on_fault : LockMode::at_once;
    return memory().lock_all(own(), (flags & MCL_CURRENT) != 0 ? mode : LockMode::none, (flags & MCL_FUTURE) != 0 ? mode : LockMode::none);
}

Result<void> MemoryCalls::sys_munlockall() { return memory().lock_all(own(), LockMode::none, LockMode::none); }

Result<std::int64_t> MemoryCalls::sys_membarrier(int command, std::uint32_t flags, int /*cpu*/) {
    if (flags != 0) {
        return Errno::inval;
    }
    std::atomic<std::uint32_t>& note = memory().note(own());
    const auto expedited = [&note](std::uint32_t bit) -> Result<std::int64_t> {
        if ((note.load(std::memory_order_relaxed) & bit) == 0) {
            return Errno::perm;
        }
        fence_everywhere();
        return 0;
    };
    switch (command) {
    case MEMBARRIER_CMD_QUERY:
        return MEMBARRIER_CMD_GLOBAL | MEMBARRIER_CMD_GLOBAL_EXPEDITED | MEMBARRIER_CMD_REGISTER_GLOBAL_EXPEDITED | MEMBARRIER_CMD_PRIVATE_EXPEDITED |
               MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED | MEMBARRIER_CMD_PRIVATE_EXPEDITED_SYNC_CORE |
               MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED_SYNC_CORE;
    case MEMBARRIER_CMD_GLOBAL:
    case MEMBARRIER_CMD_GLOBAL_EXPEDITED:
        fence_everywhere();
        return 0;
    case MEMBARRIER_CMD_REGISTER_GLOBAL_EXPEDITED:
        note.fetch_or(k_global, std::memory_order_relaxed);
        return 0;
    case MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED:
        note.fetch_or(k_private, std::memory_order_relaxed);
        return 0;
    case MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED_SYNC_CORE:
        note.fetch_or(k_sync_core, std::memory_order_relaxed);
        return 0;
    case MEMBARRIER_CMD_PRIVATE_EXPEDITED:
        return expedited(k_private);
    case MEMBARRIER_CMD_PRIVATE_EXPEDITED_SYNC_CORE:
        return expedited(k_sync_core);
    default:
        return Errno::inval;
    }
}

}  // namespace phx::vm
