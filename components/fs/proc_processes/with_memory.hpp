// Another program's memory, for as long as it is looked at. Within proc_processes only.
#pragma once

#include <fs/proc_processes/snapshot.hpp>
#include <ports/proc_processes.hpp>

namespace phx::fs {

// Calls f(space) with the thread's memory, held; nothing if it has none any more.
template <class F>
void with_memory(task::Process& process, task::UserThread& thread, F f) {
    auto& memory = ports::proc_processes::memory();
    vm::AddressSpace* space = nullptr;
    {
        const SpinGuard guard{process.lock};
        space = thread.space;
        if (space != nullptr) {
            memory.retain(*space);
        }
    }
    if (space != nullptr) {
        f(*space);
        memory.release(*space);
    }
}

}  // namespace phx::fs
