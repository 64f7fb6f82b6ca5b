// Processes: who there is, and their making and ending.
#pragma once

#include <concepts>
#include <string_view>

#include <base/result.hpp>
#include <task/interfaces/process.hpp>

namespace phx::task {

struct ProcessCount {
    std::uint32_t processes = 0;  // zombies too
    std::uint32_t threads = 0;
    Pid last = 0;                 // the number given last
};

// Thread context with interrupts on and no lock held, but for what is said otherwise. The lock of the process tree is a spinlock; under it others'
// locks may be taken that come after it (docs/user-space.md), and nobody sleeps.
//
//   start_first(prepare, argument) process 1, once: its thread calls prepare(argument), without a program yet, and then goes to the one that
//                                Programs::execute has given it meanwhile; false: to none, it ends with status 255
//   wait_first()                 until process 1 has ended; its wait status
//   find(pid)                    null: there is none, or it has been reaped
//   find_thread(tid)             a thread, its process with it; null: there is none. It may end meanwhile (UserThread::thread)
//   next(pid)                    the process with the lowest number that is not below; null: none. For listings
//   for_each(f)                  f(Process&), each, zombies too; with the tree's lock held
//   for_each_in_group(group, f)  the same for one process group; false: there is none
//   session_of(group)            the session of a process group; 0: there is no such group
//   is_orphaned(group)           setpgid(2): nobody in its session but outside of it is the parent of one of it
//   parent_of(process)           its number; 0: nobody
//   usage(process)               what it has used so far
//   count()                      any context
//   end_thread(status)           the running thread: exit(2), or the end that it is called to (k_ending). Does not return
//   end_process(status)          the running thread's process, exit_group(2); a wait status (status << 8, or a signal). Does not return
//   call_to_end(process, status) any context, with the process's lock held: all its threads are to end, and it with that wait status. False: it is
//                                ending already
//   stop(process, signal)        for the Signals provider: all threads have stopped, or go on; the parent is told (SIGCHLD, wait4)
//   go_on(process)
//   become_only_thread()         execve(2): all other threads of the running one's process end; it takes over the process's number. EAGAIN: the
//                                process is ending
//   move_to(space)               execve(2): the running thread's program has this memory from now on, whose reference it takes over; it lets go of
//                                what it had, and a vfork's parent goes on
//   has_executed(name)           execve(2), once the new program is in place: the record of the process follows
//   become(fields)               the running thread's credentials are these from now on. ENOMEM
template <class T>
concept Processes = requires(T& processes, Pid pid, Process& process, int status, std::string_view name, bool (*prepare)(void*), void* argument,
                             vm::AddressSpace& space, const CredentialFields& fields) {
    { processes.start_first(prepare, argument) } -> std::same_as<Result<void>>;
    { processes.wait_first() } -> std::same_as<int>;
    { processes.find(pid) } -> std::same_as<Ref<Process>>;
    { processes.find_thread(pid) } -> std::same_as<Ref<UserThread>>;
    { processes.next(pid) } -> std::same_as<Ref<Process>>;
    { processes.for_each([](Process&) {}) } -> std::same_as<void>;
    { processes.for_each_in_group(pid, [](Process&) {}) } -> std::same_as<bool>;
    { processes.session_of(pid) } -> std::same_as<Pid>;
    { processes.is_orphaned(pid) } -> std::same_as<bool>;
    { processes.parent_of(process) } -> std::same_as<Pid>;
    { processes.usage(process) } -> std::same_as<Usage>;
    { processes.count() } -> std::same_as<ProcessCount>;
    { processes.end_thread(status) } -> std::same_as<void>;
    { processes.end_process(status) } -> std::same_as<void>;
    { processes.call_to_end(process, status) } -> std::same_as<bool>;
    { processes.stop(process, status) } -> std::same_as<void>;
    { processes.go_on(process) } -> std::same_as<void>;
    { processes.become_only_thread() } -> std::same_as<Result<void>>;
    { processes.move_to(space) } -> std::same_as<void>;
    { processes.has_executed(name) } -> std::same_as<void>;
    { processes.become(fields) } -> std::same_as<Result<void>>;
};

}  // namespace phx::task
