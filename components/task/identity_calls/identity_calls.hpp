// credentials(7) and capabilities(7).
#pragma once

#include <cstdint>

#include <base/result.hpp>
#include <base/user.hpp>
#include <linux/capability.h>
#include <task/interfaces/process.hpp>

namespace phx::task {

class IdentityCalls {
public:
    constexpr IdentityCalls() = default;

    Result<Uid> sys_getuid() { return own().uid; }
    Result<Uid> sys_geteuid() { return own().euid; }
    Result<Gid> sys_getgid() { return own().gid; }
    Result<Gid> sys_getegid() { return own().egid; }
    Result<void> sys_getresuid(UserPtr<Uid> real, UserPtr<Uid> effective, UserPtr<Uid> saved);
    Result<void> sys_getresgid(UserPtr<Gid> real, UserPtr<Gid> effective, UserPtr<Gid> saved);
    Result<void> sys_setuid(Uid uid);
    Result<void> sys_setreuid(Uid real, Uid effective);
    Result<void> sys_setresuid(Uid real, Uid effective, Uid saved);
    Result<Uid> sys_setfsuid(Uid uid);
    Result<void> sys_setgid(Gid gid);
    Result<void> sys_setregid(Gid real, Gid effective);
    Result<void> sys_setresgid(Gid real, Gid effective, Gid saved);
    Result<Gid> sys_setfsgid(Gid gid);
    Result<std::int64_t> sys_getgroups(int size, UserPtr<Gid> to);
    Result<void> sys_setgroups(int size, UserPtr<const Gid> from);
    Result<void> sys_capget(UserPtr<__user_cap_header_struct> header, UserPtr<__user_cap_data_struct> data);
    Result<void> sys_capset(UserPtr<__user_cap_header_struct> header, UserPtr<const __user_cap_data_struct> data);

private:
    static constexpr std::uint32_t k_unchanged = ~std::uint32_t{0};  // -1: leave it as it is

    [[nodiscard]] static const Credentials& own() { return *current_user().credentials.load(std::memory_order_relaxed); }
    // With what a change of users does to capabilities.
    static Result<void> become_user(CredentialFields fields);
    static Result<void> become(const CredentialFields& fields);
};

}  // namespace phx::task
