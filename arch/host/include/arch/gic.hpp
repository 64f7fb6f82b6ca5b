// A GICv3 CPU interface that a test scripts.
#pragma once

#include <cstdint>
#include <deque>
#include <vector>

namespace phx::arch {

namespace host {
struct FakeIcc {
    bool system_registers_allowed = true;
    std::uint32_t priority_mask = 0;
    bool group1 = false;
    std::deque<std::uint32_t> pending;
    std::vector<std::uint32_t> ended;
};
inline FakeIcc icc;
}  // namespace host

[[nodiscard]] inline bool icc_enable_system_registers() { return host::icc.system_registers_allowed; }
inline void icc_set_priority_mask(std::uint32_t mask) { host::icc.priority_mask = mask; }
inline void icc_enable_group1(bool on) { host::icc.group1 = on; }
[[nodiscard]] inline std::uint32_t icc_acknowledge() {
    if (host::icc.pending.empty()) {
        return 1023;
    }
    const std::uint32_t id = host::icc.pending.front();
    host::icc.pending.pop_front();
    return id;
}
inline void icc_end_of_interrupt(std::uint32_t id) { host::icc.ended.push_back(id); }

}  // namespace phx::arch
