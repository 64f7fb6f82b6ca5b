#include "cmd_threads.hpp"

#include <algorithm>
#include <array>

#include <ports/cmd_threads.hpp>
#include <types/cpu_model.hpp>

namespace phx::debug {
namespace {

constexpr CommandInfo k_commands[] = {
    {"threads", "", "Lists the threads: where they run, how urgent they are, what they wait for."},
    {"cpus", "", "Shows what each CPU has to do."},
};

// Copied while interrupts are masked, printed afterwards.
struct Row {
    std::uint32_t id;
    std::array<char, task::Thread::k_name_size> name;
    unsigned cpu;
    sched::Attributes attributes;
    task::ThreadState state;
    const char* waits_for;
    std::uint64_t switches;
    Nanoseconds run_time;
};
constexpr std::size_t k_most = 32;

constexpr const char* k_policies[] = {"normal", "batch", "idle", "fifo", "rr"};  // by Policy

[[nodiscard]] Row row_of(const task::Thread& thread) {
    Row row{thread.id, {}, thread.cpu_number(), thread.effective_attributes.load(std::memory_order_relaxed), thread.thread_state.load(std::memory_order_relaxed),
            thread.waits_for, thread.switches, thread.run_time};
    thread.name().copy(row.name.data(), row.name.size() - 1);
    return row;
}

[[nodiscard]] std::string_view state_of(const Row& row) {
    switch (row.state) {
    case task::ThreadState::runnable:
        return "runnable";
    case task::ThreadState::waiting:
        return row.waits_for != nullptr ? row.waits_for : "waiting";
    case task::ThreadState::done:
        return "done";
    }
    return "";
}

}  // namespace

std::span<const CommandInfo> CmdThreads::commands() const {
    return k_commands;
}

Result<void> CmdThreads::run(std::size_t index, std::span<const std::string_view> args, MonitorOutput& out) {
    if (!args.empty()) {
        return Errno::inval;
    }
    index == 0 ? threads(out) : cpus(out);
    return {};
}

void CmdThreads::threads(MonitorOutput& out) {
    out.write("    id  name              cpu  policy  nice  prio    switches      run ms  state\n");
    std::uint32_t after = 0;
    for (;;) {
        std::array<Row, k_most> rows;
        std::size_t count = 0;
        ports::cmd_threads::threads().for_each([&](const task::Thread& thread) {
            if (thread.id > after && count < rows.size()) {
                rows[count++] = row_of(thread);
            }
        });
        if (count == 0) {
            return;
        }
        for (const Row& row : std::span{rows}.first(count)) {
            out.print("  {:4}  {:<16} {:4}  {:<6}  {:4}  {:4}  {:10}  {:10}  {}\n", row.id, std::string_view{row.name.data()}, row.cpu,
                      k_policies[static_cast<std::size_t>(row.attributes.policy)], static_cast<int>(row.attributes.nice),
                      static_cast<unsigned>(row.attributes.priority), row.switches, row.run_time.count() / 1'000'000, state_of(row));
            after = std::max(after, row.id);
        }
    }
}

void CmdThreads::cpus(MonitorOutput& out) {
    out.write("  cpu  runnable  weight     idle ms  went idle  runs\n");
    for (unsigned cpu = 0; cpu < types::CpuModel::max_cpus; ++cpu) {
        const task::CpuLoad load = ports::cmd_threads::threads().load_of(cpu);
        if (load.online) {
            out.print("  {:3}  {:8}  {:6}  {:10}  {:9}  {}\n", cpu, load.runnable, load.weight, load.idle_time.count() / 1'000'000,
                      load.idle_switches, load.running);
        }
    }
}

}  // namespace phx::debug
