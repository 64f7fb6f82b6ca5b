// Who a thread acts as (credentials(7), capabilities(7)).
#pragma once

#include <array>
#include <cstdint>

#include <base/ref.hpp>

namespace phx::task {

using Uid = std::uint32_t;
using Gid = std::uint32_t;

// CAP_* of linux/capability.h, as bits.
using CapabilitySet = std::uint64_t;
inline constexpr unsigned k_last_capability = 40;  // CAP_CHECKPOINT_RESTORE
inline constexpr CapabilitySet k_all_capabilities = (CapabilitySet{1} << (k_last_capability + 1)) - 1;
inline constexpr std::size_t k_most_groups = 32;   // supplementary groups; Linux has 65536

struct CredentialFields {
    Uid uid = 0, euid = 0, suid = 0, fsuid = 0;
    Gid gid = 0, egid = 0, sgid = 0, fsgid = 0;
    std::array<Gid, k_most_groups> groups{};
    std::uint32_t group_count = 0;
    CapabilitySet permitted = k_all_capabilities;
    CapabilitySet effective = k_all_capabilities;
    CapabilitySet inheritable = 0;
    CapabilitySet bounding = k_all_capabilities;
    CapabilitySet ambient = 0;
    std::uint32_t securebits = 0;
    bool no_new_privileges = false;

    [[nodiscard]] bool has(unsigned capability) const { return (effective >> capability & 1) != 0; }
    [[nodiscard]] bool in_group(Gid group) const {
        for (std::uint32_t i = 0; i < group_count; ++i) {
            if (groups[i] == group) {
                return true;
            }
        }
        return fsgid == group;
    }
};

// Does not change once a thread has it: a thread that becomes somebody else gets another one (Processes::become).
struct Credentials final : RefCounted, CredentialFields {
    Credentials() = default;
    explicit Credentials(const CredentialFields& fields) : CredentialFields{fields} {}
    void end() const;  // the Processes provider's
};

}  // namespace phx::task
