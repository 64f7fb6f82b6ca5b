// uname(2), sysinfo(2) and their kin; the same in /proc/sys/kernel.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include <base/user.hpp>
#include <fs/interfaces/proc_files.hpp>
#include <linux/sysinfo.h>
#include <linux/utsname.h>
#include <params/machine_calls.hpp>
#include <sync/learnt_lock_class.hpp>
#include <sync/spinlock.hpp>

namespace phx::task {

class MachineCalls final : public fs::ProcFiles {
public:
    constexpr MachineCalls() {
        params::machine_calls::host_name.copy(host_.data(), __NEW_UTS_LEN);
        std::string_view{"(none)"}.copy(domain_.data(), __NEW_UTS_LEN);
    }

    Result<void> sys_uname(UserPtr<new_utsname> to);
    Result<void> sys_sethostname(UserPtr<const char> name, int size) { return set_name(host_, name, size); }
    Result<void> sys_setdomainname(UserPtr<const char> name, int size) { return set_name(domain_, name, size); }
    Result<void> sys_sysinfo(UserPtr<struct sysinfo> to);
    Result<void> sys_getcpu(UserPtr<std::uint32_t> cpu, UserPtr<std::uint32_t> node);
    Result<std::int64_t> sys_personality(std::uint32_t wanted);

    // ProcFiles
    [[nodiscard]] std::span<const fs::ProcEntry> files() const override;
    Result<void> show(std::size_t index, fs::TextSink& sink) override;
    Result<void> store(std::size_t index, std::string_view text) override;

private:
    static constexpr sync::LockClass k_class = sync::LearntLockClass::make("host name");
    using Name = std::array<char, __NEW_UTS_LEN + 1>;

    Result<void> set_name(Name& name, UserPtr<const char> from, int size);
    void set(Name& name, std::string_view text);

    SpinLock lock_{k_class};
    Name host_{};    // guarded by lock_
    Name domain_{};  // guarded by lock_
};

}  // namespace phx::task
