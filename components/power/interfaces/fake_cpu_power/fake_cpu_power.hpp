// CPUs that a test starts itself, or lets a host thread play: on_start is told of each, and may start one.
#pragma once

#include <vector>

#include <base/result.hpp>
#include <base/types.hpp>

namespace phx::power {

struct CpuStopped {};

class FakeCpuPower {
public:
    struct Start {
        std::uint64_t mpidr;
        PhysAddr entry;
        std::uint64_t context;
    };

    constexpr FakeCpuPower() = default;

    Result<void> start(std::uint64_t mpidr, PhysAddr entry, std::uint64_t context) {
        if (mpidr == refused_mpidr_ && refusal_ != Errno{}) {
            return refusal_;
        }
        started_.push_back({mpidr, entry, context});
        if (on_start_ != nullptr) {
            on_start_(started_.back());
        }
        return {};
    }
    [[noreturn]] void stop_this() { throw CpuStopped{}; }

    void reset() {
        started_.clear();
        on_start_ = nullptr;
        refusal_ = {};
    }
    void refuse(std::uint64_t mpidr, Errno error) {
        refused_mpidr_ = mpidr;
        refusal_ = error;
    }
    void on_start(void (*f)(const Start& start)) { on_start_ = f; }
    [[nodiscard]] const std::vector<Start>& started() const { return started_; }

private:
    std::vector<Start> started_;
    void (*on_start_)(const Start&) = nullptr;
    std::uint64_t refused_mpidr_ = 0;
    Errno refusal_{};
};

}  // namespace phx::power
