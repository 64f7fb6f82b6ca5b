// A GICv3 CPU interface that a test scripts: a queue of lines, or a whole model behind `model`.
#pragma once

#include <cstdint>
#include <deque>
#include <vector>

namespace phx::arch {

namespace host {
class IccModel {
public:
    virtual std::uint32_t acknowledge() = 0;
    virtual void end(std::uint32_t id) = 0;

protected:
    ~IccModel() = default;
};

struct FakeIcc {
    IccModel* model = nullptr;
    bool system_registers_allowed = true;
    std::uint32_t priority_mask = 0;
    bool group1 = false;
    bool end_deactivates = false;
    std::deque<std::uint32_t> pending;
    std::vector<std::uint32_t> ended;
};
inline FakeIcc icc;
}  // namespace host

[[nodiscard]] inline bool icc_enable_system_registers() { return host::icc.system_registers_allowed; }
inline void icc_end_deactivates() { host::icc.end_deactivates = true; }
inline void icc_set_priority_mask(std::uint32_t mask) { host::icc.priority_mask = mask; }
inline void icc_enable_group1(bool on) { host::icc.group1 = on; }
[[nodiscard]] inline std::uint32_t icc_acknowledge() {
    if (host::icc.model != nullptr) {
        return host::icc.model->acknowledge();
    }
    if (host::icc.pending.empty()) {
        return 1023;
    }
    const std::uint32_t id = host::icc.pending.front();
    host::icc.pending.pop_front();
    return id;
}
inline void icc_end_of_interrupt(std::uint32_t id) {
    host::icc.ended.push_back(id);
    if (host::icc.model != nullptr) {
        host::icc.model->end(id);
    }
}

}  // namespace phx::arch
