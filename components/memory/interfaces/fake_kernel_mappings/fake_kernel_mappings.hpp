// Mappings that a test can look at, and that fail when it says so. Nothing is reached through them.
#pragma once

#include <cstdint>
#include <limits>
#include <map>

#include <base/panic.hpp>
#include <base/result.hpp>
#include <base/types.hpp>

namespace phx::memory {

class FakeKernelMappings {
public:
    constexpr FakeKernelMappings() = default;

    Result<void> map(VirtAddr virt, PhysAddr phys) {
        if (mapped().contains(virt.value())) {
            return Errno::exist;
        }
        if (successes_left_ == 0) {
            return Errno::nomem;
        }
        --successes_left_;
        mapped().emplace(virt.value(), phys);
        return {};
    }
    PhysAddr unmap(VirtAddr virt) {
        const auto found = mapped().find(virt.value());
        if (found == mapped().end()) {
            panic("fake_kernel_mappings: nothing is mapped there");
        }
        const PhysAddr phys = found->second;
        mapped().erase(found);
        return phys;
    }

    [[nodiscard]] bool is_mapped(VirtAddr virt) const { return mapped().contains(virt.value()); }
    [[nodiscard]] std::size_t count() const { return mapped().size(); }
    void fail_after(std::uint64_t successes) { successes_left_ = successes; }
    void reset() {
        mapped().clear();
        successes_left_ = std::numeric_limits<std::uint64_t>::max();
    }

private:
    // A map has no constant constructor. One instance a program.
    static std::map<std::uint64_t, PhysAddr>& mapped() {
        static std::map<std::uint64_t, PhysAddr> map;
        return map;
    }

    std::uint64_t successes_left_ = std::numeric_limits<std::uint64_t>::max();
};

}  // namespace phx::memory
