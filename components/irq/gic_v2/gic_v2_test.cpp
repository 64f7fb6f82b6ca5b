#include <irq/gic_v2/gic_v2.hpp>

#include <array>

#include <gtest/gtest.h>

#include <arch/mmio.hpp>
#include <irq/interfaces/gic_model.hpp>
#include <irq/interfaces/irq_controller_conformance.hpp>
#include <wiring.hpp>

namespace phx::irq {
namespace {

namespace registers = params::gic_v2::registers;

// Each CPU's bit as a target: not in the order in which Phoenix numbers them.
constexpr std::uint8_t bit_of(unsigned cpu) {
    return static_cast<std::uint8_t>(1U << (cpu + 2) % 4);
}
constexpr unsigned cpu_of(std::uint8_t bit) {
    unsigned cpu = 0;
    while (bit_of(cpu) != bit) {
        ++cpu;
    }
    return cpu;
}

class CpuInterface final : public arch::FakeDevice {
public:
    explicit CpuInterface(GicModel& gic)
        : FakeDevice{registers::cpu_interface.virt.value(), registers::cpu_interface.size}, gic_{gic} {}

    std::uint64_t read(std::uint64_t offset, unsigned width) override {
        EXPECT_EQ(width, 4U);
        EXPECT_EQ(offset, 0x00cU);
        const Bank& bank = here();
        if (bank.control != 1 || !distributor_on) {
            return GicModel::k_spurious;
        }
        const auto [id, sent_by] = gic_.acknowledge(false, bank.priority_mask);
        return id < 16 ? id | (sent_by + 2) % 4 << 10 : id;
    }
    void write(std::uint64_t offset, std::uint64_t value, unsigned width) override {
        EXPECT_EQ(width, 4U);
        switch (offset) {
        case 0x000:
            here().control = static_cast<std::uint32_t>(value);
            break;
        case 0x004:
            here().priority_mask = static_cast<std::uint32_t>(value);
            break;
        case 0x010:
            last_end = static_cast<std::uint32_t>(value);
            EXPECT_TRUE(gic_.end(last_end & 0x3ff));
            break;
        default:
            ADD_FAILURE() << "write to " << offset;
        }
    }

    std::uint32_t last_end = 0;
    bool distributor_on = false;

private:
    struct Bank {
        std::uint32_t control = 0;
        std::uint32_t priority_mask = 0;
    };
    Bank& here() { return banks_.at(arch::current()->cpu); }

    GicModel& gic_;
    std::array<Bank, GicModel::k_cpus> banks_{};
};

class Distributor final : public arch::FakeDevice {
public:
    Distributor(GicModel& gic, CpuInterface& cpu)
        : FakeDevice{registers::distributor.virt.value(), registers::distributor.size}, gic_{gic}, cpu_{cpu} {}

    std::uint64_t read(std::uint64_t offset, unsigned width) override {
        EXPECT_EQ(width, offset >= 0x400 && offset < 0xc00 ? 1U : 4U);
        if (offset >= 0xc08 && offset < 0xd00) {
            return gic_.triggers(static_cast<std::uint32_t>(offset - 0xc00) * 4);
        }
        switch (offset) {
        case 0x000:
            return cpu_.distributor_on ? 1 : 0;
        case 0x004:
            return line_blocks;
        case 0x800:
            return one_cpu ? 0 : bit_of(arch::current()->cpu);
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
        } else if (offset >= 0xc08 && offset < 0xd00) {
            gic_.set_triggers(static_cast<std::uint32_t>(offset - 0xc00) * 4, bits);
        } else if (offset == 0xf00) {
            send(bits);
        } else if (offset >= 0x820 && offset < 0xc00) {
            EXPECT_EQ(width, 1U);
            gic_.line(static_cast<std::uint32_t>(offset - 0x800)).cpu = static_cast<int>(cpu_of(static_cast<std::uint8_t>(bits)));
        } else {
            ADD_FAILURE() << "write to " << offset;
        }
    }

    std::uint32_t line_blocks = 8;  // 288 lines
    std::uint32_t peripheral_id2 = 0x2b;
    bool one_cpu = false;
    unsigned writes = 0;
    unsigned enabled_blocks = 0;

private:
    // GICD_SGIR
    void send(std::uint32_t request) {
        const std::uint32_t filter = request >> 24;
        const unsigned self = arch::current()->cpu;
        EXPECT_TRUE(filter == 0 || filter == 2);
        for (unsigned cpu = 0; cpu < GicModel::k_cpus; ++cpu) {
            if (filter == 2 ? cpu == self : (request >> 16 & bit_of(cpu)) != 0) {
                gic_.send(request & 0xf, cpu, self);
            }
        }
    }

    GicModel& gic_;
    CpuInterface& cpu_;
};

struct Machine {
    Machine() {
        wiring::fake_log.reset();
        wiring::lines.reset();
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
        with_cpu(1, [this] { EXPECT_TRUE(machine.controller.init_cpu()); });
        return machine.controller;
    }
    static void with_cpu(unsigned cpu, auto f) {
        const OnCpu there{cpu};
        f();
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
    machine.gic.send(3, 0, 1);
    const auto line = machine.controller.acknowledge();
    ASSERT_EQ(line, IrqLine{3});
    machine.controller.complete(*line);
    EXPECT_EQ(machine.cpu.last_end, 3U << 10 | 3U);
}

// Where there is one CPU, the targets read as zero and cannot be written.
TEST(GicV2, SetsNoTargetsWhereThereAreNone) {
    Machine machine;
    machine.distributor.one_cpu = true;
    ASSERT_TRUE(machine.controller.init());
    ASSERT_TRUE(machine.controller.enable(IrqLine{33}));
    EXPECT_EQ(machine.gic.line(33).cpu, -1);
    ASSERT_TRUE(machine.controller.enable(IrqLine{3}));
    machine.controller.send(IrqLine{3}, 0);
    EXPECT_EQ(machine.controller.acknowledge(), IrqLine{3});
}

TEST(GicV2, RefusesACpuThatItDoesNotKnow) {
    Machine machine;
    ASSERT_TRUE(machine.controller.init());
    machine.distributor.one_cpu = true;
    const OnCpu there{2};
    EXPECT_EQ(machine.controller.init_cpu().error(), Errno::nodev);
    EXPECT_TRUE(wiring::fake_log.contains(log::Level::error, "does not know CPU 2"));
}

TEST(GicV2, AFurtherCpusOwnLinesAreOffAtFirst) {
    Machine machine;
    ASSERT_TRUE(machine.controller.init());
    machine.gic.line_of(1, 27).enabled = true;
    const OnCpu there{1};
    ASSERT_TRUE(machine.controller.init_cpu());
    EXPECT_FALSE(machine.gic.line(27).enabled);
}

TEST(GicV2, SetsWhatEachWiredLineIs) {
    Machine machine;
    wiring::lines.set_lines({{IrqLine{2}, "smp", "on_call", Trigger::edge},
                             {IrqLine{33}, "uart", "on_interrupt", Trigger::level},
                             {IrqLine{47}, "disk", "on_interrupt", Trigger::edge},
                             {IrqLine{500}, "far", "on_interrupt", Trigger::edge}});
    machine.gic.line(33).edge = true;  // as a boot loader may leave it
    machine.gic.line(34).edge = true;
    ASSERT_TRUE(machine.controller.init());
    EXPECT_FALSE(machine.gic.line(33).edge);
    EXPECT_TRUE(machine.gic.line(34).edge);
    EXPECT_TRUE(machine.gic.line(47).edge);
    EXPECT_FALSE(machine.gic.line(46).edge);
    EXPECT_FALSE(machine.gic.line(2).edge);
    EXPECT_FALSE(machine.gic.line(500).edge);
}

}  // namespace
}  // namespace phx::irq
