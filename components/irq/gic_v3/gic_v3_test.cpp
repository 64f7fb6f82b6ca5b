#include <irq/gic_v3/gic_v3.hpp>

#include <algorithm>
#include <array>
#include <vector>

#include <gtest/gtest.h>

#include <arch/gic.hpp>
#include <arch/mmio.hpp>
#include <irq/interfaces/gic_model.hpp>
#include <irq/interfaces/irq_controller_conformance.hpp>
#include <wiring.hpp>

namespace phx::irq {
namespace {

namespace registers = params::gic_v3::registers;

constexpr std::uint64_t k_frame = 0x10000;

// CPU n of Phoenix: two clusters of two.
constexpr std::array<std::uint64_t, GicModel::k_cpus> k_mpidr{0, 1, 0x100, 0x101};

// Which CPU has the affinity, laid out as in MPIDR_EL1; -1 if none.
int cpu_at(std::uint64_t affinity) {
    const auto at = std::ranges::find(k_mpidr, affinity);
    return at == k_mpidr.end() ? -1 : static_cast<int>(at - k_mpidr.begin());
}

class OnGicCpu {
public:
    explicit OnGicCpu(unsigned cpu) : on_{cpu} { arch::host::mpidr = k_mpidr.at(cpu); }
    ~OnGicCpu() { arch::host::mpidr = 0; }
    OnGicCpu(const OnGicCpu&) = delete;
    OnGicCpu& operator=(const OnGicCpu&) = delete;

private:
    OnCpu on_;
};

// Lines 32 and up.
class Distributor final : public arch::FakeDevice {
public:
    explicit Distributor(GicModel& gic)
        : FakeDevice{registers::distributor.virt.value(), registers::distributor.size}, gic_{gic} {}

    std::uint64_t read(std::uint64_t offset, unsigned width) override {
        EXPECT_EQ(width, 4U);
        if (offset >= 0x0c08 && offset < 0x0d00) {
            return gic_.triggers(static_cast<std::uint32_t>(offset - 0x0c00) * 4);
        }
        switch (offset) {
        case 0x0000:
            return control | (busy_reads > 0 && busy_reads-- > 0 ? 1U << 31 : 0);
        case 0x0004:
            return line_blocks;
        case 0xffe8:
            return peripheral_id2;
        default:
            ADD_FAILURE() << "read of " << offset;
            return 0;
        }
    }
    void write(std::uint64_t offset, std::uint64_t value, unsigned width) override {
        ++writes;
        const auto bits = static_cast<std::uint32_t>(value);
        if (offset == 0) {
            EXPECT_FALSE((control & 0x10) == 0 && (bits & 0x10) != 0 && (control & 3) != 0) << "ARE with a group on";
            EXPECT_FALSE((control & 0x10) != 0 && (bits & 0x10) == 0) << "ARE turned off";
            control = bits;
            busy_reads = 3;
        } else if (offset >= 0x0084 && offset < 0x0100) {
            EXPECT_EQ(width, 4U);
            gic_.set_bits(block(offset), bits, [](GicModel::Line& line, bool to) { line.group1 = to; });
        } else if (offset >= 0x0104 && offset < 0x0200 && offset != 0x0180) {
            EXPECT_EQ(width, 4U);
            gic_.enable_bits(block(offset), bits, offset < 0x0180);
        } else if (offset >= 0x0420 && offset < 0x0800) {
            EXPECT_EQ(width, 1U);
            gic_.line(static_cast<std::uint32_t>(offset - 0x0400)).priority = static_cast<std::uint8_t>(value);
        } else if (offset >= 0x0c08 && offset < 0x0d00) {
            gic_.set_triggers(static_cast<std::uint32_t>(offset - 0x0c00) * 4, bits);
        } else if (offset >= 0x6100 && offset < 0x8000) {
            EXPECT_EQ(width, 8U);
            EXPECT_NE(control & 0x10, 0U) << "routes are ignored without affinity routing";
            gic_.line(static_cast<std::uint32_t>(offset - 0x6000) / 8).cpu = cpu_at(value);
        } else {
            ADD_FAILURE() << "write to " << offset;
        }
    }

    std::uint32_t control = 0;
    std::uint32_t line_blocks = 8;  // 288 lines
    std::uint32_t peripheral_id2 = 0x3b;
    unsigned busy_reads = 0;
    unsigned writes = 0;

private:
    static std::uint32_t block(std::uint64_t offset) { return static_cast<std::uint32_t>(offset % 0x80) * 8; }

    GicModel& gic_;
};

// One frame pair for each entry of `affinities`, packed as in GICR_TYPER.
class Redistributors final : public arch::FakeDevice {
public:
    explicit Redistributors(GicModel& gic)
        : FakeDevice{registers::redistributors.virt.value(), registers::redistributors.size}, gic_{gic} {}

    std::uint64_t read(std::uint64_t offset, unsigned width) override {
        const std::size_t index = offset / stride();
        if (index >= affinities.size()) {
            ADD_FAILURE() << "read behind the last redistributor: " << offset;
            return 0;
        }
        switch (offset % stride()) {
        case 0x0000:
            EXPECT_EQ(width, 4U);
            return busy_reads > 0 && busy_reads-- > 0 ? 1U << 3 : 0;
        case 0x0008: {
            EXPECT_EQ(width, 8U);
            ++type_reads;
            const bool last = mark_last && index + 1 == affinities.size();
            return std::uint64_t{affinities[index]} << 32 | (last ? 1U << 4 : 0) | (virtual_lpis ? 1U << 1 : 0);
        }
        case 0x0014:
            return asleep.at(index) ? 6 : children_asleep ? 4 : 0;
        default:
            ADD_FAILURE() << "read of " << offset;
            return 0;
        }
    }
    void write(std::uint64_t offset, std::uint64_t value, unsigned width) override {
        const auto bits = static_cast<std::uint32_t>(value);
        const std::uint64_t at = offset % stride();
        EXPECT_EQ(offset / stride(), own()) << "another CPU's redistributor";
        if (at == 0x0014) {
            asleep.at(offset / stride()) = (bits & 2) != 0;
        } else if (at == k_frame + 0x0080) {
            gic_.set_bits(0, bits, [](GicModel::Line& line, bool to) { line.group1 = to; });
        } else if (at == k_frame + 0x0100 || at == k_frame + 0x0180) {
            gic_.enable_bits(0, bits, at == k_frame + 0x0100);
            busy_reads = 2;
        } else if (at >= k_frame + 0x0400 && at < k_frame + 0x0420) {
            EXPECT_EQ(width, 1U);
            gic_.line(static_cast<std::uint32_t>(at - k_frame - 0x0400)).priority = static_cast<std::uint8_t>(value);
        } else {
            ADD_FAILURE() << "write to " << offset;
        }
    }

    std::vector<std::uint32_t> affinities{0x100, 0, 1, 0x101};
    bool mark_last = true;
    bool virtual_lpis = false;
    std::array<bool, 8> asleep{true, true, true, true, true, true, true, true};
    bool children_asleep = false;
    unsigned busy_reads = 0;
    unsigned type_reads = 0;

    [[nodiscard]] bool is_asleep() const { return asleep.at(own()); }

private:
    [[nodiscard]] std::uint64_t stride() const { return (virtual_lpis ? 4 : 2) * k_frame; }
    // The calling CPU's.
    [[nodiscard]] std::size_t own() const {
        return static_cast<std::size_t>(std::ranges::find(affinities, arch::host::mpidr) - affinities.begin());
    }

    GicModel& gic_;
};

class Machine final : public arch::host::IccModel {
public:
    Machine() {
        wiring::fake_log.reset();
        wiring::lines.reset();
        for (auto& icc : arch::host::iccs) {
            icc = {};
            icc.model = this;
        }
        gic.line(40).enabled = true;  // as a boot loader may leave it
        gic.line(20).enabled = true;
    }
    ~Machine() { arch::host::iccs.fill({}); }

    std::uint32_t acknowledge() override {
        const auto& icc = arch::host::icc();
        const bool open = icc.group1 && (distributor.control & 2) != 0 && !redistributors.is_asleep();
        return open ? gic.acknowledge(true, icc.priority_mask).id : GicModel::k_spurious;
    }
    void end(std::uint32_t id) override { EXPECT_TRUE(gic.end(id)); }
    // ICC_SGI1R_EL1. An interrupt that waits is the same whoever sent it.
    void send(std::uint64_t request) override {
        const std::uint64_t cluster = ((request >> 48) & 0xff) << 32 | ((request >> 32) & 0xff) << 16 | ((request >> 16) & 0xff) << 8;
        EXPECT_EQ(request >> 40 & 1, 0U) << "to all but the sender";
        for (unsigned bit = 0; bit < 16; ++bit) {
            const int cpu = (request >> bit & 1) != 0 ? cpu_at(cluster | ((request >> 44) & 0xf) << 4 | bit) : -1;
            if (cpu >= 0) {
                gic.send(request >> 24 & 0xf, static_cast<unsigned>(cpu), 0);
            }
        }
    }

    GicModel gic;
    Distributor distributor{gic};
    Redistributors redistributors{gic};
    GicV3 controller;
};

struct DeviceLines {
    using Provider = GicV3;

    GicV3& ready() {
        EXPECT_TRUE(machine.controller.init());
        with_cpu(1, [this] { EXPECT_TRUE(machine.controller.init_cpu()); });
        return machine.controller;
    }
    static void with_cpu(unsigned cpu, auto f) {
        const OnGicCpu there{cpu};
        f();
    }
    [[nodiscard]] static IrqLine line(unsigned n) { return IrqLine{33 + 70 * n}; }
    void raise(IrqLine line) { machine.gic.line(line.id()).level = true; }
    void lower(IrqLine line) { machine.gic.line(line.id()).level = false; }

    Machine machine;
};
struct OwnLines : DeviceLines {
    [[nodiscard]] static IrqLine line(unsigned n) { return IrqLine{27 + n}; }
};
INSTANTIATE_TYPED_TEST_SUITE_P(GicV3, IrqControllerConformance, DeviceLines);
INSTANTIATE_TYPED_TEST_SUITE_P(GicV3Own, IrqControllerConformance, OwnLines);

TEST(GicV3, SaysWhatItFound) {
    Machine machine;
    ASSERT_TRUE(machine.controller.init());
    EXPECT_EQ(machine.controller.line_count(), 288U);
    EXPECT_TRUE(wiring::fake_log.contains(log::Level::info, "GICv3, 288 lines"));
    EXPECT_TRUE(arch::host::icc().end_deactivates);
}

TEST(GicV3, TurnsOffWhatTheBootLoaderLeftOnWithFewWrites) {
    Machine machine;
    machine.distributor.control = 0x12;
    ASSERT_TRUE(machine.controller.init());
    EXPECT_FALSE(machine.gic.line(40).enabled);
    EXPECT_FALSE(machine.gic.line(20).enabled);
    EXPECT_TRUE(machine.gic.line(287).group1);
    EXPECT_FALSE(machine.gic.line(288).group1);
    EXPECT_LE(machine.distributor.writes, 18U);
}

TEST(GicV3, TheSpecialNumbersAreNoLines) {
    Machine machine;
    machine.distributor.line_blocks = 31;
    ASSERT_TRUE(machine.controller.init());
    EXPECT_EQ(machine.controller.line_count(), 1020U);
}

TEST(GicV3, AnArchitecture4ControllerServesAsWell) {
    Machine machine;
    machine.distributor.peripheral_id2 = 0x4b;
    machine.redistributors.virtual_lpis = true;
    machine.redistributors.affinities = {1, 0};
    ASSERT_TRUE(machine.controller.init());
    EXPECT_TRUE(wiring::fake_log.contains(log::Level::info, "GICv4"));
}

TEST(GicV3, FindsTheBootCpuAmongOthers) {
    Machine machine;
    machine.redistributors.affinities = {2, 0x0100'0000, 0, 3};
    ASSERT_TRUE(machine.controller.init());
    EXPECT_EQ(machine.redistributors.type_reads, 3U);
    EXPECT_TRUE(machine.controller.enable(IrqLine{27}));
}

TEST(GicV3, RefusesAnotherDevice) {
    for (const std::uint32_t id : {0x2bU, 0x0U, 0xffffffffU}) {
        Machine machine;
        machine.distributor.peripheral_id2 = id;
        EXPECT_EQ(machine.controller.init().error(), Errno::nodev);
        EXPECT_TRUE(wiring::fake_log.contains(log::Level::error, "no GICv3"));
        EXPECT_EQ(machine.distributor.writes, 0U);
        EXPECT_EQ(machine.controller.enable(IrqLine{33}).error(), Errno::inval);
    }
}

TEST(GicV3, TheWalkEndsAtTheLastRedistributor) {
    Machine machine;
    machine.redistributors.affinities = {1, 2};
    EXPECT_EQ(machine.controller.init().error(), Errno::nodev);
    EXPECT_EQ(machine.redistributors.type_reads, 2U);
    EXPECT_TRUE(wiring::fake_log.contains(log::Level::error, "no redistributor for CPU 0x0"));
}

TEST(GicV3, TheWalkEndsAtTheEndOfTheWindow) {
    Machine machine;
    machine.redistributors.affinities.assign(1000, 1);
    machine.redistributors.mark_last = false;
    EXPECT_EQ(machine.controller.init().error(), Errno::nodev);
    EXPECT_EQ(machine.redistributors.type_reads, registers::redistributors.size / (2 * k_frame));
}

TEST(GicV3, SaysThatTheCpuInterfaceIsWithheld) {
    Machine machine;
    arch::host::icc().system_registers_allowed = false;
    EXPECT_EQ(machine.controller.init().error(), Errno::nodev);
    EXPECT_TRUE(wiring::fake_log.contains(log::Level::error, "withholds"));
}

TEST(GicV3, GivesUpOnARedistributorThatSleepsOn) {
    Machine machine;
    machine.redistributors.children_asleep = true;
    EXPECT_EQ(machine.controller.init().error(), Errno::timedout);
    EXPECT_TRUE(wiring::fake_log.contains(log::Level::error, "asleep"));
}

TEST(GicV3, OpensEveryCpusOwnRedistributor) {
    Machine machine;
    ASSERT_TRUE(machine.controller.init());
    machine.gic.line_of(3, 27).enabled = true;
    const OnGicCpu there{3};
    ASSERT_TRUE(machine.controller.init_cpu());
    EXPECT_EQ(machine.redistributors.asleep, (std::array<bool, 8>{true, false, true, false, true, true, true, true}));
    EXPECT_FALSE(machine.gic.line(27).enabled);
    ASSERT_TRUE(machine.controller.enable(IrqLine{27}));
    EXPECT_TRUE(machine.gic.line_of(3, 27).enabled);
    EXPECT_FALSE(machine.gic.line_of(0, 27).enabled);
    EXPECT_TRUE(arch::host::icc().end_deactivates);
}

TEST(GicV3, SaysWhichCpuHasNoRedistributor) {
    Machine machine;
    ASSERT_TRUE(machine.controller.init());
    machine.redistributors.affinities.pop_back();
    const OnGicCpu there{3};
    EXPECT_EQ(machine.controller.init_cpu().error(), Errno::nodev);
    EXPECT_TRUE(wiring::fake_log.contains(log::Level::error, "no redistributor for CPU 0x101"));
}

TEST(GicV3, SendsToAnotherCluster) {
    Machine machine;
    ASSERT_TRUE(machine.controller.init());
    {
        const OnGicCpu there{3};
        ASSERT_TRUE(machine.controller.init_cpu());
        ASSERT_TRUE(machine.controller.enable(IrqLine{7}));
    }
    machine.controller.send(IrqLine{7}, 3);
    EXPECT_EQ(arch::host::icc().sent, (std::vector<std::uint64_t>{7U << 24 | 1U << 16 | 2U}));
    const OnGicCpu there{3};
    EXPECT_EQ(machine.controller.acknowledge(), IrqLine{7});
}

TEST(GicV3, SetsWhatEachWiredLineIs) {
    Machine machine;
    wiring::lines.set_lines({{IrqLine{2}, "smp", "on_call", Trigger::edge},
                             {IrqLine{33}, "uart", "on_interrupt", Trigger::level},
                             {IrqLine{47}, "disk", "on_interrupt", Trigger::edge},
                             {IrqLine{500}, "far", "on_interrupt", Trigger::edge}});
    machine.gic.line(33).edge = true;  // as a boot loader may leave it
    ASSERT_TRUE(machine.controller.init());
    EXPECT_FALSE(machine.gic.line(33).edge);
    EXPECT_TRUE(machine.gic.line(47).edge);
    EXPECT_FALSE(machine.gic.line(46).edge);
    EXPECT_FALSE(machine.gic.line(2).edge);
    EXPECT_FALSE(machine.gic.line(500).edge);
}

TEST(GicV3, ADisableWaitsUntilItHasEffect) {
    Machine machine;
    ASSERT_TRUE(machine.controller.init());
    machine.distributor.busy_reads = 5;
    ASSERT_TRUE(machine.controller.disable(IrqLine{33}));
    EXPECT_EQ(machine.distributor.busy_reads, 0U);
    ASSERT_TRUE(machine.controller.disable(IrqLine{27}));
    EXPECT_EQ(machine.redistributors.busy_reads, 0U);
    machine.distributor.busy_reads = 0xffff'ffff;
    EXPECT_EQ(machine.controller.disable(IrqLine{33}).error(), Errno::timedout);
}

}  // namespace
}  // namespace phx::irq
