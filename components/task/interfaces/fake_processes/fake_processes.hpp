// Processes that a test makes by hand: `add` one, with its first thread; they go when the test calls reset().
#pragma once

#include <memory>
#include <vector>

#include <task/interfaces/processes.hpp>

namespace phx::task {

class FakeProcesses {
public:
    // Thrown where a thread or process ends.
    struct Ended {
        bool whole_process;
        int status;
    };

    constexpr FakeProcesses() = default;
    constexpr ~FakeProcesses() = default;

    // With credentials of root's, in a session of its own unless it has a parent. Its first thread's number is the process's.
    Process& add(Pid pid, Process* parent = nullptr);
    UserThread& add_thread(Process& process, Pid tid, Thread* thread = nullptr);
    void set_group(Process& process, Pid group) { process.group = group; }
    void reset();
    // What call_to_end, stop and go_on were asked for, since the last look.
    struct Event {
        enum Kind : std::uint8_t { called_to_end, stopped, went_on } kind;
        Pid pid;
        int status;
        bool operator==(const Event&) const = default;
    };
    [[nodiscard]] std::vector<Event> take_events() { return std::exchange(events_, {}); }

    // Processes
    Result<void> start_first(bool (*)(void*), void*) { return Errno::nosys; }
    int wait_first() { return 0; }
    Ref<Process> find(Pid pid);
    Ref<UserThread> find_thread(Pid tid);
    Ref<Process> next(Pid pid);
    template <class F>
    void for_each(F&& f) {
        for (const auto& entry : entries_) {
            f(*entry.process);
        }
    }
    template <class F>
    bool for_each_in_group(Pid group, F&& f) {
        bool any = false;
        for (const auto& entry : entries_) {
            if (entry.process->group == group) {
                any = true;
                f(*entry.process);
            }
        }
        return any;
    }
    Pid session_of(Pid group);
    bool is_orphaned(Pid) { return orphaned_; }
    void set_orphaned(bool orphaned) { orphaned_ = orphaned; }
    Pid parent_of(Process& process) { return process.parent != nullptr ? process.parent->pid : 0; }
    Usage usage(Process& process) { return process.ended; }
    ProcessCount count() { return {static_cast<std::uint32_t>(entries_.size()), static_cast<std::uint32_t>(entries_.size()), 0}; }
    [[noreturn]] void end_thread(int status) { throw Ended{false, status}; }
    [[noreturn]] void end_process(int status) { throw Ended{true, status}; }
    bool call_to_end(Process& process, int status);
    void stop(Process& process, int signal);
    void go_on(Process& process);
    Result<void> become_only_thread() { return {}; }
    void move_to(vm::AddressSpace& space) { current_user().space = &space; }
    void has_executed(std::string_view name) { current_user().set_name(name); }
    Result<void> become(const CredentialFields& fields) {
        delete current_user().credentials.exchange(new Credentials{fields});
        return {};
    }

private:
    struct Entry {
        Process* process;
        std::vector<UserThread*> threads;
    };

    std::vector<Entry> entries_;
    std::vector<Event> events_;
    bool orphaned_ = false;
};

}  // namespace phx::task
