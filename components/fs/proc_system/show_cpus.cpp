// /proc/cpuinfo, stat, uptime, interrupts: proc(5).
#include <algorithm>

#include <arch/cpu.hpp>
#include <arch/timer.hpp>
#include <asm/hwcap.h>
#include <fs/proc_system/shows.hpp>
#include <ports/proc_system.hpp>

namespace phx::fs::proc_system {
namespace {

struct Capability {
    std::uint64_t bit;
    std::string_view name;
};
// In the order in which Linux lists them (arch/arm64/kernel/cpuinfo.c).
constexpr Capability k_capabilities[] = {
    {HWCAP_FP, "fp"},           {HWCAP_ASIMD, "asimd"},       {HWCAP_EVTSTRM, "evtstrm"},   {HWCAP_AES, "aes"},           {HWCAP_PMULL, "pmull"},
    {HWCAP_SHA1, "sha1"},       {HWCAP_SHA2, "sha2"},         {HWCAP_CRC32, "crc32"},       {HWCAP_ATOMICS, "atomics"},   {HWCAP_FPHP, "fphp"},
    {HWCAP_ASIMDHP, "asimdhp"}, {HWCAP_CPUID, "cpuid"},       {HWCAP_ASIMDRDM, "asimdrdm"}, {HWCAP_JSCVT, "jscvt"},       {HWCAP_FCMA, "fcma"},
    {HWCAP_LRCPC, "lrcpc"},     {HWCAP_DCPOP, "dcpop"},       {HWCAP_SHA3, "sha3"},         {HWCAP_SM3, "sm3"},           {HWCAP_SM4, "sm4"},
    {HWCAP_ASIMDDP, "asimddp"}, {HWCAP_SHA512, "sha512"},     {HWCAP_SVE, "sve"},           {HWCAP_ASIMDFHM, "asimdfhm"}, {HWCAP_DIT, "dit"},
    {HWCAP_USCAT, "uscat"},     {HWCAP_ILRCPC, "ilrcpc"},     {HWCAP_FLAGM, "flagm"},       {HWCAP_SSBS, "ssbs"},         {HWCAP_SB, "sb"},
    {HWCAP_PACA, "paca"},       {HWCAP_PACG, "pacg"},
};

// f(number, load) for each CPU that runs.
template <class F>
void for_each_cpu(F f) {
    for (unsigned cpu = 0; cpu < k_most_cpus; ++cpu) {
        const task::CpuLoad load = ports::proc_system::threads().load_of(cpu);
        if (load.online) {
            f(cpu, load);
        }
    }
}

void write_times(const task::CpuLoad& load, Nanoseconds up, TextSink& sink) {
    const Nanoseconds idle = std::min(load.idle_time, up);
    sink.print(" {} 0 0 {} 0 0 0 0 0 0\n", ticks(up - idle), ticks(idle));
}

}  // namespace

void show_cpu_info(TextSink& sink) {
    auto& mode = ports::proc_system::mode();
    const std::uint64_t midr = arch::midr();
    const std::uint64_t rate = arch::counter_frequency();
    for_each_cpu([&](unsigned cpu, const task::CpuLoad&) {
        sink.print("processor\t: {}\nBogoMIPS\t: {}.{:02}\nFeatures\t:", cpu, rate / 500'000, rate / 5'000 % 100);
        for (const Capability& capability : k_capabilities) {
            if ((mode.hardware_capabilities() & capability.bit) != 0) {
                sink.print(" {}", capability.name);
            }
        }
        sink.print("\nCPU implementer\t: {:#04x}\nCPU architecture: 8\nCPU variant\t: {:#x}\nCPU part\t: {:#05x}\nCPU revision\t: {}\n\n", midr >> 24 & 0xff,
                   midr >> 20 & 0xf, midr >> 4 & 0xfff, midr & 0xf);
    });
}

void show_statistics(TextSink& sink) {
    auto& clocks = ports::proc_system::clocks();
    const Nanoseconds up = clocks.boottime();
    task::CpuLoad all;
    std::int64_t cpus = 0;
    std::uint32_t runnable = 0;
    std::uint64_t switches = 0;
    for_each_cpu([&](unsigned, const task::CpuLoad& load) {
        all.idle_time = all.idle_time + std::min(load.idle_time, up);
        runnable += load.runnable;
        ++cpus;
    });
    ports::proc_system::threads().for_each([&switches](const task::Thread& thread) { switches += thread.switches; });
    sink.write("cpu ");
    write_times(all, Nanoseconds{up.count() * cpus}, sink);
    for_each_cpu([&](unsigned cpu, const task::CpuLoad& load) {
        sink.print("cpu{}", cpu);
        write_times(load, up, sink);
    });
    std::uint64_t interrupts = 0;
    auto* entry = ports::proc_system::interrupts();
    if (auto* lines = ports::proc_system::lines(); lines != nullptr && entry != nullptr) {
        for (const irq::WiredLine& wired : lines->lines()) {
            interrupts += entry->count(wired.line);
        }
    }
    const std::int64_t started = (clocks.realtime() - up).count() / 1'000'000'000;
    sink.print("intr {}\nctxt {}\nbtime {}\nprocesses {}\nprocs_running {}\nprocs_blocked 0\nsoftirq 0 0 0 0 0 0 0 0 0 0 0\n", interrupts, switches,
               started, ports::proc_system::processes().count().last, std::max(runnable, 1U));
}

void show_uptime(TextSink& sink) {
    const std::int64_t up = ticks(ports::proc_system::clocks().boottime());
    std::int64_t idle = 0;
    for_each_cpu([&idle](unsigned, const task::CpuLoad& load) { idle += ticks(load.idle_time); });
    sink.print("{}.{:02} {}.{:02}\n", up / 100, up % 100, idle / 100, idle % 100);
}

// Counts are not kept by CPU, so all stand in one column.
void show_interrupts(TextSink& sink) {
    auto* lines = ports::proc_system::lines();
    auto* entry = ports::proc_system::interrupts();
    sink.write("           CPU0\n");
    if (lines == nullptr || entry == nullptr) {
        return;
    }
    for (const irq::WiredLine& wired : lines->lines()) {
        sink.print("{:3}: {:10}  GIC {} {}\n", wired.line.id(), entry->count(wired.line), wired.trigger == irq::Trigger::edge ? "Edge " : "Level",
                   wired.instance);
    }
    sink.print("ERR: {:10}\n", entry->unexpected());
}

}  // namespace phx::fs::proc_system
