#include <irq/interrupts/interrupts.hpp>

#include <gtest/gtest.h>

#include <arch/mmio.hpp>
#include <arch/thread_head.hpp>
#include <irq/interfaces/interrupt_entry_conformance.hpp>
#include <params/pl011.hpp>
#include <wiring.hpp>

namespace phx::irq {
namespace {

// A UART's registers, as far as its handler goes: looking at the interrupt status takes the interrupt back.
class Device final : public arch::FakeDevice {
public:
    explicit Device(const params::pl011::Instance& instance)
        : FakeDevice{instance.registers.uart.virt.value(), instance.registers.uart.size},
          line_{instance.interrupts.uart} {}

    std::uint64_t read(std::uint64_t, unsigned) override {
        ++handled;
        wiring::fake_irq_controller.lower(line_);
        return 0;
    }
    void write(std::uint64_t offset, std::uint64_t, unsigned) override { ADD_FAILURE() << "write to " << offset; }

    [[nodiscard]] IrqLine line() const { return line_; }
    unsigned handled = 0;

private:
    IrqLine line_;
};

struct TwoUarts {
    using Provider = Interrupts;

    TwoUarts() {
        wiring::fake_irq_controller.reset();
        wiring::fake_log.reset();
    }
    Interrupts& ready() {
        EXPECT_TRUE(entry_.init());
        return entry_;
    }
    [[nodiscard]] IrqLine wired() const { return a_.line(); }
    [[nodiscard]] IrqLine other() const { return b_.line(); }
    [[nodiscard]] static IrqLine unwired() { return IrqLine{99}; }
    void raise(IrqLine line) {
        ASSERT_TRUE(wiring::fake_irq_controller.enable(line));
        wiring::fake_irq_controller.raise(line);
    }
    [[nodiscard]] unsigned handled(IrqLine line) const { return line == a_.line() ? a_.handled : b_.handled; }
    [[nodiscard]] static bool disabled(IrqLine line) { return !wiring::fake_irq_controller.is_enabled(line); }

private:
    Device a_{params::pl011::uart_a};
    Device b_{params::pl011::uart_b};
    Interrupts entry_;
};
INSTANTIATE_TYPED_TEST_SUITE_P(Interrupts, InterruptEntryConformance, TwoUarts);

TEST(Interrupts, CompletesWhatItAcknowledgedOnceEach) {
    TwoUarts machine;
    Interrupts& entry = machine.ready();
    machine.raise(machine.wired());
    machine.raise(machine.other());
    machine.raise(machine.unwired());
    for (int i = 0; i < 3; ++i) {
        entry.handle();
    }
    EXPECT_EQ(wiring::fake_irq_controller.completed(),
              (std::vector<IrqLine>{machine.wired(), machine.other(), machine.unwired()}));
}

TEST(Interrupts, CountsNothingForLinesBelowTheWiredOnes) {
    TwoUarts machine;
    Interrupts& entry = machine.ready();
    machine.raise(machine.wired());
    entry.handle();
    EXPECT_EQ(entry.count(IrqLine{0}), 0U);
    EXPECT_EQ(entry.count(machine.wired()), 1U);
}

TEST(Interrupts, WarnsOfALineThatNobodyHandles) {
    TwoUarts machine;
    Interrupts& entry = machine.ready();
    machine.raise(machine.unwired());
    entry.handle();
    EXPECT_TRUE(wiring::fake_log.contains(log::Level::warning, "line 99"));
}

TEST(Interrupts, SumsWhatEachCpuCounted) {
    TwoUarts machine;
    Interrupts& entry = machine.ready();
    machine.raise(machine.wired());
    entry.handle();
    arch::current()->cpu = 3;
    entry.handle();
    arch::current()->cpu = 2;
    ASSERT_TRUE(wiring::fake_irq_controller.init_cpu());
    ASSERT_TRUE(wiring::fake_irq_controller.enable(IrqLine{7}));
    wiring::fake_irq_controller.send(IrqLine{7}, 2);
    entry.handle();
    arch::current()->cpu = 0;
    EXPECT_EQ(entry.unexpected(), 2U);
    EXPECT_EQ(entry.count(machine.wired()), 1U);
}

TEST(Interrupts, CountsSpuriousOnesSilently) {
    TwoUarts machine;
    Interrupts& entry = machine.ready();
    entry.handle();
    entry.handle();
    EXPECT_EQ(entry.unexpected(), 2U);
    EXPECT_TRUE(wiring::fake_log.messages().empty());
}

}  // namespace
}  // namespace phx::irq
