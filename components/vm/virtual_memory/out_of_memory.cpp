// When memory has run out, and nobody could give any back: one process has to go (Linux, Documentation/filesystems/proc.rst, oom_score_adj).
#include <array>

#include <arch/signal_abi.hpp>
#include <linux/oom.h>
#include <task/interfaces/process.hpp>
#include <vm/virtual_memory/areas.hpp>
#include <vm/virtual_memory/tables.hpp>
#include <vm/virtual_memory/virtual_memory.hpp>

namespace phx::vm {
namespace {

struct Candidate {
    task::Pid pid = 0;  // 0: nobody
    std::int64_t score = 0;  // pages that would come free, and what was said about it
    std::uint64_t resident = 0;
    std::array<char, task::Thread::k_name_size> name{};
};

// With the process's lock held. 0: it has nothing that could be had.
[[nodiscard]] std::uint64_t pages_of_process(task::Process& process) {
    for (task::UserThread& thread : process.threads) {
        if (thread.space != nullptr) {
            return thread.space->resident() + thread.space->table.tables.load(std::memory_order_relaxed);
        }
    }
    return 0;
}

}  // namespace

FaultEnd MemoryManager::out_of_memory() {
    auto* const processes = ports::virtual_memory::processes();
    auto* const signals = ports::virtual_memory::signals();
    if (processes == nullptr || signals == nullptr) {
        return FaultEnd::no_page;
    }
    // One at a time: while the last one is still there, its memory is on its way.
    if (const task::Pid last = victim_.load(std::memory_order_relaxed); last != 0) {
        const Ref<task::Process> before = processes->find(last);
        if (before && before->state != task::ProcessState::zombie && before->state != task::ProcessState::reaped) {
            return FaultEnd::no_memory;
        }
    }
    Candidate worst;
    const std::uint64_t all = ports::virtual_memory::pages().stats().total_frames;
    processes->for_each([&](task::Process& process) {
        const std::int64_t adjustment = process.oom_score_adjustment.load(std::memory_order_relaxed);
        if (process.pid == 1 || adjustment == OOM_SCORE_ADJ_MIN) {
            return;
        }
        const SpinGuard guard{process.lock};
        const std::uint64_t pages = pages_of_process(process);
        const std::int64_t score = static_cast<std::int64_t>(pages) + adjustment * static_cast<std::int64_t>(all) / 1000;
        if (pages != 0 && (worst.pid == 0 || score > worst.score)) {
            worst.pid = process.pid;
            worst.score = score;
            worst.resident = pages;
            worst.name = {};
            process.leader->name().copy(worst.name.data(), worst.name.size() - 1);
        }
    });
    if (worst.pid == 0) {
        return FaultEnd::no_page;  // nobody can be killed: it must do without
    }
    const Ref<task::Process> process = processes->find(worst.pid);
    if (!process) {
        return FaultEnd::no_memory;
    }
    victim_.store(worst.pid, std::memory_order_relaxed);
    ports::virtual_memory::log().error("out of memory: killed process {} ({}), {} KiB resident", worst.pid, std::string_view{worst.name.data()},
                                       worst.resident * (k_page_size / KiB));
    static_cast<void>(signals->send(*process, task::kernel_signal(SIGKILL)));
    return FaultEnd::no_memory;
}

std::size_t MemoryManager::reclaim(std::size_t frames_wanted) { return PageCache::reclaim(frames_wanted); }

}  // namespace phx::vm
