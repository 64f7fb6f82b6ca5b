#include <fs/proc_processes/with_memory.hpp>

#include <algorithm>

#include <ports/proc_processes.hpp>

namespace phx::fs {
namespace {

[[nodiscard]] char state_of(const task::Thread& thread, const task::UserThread& user) {
    if (thread.thread_state.load(std::memory_order_relaxed) != task::ThreadState::waiting) {
        return 'R';
    }
    if (user.signals.stopped) {
        return 'T';
    }
    return thread.interrupted_by.load(std::memory_order_relaxed) != 0 ? 'S' : 'D';
}

void take_thread(const task::UserThread& user, ProcSnapshot& snapshot) {
    const task::Thread* thread = user.thread;
    if (thread == nullptr) {
        return;
    }
    snapshot.state = state_of(*thread, user);
    snapshot.cpu = thread->cpu_number();
    snapshot.attributes = thread->own_attributes;
    snapshot.affinity = thread->affinity;
    snapshot.waits_for = thread->waits_for;
    const Nanoseconds system = user.system_time;
    snapshot.usage.system_time = system;
    snapshot.usage.user_time = std::max(thread->run_time - system, Nanoseconds{});
    snapshot.usage.minor_faults = user.minor_faults;
    snapshot.usage.major_faults = user.major_faults;
    snapshot.usage.switches = thread->switches;
}

void take_signals(const task::Process& process, const task::UserThread& thread, ProcSnapshot& snapshot) {
    snapshot.pending = thread.signals.pending.set;
    snapshot.blocked = thread.signals.blocked;
    snapshot.process_pending = process.signals.pending.set;
    snapshot.queued = process.signals.queued;
    if (process.signals.handlers == nullptr) {
        return;
    }
    for (int signal = 1; signal <= task::k_signals; ++signal) {
        const std::uint64_t handler = process.signals.handlers->actions[static_cast<std::size_t>(signal - 1)].handler;
        if (handler == task::SignalAction::k_ignore) {
            snapshot.ignored |= task::signal_bit(signal);
        } else if (handler != task::SignalAction::k_default) {
            snapshot.caught |= task::signal_bit(signal);
        }
    }
}

// Linux include/linux/kdev_t.h, new_encode_dev
[[nodiscard]] constexpr std::uint64_t encoded(Device device) {
    const std::uint64_t minor = minor_of(device);
    return (minor & 0xff) | std::uint64_t{major_of(device)} << 8 | (minor & ~std::uint64_t{0xff}) << 12;
}

}  // namespace

ProcSnapshot take_snapshot(task::Process& process, task::UserThread& thread, bool whole) {
    ProcSnapshot snapshot;
    snapshot.pid = process.pid;
    snapshot.tid = whole ? process.pid : thread.tid;
    Ref<task::Session> session;
    {
        const SpinGuard guard{process.lock};
        thread.name().copy(snapshot.name.data(), snapshot.name.size() - 1);
        take_thread(thread, snapshot);
        take_signals(process, thread, snapshot);
        snapshot.group = process.group;
        session = process.session;
        snapshot.threads = process.thread_count;
        snapshot.started = whole ? process.started : thread.started;
        snapshot.children = process.children_usage;
        snapshot.exit_signal = process.exit_signal;
        snapshot.exit_status = process.exit_status;
        if (process.state == task::ProcessState::zombie && process.thread_count == 0) {
            snapshot.state = 'Z';
        }
    }
    snapshot.parent = ports::proc_processes::processes().parent_of(process);
    if (whole) {
        snapshot.usage = ports::proc_processes::processes().usage(process);
    }
    if (session) {
        snapshot.session = session->id;
        if (auto* terminals = ports::proc_processes::terminals()) {
            const auto terminal = terminals->of(*session);
            snapshot.terminal = encoded(terminal.device);
            snapshot.foreground = terminal.foreground;
        }
    }
    with_memory(process, thread, [&snapshot](vm::AddressSpace& space) {
        snapshot.has_memory = true;
        snapshot.layout = ports::proc_processes::memory().layout(space);
        snapshot.memory = ports::proc_processes::memory().usage(space);
    });
    return snapshot;
}

}  // namespace phx::fs
