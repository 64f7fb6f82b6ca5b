#pragma once

#include <task/interfaces/processes.hpp>

namespace phx::task::archetype {

struct Processes {
    Result<void> start_first(bool (*)(void*), void*) { __builtin_trap(); }
    int wait_first() { __builtin_trap(); }
    Ref<Process> find(Pid) { __builtin_trap(); }
    Ref<UserThread> find_thread(Pid) { __builtin_trap(); }
    Ref<Process> next(Pid) { __builtin_trap(); }
    template <class F>
    void for_each(F&&) {
        __builtin_trap();
    }
    template <class F>
    bool for_each_in_group(Pid, F&&) {
        __builtin_trap();
    }
    Pid session_of(Pid) { __builtin_trap(); }
    bool is_orphaned(Pid) { __builtin_trap(); }
    Pid parent_of(Process&) { __builtin_trap(); }
    Usage usage(Process&) { __builtin_trap(); }
    ProcessCount count() { __builtin_trap(); }
    [[noreturn]] void end_thread(int) { __builtin_trap(); }
    [[noreturn]] void end_process(int) { __builtin_trap(); }
    bool call_to_end(Process&, int) { __builtin_trap(); }
    void stop(Process&, int) { __builtin_trap(); }
    void go_on(Process&) { __builtin_trap(); }
    Result<void> become_only_thread() { __builtin_trap(); }
    void move_to(vm::AddressSpace&) { __builtin_trap(); }
    Result<void> become(const CredentialFields&) { __builtin_trap(); }
    void has_executed(std::string_view) { __builtin_trap(); }
};

}  // namespace phx::task::archetype
