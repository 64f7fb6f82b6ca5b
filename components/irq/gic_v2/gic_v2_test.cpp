#include <irq/gic_v2/gic_v2.hpp>

#include <gtest/gtest.h>

#include <arch/mmio.hpp>
#include <irq/interfaces/gic_model.hpp>
#include <irq/interfaces/irq_controller_conformance.hpp>
#include <wiring.hpp>

namespace phx::irq {
namespace {

namespace registers = params::gic_v2::registers;

constexpr std::uint8_t k_own_cpu = 0x04;

class CpuInterface final : public arch::FakeDevice {
public:
    explicit CpuInterface(GicModel& gic)
        : FakeDevice{registers::cpu_interface.virt.value(), registers::cpu_interface.size}, gic_{gic} {}

    std::uint64_t read(std::uint64_t offset, unsigned width) override {
        EXPECT_EQ(width, 4U);
        EXPECT_EQ(offset, 0x00cU);
        if (control != 1 || !distributor_on) {
            return GicModel::k_spurious;
        }
        const std::uint32_t id = gic_.acknowledge(false, priority_mask);
        return id < 16 ? id | software_source << 10 : id;
    }
    void write(std::uint64_t offset, std::uint64_t value, unsigned width) override {
        EXPECT_EQ(width, 4U);
        switch (offset) {
        case 0x000:
            control = static_cast<std::uint32_t>(value);
            break;
        case 0x004:
            priority_mask = static_cast<std::uint32_t>(value);
            break;
        case 0x010:
            last_end = static_cast<std::uint32_t>(value);
            EXPECT_TRUE(gic_.end(last_end & 0x3ff));
            break;
        default:
            ADD_FAILURE() << "write to " << offset;
        }
    }

    std::uint32_t control = 0;
    std::uint32_t priority_mask = 0;
    std::uint32_t last_end = 0;
    std::uint32_t software_source = 5;
    bool distributor_on = false;

private:
    GicModel& gic_;
};

class Distributor final : public arch::FakeDevice {
public:
    Distributor(GicModel& gic, CpuInterface& cpu)
        : FakeDevice{registers::distributor.virt.value(), registers::distributor.size}, gic_{gic}, cpu_{cpu} {}

    std::uint64_t read(std::uint64_t offset, unsigned width) override {
        EXPECT_EQ(width, offset >= 0x400 && offset < 0xc00 ? 1U : 4U);
        switch (offset) {
        case 0x000:
            return cpu_.distributor_on ? 1 : 0;
        case 0x004:
            return line_blocks;
        case 0x800:
            return own_target;
        case 0xfe8:
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
            cpu_.distributor_on = bits == 1;
        } else if (offset >= 0x100 && offset < 0x200) {
            EXPECT_EQ(width, 4U);
            const bool enables = offset < 0x180;
            gic_.enable_bits(static_cast<std::uint32_t>(offset % 0x80) * 8, bits, enables);
            enabled_blocks += enables ? 0 : 1;
        } else if (offset >= 0x400 && offset < 0x800) {
            EXPECT_EQ(width, 1U);
            gic_.line(static_cast<std::uint32_t>(offset - 0x400)).priority = static_cast<std::uint8_t>(value);
        } else if (offset >= 0x820 && offset < 0xc00) {
            EXPECT_EQ(width, 1U);
            gic_.line(static_cast<std::uint32_t>(offset - 0x800)).targeted = bits == k_own_cpu;
        } else {
            ADD_FAILURE() << "write to " << offset;
        }
    }

    std::uint32_t line_blocks = 8;  // 288 lines
    std::uint32_t peripheral_id2 = 0x2b;
    std::uint8_t own_target = k_own_cpu;
    unsigned writes = 0;
    unsigned enabled_blocks = 0;

private:
    GicModel& gic_;
    CpuInterface& cpu_;
};

struct Machine {
    Machine() {
        wiring::fake_log.reset();
        for (std::uint32_t id = 0; id < 32; ++id) {
            gic.line(id).targeted = true;
        }
        gic.line(40).enabled = true;  // as a boot loader may leave it
    }
    GicModel gic;
    CpuInterface cpu{gic};
    Distributor distributor{gic, cpu};
    GicV2 controller;
};

struct DeviceLines {
    using Provider = GicV2;

    GicV2& ready() {
        EXPECT_TRUE(machine.controller.init());
        return machine.controller;
    }
    [[nodiscard]] static IrqLine line(unsigned n) { return IrqLine{33 + 7 * n}; }
    void raise(IrqLine line) { machine.gic.line(line.id()).level = true; }
    void lower(IrqLine line) { machine.gic.line(line.id()).level = false; }

    Machine machine;
};
struct OwnLines : DeviceLines {
    [[nodiscard]] static IrqLine line(unsigned n) { return IrqLine{27 + n}; }
};
INSTANTIATE_TYPED_TEST_SUITE_P(GicV2, IrqControllerConformance, DeviceLines);
INSTANTIATE_TYPED_TEST_SUITE_P(GicV2Own, IrqControllerConformance, OwnLines);

TEST(GicV2, SaysWhatItFound) {
    Machine machine;
    ASSERT_TRUE(machine.controller.init());
    EXPECT_EQ(machine.controller.line_count(), 288U);
    EXPECT_TRUE(wiring::fake_log.contains(log::Level::info, "GICv2, 288 lines"));
}

TEST(GicV2, TurnsOffWhatTheBootLoaderLeftOnAndLittleElse) {
    Machine machine;
    ASSERT_TRUE(machine.controller.init());
    EXPECT_FALSE(machine.gic.line(40).enabled);
    EXPECT_EQ(machine.distributor.enabled_blocks, 9U);
    EXPECT_LE(machine.distributor.writes, 11U);
}

TEST(GicV2, TheSpecialNumbersAreNoLines) {
    Machine machine;
    machine.distributor.line_blocks = 31;
    ASSERT_TRUE(machine.controller.init());
    EXPECT_EQ(machine.controller.line_count(), 1020U);
}

TEST(GicV2, RefusesAnotherDevice) {
    Machine machine;
    machine.distributor.peripheral_id2 = 0x3b;
    EXPECT_EQ(machine.controller.init().error(), Errno::nodev);
    EXPECT_TRUE(wiring::fake_log.contains(log::Level::error, "no GICv2"));
    EXPECT_EQ(machine.distributor.writes, 0U);
    EXPECT_EQ(machine.controller.enable(IrqLine{33}).error(), Errno::inval);
}

TEST(GicV2, EndsASoftwareInterruptWithItsSender) {
    Machine machine;
    ASSERT_TRUE(machine.controller.init());
    ASSERT_TRUE(machine.controller.enable(IrqLine{3}));
    machine.gic.line(3).level = true;
    const auto line = machine.controller.acknowledge();
    ASSERT_EQ(line, IrqLine{3});
    machine.controller.complete(*line);
    EXPECT_EQ(machine.cpu.last_end, 5U << 10 | 3U);
}

// Where there is one CPU, the targets read as zero and cannot be written.
TEST(GicV2, SetsNoTargetsWhereThereAreNone) {
    Machine machine;
    machine.distributor.own_target = 0;
    ASSERT_TRUE(machine.controller.init());
    machine.gic.line(33).targeted = true;
    ASSERT_TRUE(machine.controller.enable(IrqLine{33}));
    EXPECT_TRUE(machine.gic.line(33).targeted);
}

}  // namespace
}  // namespace phx::irq
