// A machine that a test describes.
#pragma once

#include <string_view>
#include <utility>
#include <vector>

#include <boot/interfaces/boot_info.hpp>

namespace phx::boot {

class FakeBootInfo {
public:
    static constexpr PhysRange default_memory{PhysAddr{0x4000'0000}, 128 * MiB};

    constexpr FakeBootInfo() = default;

    [[nodiscard]] std::span<const PhysRange> memory() const {
        return memory_.empty() ? std::span{&default_memory, 1} : std::span{memory_};
    }
    [[nodiscard]] std::span<const ReservedRegion> reserved() const { return reserved_; }
    [[nodiscard]] std::uint32_t cpu_count() const { return cpu_count_; }
    [[nodiscard]] std::span<const BootCpu> cpus() const { return cpus_; }
    [[nodiscard]] std::string_view bootargs() const { return {bootargs_.data(), bootargs_.size()}; }
    [[nodiscard]] std::span<const std::byte> random_seed() const { return random_seed_; }
    [[nodiscard]] PhysRange initrd() const { return initrd_; }
    [[nodiscard]] PsciConduit psci_conduit() const { return psci_conduit_; }

    // Ascending, not overlapping; nothing gives the default.
    void set_memory(std::vector<PhysRange> ranges) { memory_ = std::move(ranges); }
    void set_reserved(std::vector<ReservedRegion> regions) { reserved_ = std::move(regions); }
    void set_cpu_count(std::uint32_t count) { cpu_count_ = count; }
    // And counts them.
    void set_cpus(std::vector<BootCpu> cpus) {
        cpus_ = std::move(cpus);
        cpu_count_ = static_cast<std::uint32_t>(cpus_.size());
    }
    void set_random_seed(std::span<const std::byte> seed) { random_seed_ = seed; }
    void set_bootargs(std::string_view text) { bootargs_.assign(text.begin(), text.end()); }
    void set_initrd(PhysRange range) { initrd_ = range; }
    void set_psci_conduit(PsciConduit conduit) { psci_conduit_ = conduit; }

    void reset() {
        set_memory({});
        set_reserved({});
        set_cpus({});
        set_cpu_count(1);
        set_bootargs({});
        set_random_seed({});
        set_initrd({});
        set_psci_conduit(PsciConduit::hvc);
    }

private:
    std::vector<PhysRange> memory_;
    std::vector<ReservedRegion> reserved_;
    std::uint32_t cpu_count_ = 1;
    std::vector<BootCpu> cpus_;
    std::span<const std::byte> random_seed_;
    std::vector<char> bootargs_;  // libstdc++ 12 has no string that can be a constant
    PhysRange initrd_;
    PsciConduit psci_conduit_ = PsciConduit::hvc;
};

} // namespace phx::boot
