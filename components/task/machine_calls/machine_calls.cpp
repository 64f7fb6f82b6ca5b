#include <task/machine_calls/machine_calls.hpp>

#include <algorithm>
#include <cstring>

#include <linux/capability.h>
#include <ports/machine_calls.hpp>
#include <task/interfaces/process.hpp>
#include <vm/user_memory/user_memory.hpp>

namespace phx::task {
namespace {

// Programs compare the release with what they need of Linux: 6.1 is whose behaviour this is.
constexpr std::string_view k_system = "Linux";
constexpr std::string_view k_release = "6.1.0-phoenix";
constexpr std::string_view k_version = "#1 SMP PREEMPT Phoenix";
constexpr std::string_view k_machine = "aarch64";

enum class File : std::uint8_t { ostype, osrelease, version, hostname, domainname, pid_max, ngroups_max, proc_version };
constexpr fs::ProcEntry k_files[] = {
    {"sys/kernel/ostype"},           {"sys/kernel/osrelease"},         {"sys/kernel/version"}, {"sys/kernel/hostname", 0644},
    {"sys/kernel/domainname", 0644}, {"sys/kernel/pid_max"},           {"sys/kernel/ngroups_max"}, {"version"},
};

[[nodiscard]] const Credentials& own() { return *current_user().credentials.load(std::memory_order_relaxed); }

}  // namespace

void MachineCalls::set(Name& name, std::string_view text) {
    const SpinGuard guard{lock_};
    name.fill('\0');
    text.copy(name.data(), __NEW_UTS_LEN);
}

Result<void> MachineCalls::set_name(Name& name, UserPtr<const char> from, int size) {
    if (!own().has(CAP_SYS_ADMIN)) {
        return Errno::perm;
    }
    if (size < 0 || size > __NEW_UTS_LEN) {
        return Errno::inval;
    }
    Name text{};
    TRY(vm::copy_in(text.data(), from.address(), static_cast<std::size_t>(size)));
    set(name, {text.data(), static_cast<std::size_t>(size)});
    return {};
}

Result<void> MachineCalls::sys_uname(UserPtr<new_utsname> to) {
    new_utsname names{};
    k_system.copy(names.sysname, __NEW_UTS_LEN);
    k_release.copy(names.release, __NEW_UTS_LEN);
    k_version.copy(names.version, __NEW_UTS_LEN);
    k_machine.copy(names.machine, __NEW_UTS_LEN);
    {
        const SpinGuard guard{lock_};
        std::copy(host_.begin(), host_.end(), names.nodename);
        std::copy(domain_.begin(), domain_.end(), names.domainname);
    }
    return vm::write(to, names);
}

Result<void> MachineCalls::sys_sysinfo(UserPtr<struct sysinfo> to) {
    const memory::PageStats pages = ports::machine_calls::pages().stats();
    const ProcessCount count = ports::machine_calls::processes().count();
    vm::Zeroed<struct sysinfo> info;
    info->uptime = ports::machine_calls::clocks().boottime().count() / 1'000'000'000;
    info->totalram = pages.total_frames * k_page_size;
    info->freeram = pages.free_frames * k_page_size;
    info->procs = static_cast<std::uint16_t>(std::min(count.threads, 65535U));
    info->mem_unit = 1;
    return vm::write(to, info);
}

Result<void> MachineCalls::sys_getcpu(UserPtr<std::uint32_t> cpu, UserPtr<std::uint32_t> node) {
    if (!cpu.is_null()) {
        TRY(vm::write(cpu, current().cpu_number()));
    }
    return node.is_null() ? Result<void>{} : vm::write(node, 0U);
}

Result<std::int64_t> MachineCalls::sys_personality(std::uint32_t wanted) {
    Process& process = current_process();
    const SpinGuard guard{process.lock};
    const std::uint32_t before = process.personality;
    if (wanted != 0xffffffff) {
        process.personality = wanted;
    }
    return std::int64_t{before};
}

// --- /proc/sys/kernel, /proc/version

std::span<const fs::ProcEntry> MachineCalls::files() const { return k_files; }

Result<void> MachineCalls::show(std::size_t index, fs::TextSink& sink) {
    Name name{};
    switch (static_cast<File>(index)) {
    case File::ostype:
        sink.print("{}\n", k_system);
        break;
    case File::osrelease:
        sink.print("{}\n", k_release);
        break;
    case File::version:
        sink.print("{}\n", k_version);
        break;
    case File::hostname:
    case File::domainname: {
        {
            const SpinGuard guard{lock_};
            name = static_cast<File>(index) == File::hostname ? host_ : domain_;
        }
        sink.print("{}\n", std::string_view{name.data()});
        break;
    }
    case File::pid_max:
        sink.write("32768\n");
        break;
    case File::ngroups_max:
        sink.print("{}\n", k_most_groups);
        break;
    case File::proc_version:
        sink.print("{} version {} (phoenix@phoenix) (clang 19) {}\n", k_system, k_release, k_version);
        break;
    }
    return {};
}

Result<void> MachineCalls::store(std::size_t index, std::string_view text) {
    const auto file = static_cast<File>(index);
    if (file != File::hostname && file != File::domainname) {
        return Errno::acces;
    }
    const std::string_view line = text.substr(0, text.find_first_of(std::string_view{"\0\n", 2}));
    set(file == File::hostname ? host_ : domain_, line);
    return {};
}

}  // namespace phx::task
