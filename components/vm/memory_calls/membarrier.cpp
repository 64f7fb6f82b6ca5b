// membarrier(2): what a program's other threads do is ordered with what this one does, at its expense.
#include <atomic>

#include <linux/membarrier.h>
#include <ports/memory_calls.hpp>
#include <task/interfaces/process.hpp>
#include <vm/interfaces/virtual_memory.hpp>
#include <vm/memory_calls/memory_calls.hpp>

namespace phx::vm {
namespace {

constexpr std::uint32_t k_known = MEMBARRIER_CMD_GLOBAL | MEMBARRIER_CMD_GLOBAL_EXPEDITED | MEMBARRIER_CMD_REGISTER_GLOBAL_EXPEDITED |
                                  MEMBARRIER_CMD_PRIVATE_EXPEDITED | MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED |
                                  MEMBARRIER_CMD_PRIVATE_EXPEDITED_SYNC_CORE | MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED_SYNC_CORE;

// Another CPU passes a barrier, and by coming from the interrupt back to the program, one for its instructions (Arm ARM DDI 0487, D1.3.5).
void pass_barrier(void*) { std::atomic_thread_fence(std::memory_order_seq_cst); }

// On all CPUs; those that run none of the program's threads are few, and it does them no harm.
void order_everywhere() {
    pass_barrier(nullptr);
    if (auto* const cpus = ports::memory_calls::cpus()) {
        cpus->call_others(&pass_barrier, nullptr);
    }
    pass_barrier(nullptr);
}

}  // namespace

// The address space's note has the bits of the commands that it has registered for.
Result<std::uint32_t> MemoryCalls::sys_membarrier(std::int32_t command, std::uint32_t flags, std::int32_t) {
    if (flags != 0) {
        return Errno::inval;
    }
    std::atomic<std::uint32_t>& registered = ports::memory_calls::memory().note(*task::current_user().space);
    switch (command) {
    case MEMBARRIER_CMD_QUERY:
        return k_known;
    case MEMBARRIER_CMD_GLOBAL:
    case MEMBARRIER_CMD_GLOBAL_EXPEDITED:
        order_everywhere();
        return std::uint32_t{0};
    case MEMBARRIER_CMD_REGISTER_GLOBAL_EXPEDITED:
    case MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED:
    case MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED_SYNC_CORE:
        registered.fetch_or(static_cast<std::uint32_t>(command) >> 1, std::memory_order_relaxed);
        return std::uint32_t{0};
    case MEMBARRIER_CMD_PRIVATE_EXPEDITED:
    case MEMBARRIER_CMD_PRIVATE_EXPEDITED_SYNC_CORE:
        if ((registered.load(std::memory_order_relaxed) & static_cast<std::uint32_t>(command)) == 0) {
            return Errno::perm;
        }
        order_everywhere();
        return std::uint32_t{0};
    default:
        return Errno::inval;
    }
}

}  // namespace phx::vm
