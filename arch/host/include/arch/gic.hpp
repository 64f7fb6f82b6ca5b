// A GICv3 CPU interface that a test scripts: a queue of lines, or a whole model behind `model`. Each CPU has its own.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <vector>

#include <arch/thread_head.hpp>

namespace phx::arch {

namespace host {
class IccModel {
public:
    virtual std::uint32_t acknowledge() = 0;
    virtual void end(std::uint32_t id) = 0;
    virtual void send(std::uint64_t request) = 0;

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
    std::vector<std::uint64_t> sent;
};
inline std::array<FakeIcc, 8> iccs;
// The calling CPU's.
[[nodiscard]] inline FakeIcc& icc() { return iccs.at(current()->cpu); }
}  // namespace host

[[nodiscard]] inline bool icc_enable_system_registers() { return host::icc().system_registers_allowed; }
inline void icc_end_deactivates() { host::icc().end_deactivates = true; }
inline void icc_set_priority_mask(std::uint32_t mask) { host::icc().priority_mask = mask; }
inline void icc_enable_group1(bool on) { host::icc().group1 = on; }
[[nodiscard]] inline std::uint32_t icc_acknowledge() {
    host::FakeIcc& icc = host::icc();
    if (icc.model != nullptr) {
        return icc.model->acknowledge();
    }
    if (icc.pending.empty()) {
        return 1023;
    }
    const std::uint32_t id = icc.pending.front();
    icc.pending.pop_front();
    return id;
}
inline void icc_end_of_interrupt(std::uint32_t id) {
    host::FakeIcc& icc = host::icc();
    icc.ended.push_back(id);
    if (icc.model != nullptr) {
        icc.model->end(id);
    }
}
inline void icc_send(std::uint64_t request) {
    host::FakeIcc& icc = host::icc();
    icc.sent.push_back(request);
    if (icc.model != nullptr) {
        icc.model->send(request);
    }
}

}  // namespace phx::arch
