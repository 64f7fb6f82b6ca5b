#include <string>

#include <gtest/gtest.h>

#include <arch/cpu.hpp>
#include <console/interfaces/console_conformance.hpp>
#include <console/pl011/pl011_model.hpp>
#include <wiring.hpp>

namespace phx::console {
namespace {

struct AfterInit {
    using Provider = Pl011;
    static constexpr bool has_input = true;

    Pl011& ready() {
        arch::host::on_wait = [] { ADD_FAILURE() << "waits for an interrupt that cannot come"; };
        EXPECT_TRUE(uart.init());
        return uart;
    }
    std::string output() { return device.output(); }
    void type(std::string_view text) {
        for (const char c : text) {
            device.receive(c);
        }
    }

    Pl011Model device{params::pl011::dut};
    Pl011 uart{params::pl011::dut};
};

// The start code and a loader leave the queues on.
struct BeforeInit : AfterInit {
    Pl011& ready() {
        device.line_control = 0x70;
        return uart;
    }
};
INSTANTIATE_TYPED_TEST_SUITE_P(AfterInit, ConsoleConformance, AfterInit);
INSTANTIATE_TYPED_TEST_SUITE_P(BeforeInit, ConsoleConformance, BeforeInit);

TEST(Pl011Polled, MasksAllInterrupts) {
    AfterInit machine;
    machine.device.mask = 0x7ff;
    machine.ready();
    EXPECT_EQ(machine.device.mask, 0U);
}

}  // namespace
}  // namespace phx::console
