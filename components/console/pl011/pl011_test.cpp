#include <console/pl011/pl011.hpp>

#include <functional>
#include <string>

#include <gtest/gtest.h>

#include <arch/cpu.hpp>
#include <arch/interrupts.hpp>
#include <console/interfaces/console_conformance.hpp>
#include <console/pl011/pl011_model.hpp>
#include <wiring.hpp>

namespace phx::console {
namespace {

std::function<void()> while_waiting;
std::function<void()> when_unmasked;

// A UART with its line at the interrupt controller.
class Machine {
public:
    Machine() {
        wiring::fake_irq_controller.reset();
        while_waiting = [this] { ASSERT_TRUE(device.interrupts()) << "would wait for ever"; };
        when_unmasked = [this] { serve(); };
        arch::host::on_unmask = [] { when_unmasked(); };
        arch::host::on_wait = [] {
            EXPECT_TRUE(arch::interrupts_masked()) << "an interrupt before the wait would be lost";
            while_waiting();
        };
    }
    ~Machine() {
        arch::host::on_wait = nullptr;
        arch::host::on_unmask = nullptr;
    }

    // What the interrupt entry does for as long as the line stands.
    void serve() {
        arch::host::masked = true;
        for (int rounds = 0; device.interrupts(); ++rounds) {
            ASSERT_LT(rounds, 1000) << "the interrupt is never taken back";
            uart.on_interrupt();
        }
        arch::host::masked = false;
    }

    Pl011Model device{params::pl011::dut};
    Pl011 uart{params::pl011::dut};
};

struct ByInterrupt {
    using Provider = Pl011;
    static constexpr bool has_input = true;

    Pl011& ready() {
        EXPECT_TRUE(machine.uart.init());
        return machine.uart;
    }
    std::string output() { return machine.device.output(); }
    void type(std::string_view text) {
        for (const char c : text) {
            machine.device.receive(c);
        }
        machine.device.idle();
    }

    Machine machine;
};
INSTANTIATE_TYPED_TEST_SUITE_P(Pl011, ConsoleConformance, ByInterrupt);

class Pl011Test : public ::testing::Test {
protected:
    void init() { ASSERT_TRUE(uart_.init()); }
    // The line is at a standstill: nothing leaves the device's queue but by transmit().
    void hold() { device_.reads_per_character = 0; }

    Machine machine_;
    Pl011Model& device_ = machine_.device;
    Pl011& uart_ = machine_.uart;
};

TEST_F(Pl011Test, SetsTheLineUp) {
    init();
    EXPECT_EQ(device_.line_control, 0x70U);  // eight bits, no parity, one stop bit, queues on
    EXPECT_EQ(device_.control, 0x301U);
    EXPECT_EQ(device_.divisor, 833U) << "24 MHz / 16 / 115200 = 13 + 1/64";
    EXPECT_EQ(device_.mask, Pl011Model::k_receive | Pl011Model::k_timeout);
    EXPECT_TRUE(wiring::fake_irq_controller.is_enabled(params::pl011::dut.interrupts.uart));
}

TEST_F(Pl011Test, LetsTheLastCharactersOutBeforeItReprogramsTheLine) {
    uart_.write("boot");
    init();
    EXPECT_EQ(device_.sent, "boot");
}

TEST_F(Pl011Test, RefusesAnotherDevice) {
    device_.identity[0] = 0x31;  // a PL031
    EXPECT_EQ(uart_.init().error(), Errno::nodev);
    EXPECT_EQ(device_.control, 0x301U) << "its registers are left alone";
    EXPECT_FALSE(wiring::fake_irq_controller.is_enabled(params::pl011::dut.interrupts.uart));
}

TEST_F(Pl011Test, AnyRevisionWillDo) {
    device_.identity[2] = 0x14;
    EXPECT_TRUE(uart_.init());
}

TEST_F(Pl011Test, RefusesABaudRateThatTheClockCannotGive) {
    for (const std::int64_t clock :
         {std::int64_t{0}, std::int64_t{115'200 * 15}, std::int64_t{115'200} * 16 * 65'536}) {
        params::pl011::Instance instance = params::pl011::dut;
        instance.clock_hz = clock;
        Pl011 uart{instance};
        EXPECT_EQ(uart.init().error(), Errno::range) << clock;
    }
}

TEST_F(Pl011Test, StaysPolledIfTheControllerRefuses) {
    wiring::fake_irq_controller.refuse_enable(Errno::inval);
    EXPECT_EQ(uart_.init().error(), Errno::inval);
    EXPECT_EQ(device_.mask, 0U) << "nobody will take its interrupts back";
    device_.receive('x');
    EXPECT_EQ(*uart_.read(), 'x');
    uart_.write(std::string(100, 'y'));
    EXPECT_EQ(device_.output(), std::string(100, 'y'));
}

TEST_F(Pl011Test, WritesBeforeInitWithTheQueueOff) {
    uart_.write("early\n");
    EXPECT_EQ(device_.output(), "early\r\n");
}

TEST_F(Pl011Test, ReadsTheFlagsOnceForAQueueful) {
    init();
    device_.flag_reads = 0;
    uart_.write("0123456789abcdef");
    EXPECT_EQ(device_.flag_reads, 1U);
}

TEST_F(Pl011Test, QueuesWhatTheDeviceDoesNotTake) {
    init();
    hold();
    const std::string text(200, 'x');
    uart_.write(text);
    EXPECT_EQ(device_.queued(), 16U);
    EXPECT_NE(device_.mask & Pl011Model::k_transmit, 0U);
    for (int round = 0; round < 100 && device_.sent.size() < text.size(); ++round) {
        device_.transmit(14);
        machine_.serve();
    }
    EXPECT_EQ(device_.output(), text);
    EXPECT_EQ(device_.mask & Pl011Model::k_transmit, 0U) << "nothing left to send";
}

TEST_F(Pl011Test, KeepsTheOrderOfDirectAndQueuedText) {
    init();
    hold();
    std::string expected;
    for (int i = 0; i < 60; ++i) {
        const std::string text = "message " + std::to_string(i) + "\n";
        uart_.write(text);
        expected += text.substr(0, text.size() - 1) + "\r\n";
        if (i % 3 == 0) {
            machine_.serve();
            device_.transmit(15);  // the next text finds room in the device while the ring still holds earlier ones
        }
    }
    for (int round = 0; round < 1000; ++round) {
        device_.transmit(15);
        machine_.serve();
    }
    EXPECT_EQ(device_.output(), expected);
}

TEST_F(Pl011Test, NoInterruptComesBetweenTheCharactersOfALine) {
    init();
    when_unmasked = [&] { device_.taken += "|"; };
    uart_.write(std::string(100, 'x') + "\n");
    EXPECT_EQ(device_.taken, std::string(100, 'x') + "\r\n|");
}

TEST_F(Pl011Test, PollsWhenTheRingIsFull) {
    init();
    device_.reads_per_character = 3;
    std::string text;
    for (int i = 0; i < 1000; ++i) {
        text += std::to_string(i) + " ";
    }
    uart_.write(text);
    uart_.flush();
    EXPECT_EQ(device_.sent, text);
    EXPECT_EQ(uart_.dropped(), 0U);
}

TEST_F(Pl011Test, WriteNowSendsTheRingFirst) {
    init();
    hold();
    uart_.write(std::string(40, 'a'));
    device_.reads_per_character = 1;
    uart_.write_now("panic\n");
    EXPECT_EQ(device_.output(), std::string(40, 'a') + "panic\r\n");
}

TEST_F(Pl011Test, FlushReturnsWhenTheLineIsSilent) {
    init();
    device_.reads_per_character = 5;
    uart_.write(std::string(30, 'b'));
    uart_.flush();
    EXPECT_EQ(device_.sent, std::string(30, 'b'));
}

TEST_F(Pl011Test, ADeviceThatStaysFullLosesTextInsteadOfStoppingTheKernel) {
    init();
    hold();
    uart_.write_now(std::string(16, 'c'));
    uart_.write_now("lost");
    EXPECT_EQ(uart_.dropped(), 4U);
    EXPECT_LT(device_.flag_reads, 1'100'000U) << "waits in full only once";
    device_.reads_per_character = 1;
    uart_.write_now("back");
    EXPECT_EQ(device_.output(), std::string(16, 'c') + "back");
}

TEST_F(Pl011Test, ReadsWhatCameBeforeTheWaitWithoutWaiting) {
    init();
    device_.receive('q');
    device_.idle();
    machine_.serve();
    EXPECT_EQ(*uart_.read(), 'q');
}

TEST_F(Pl011Test, WaitsUntilTheInterruptBrings) {
    init();
    int waits = 0;
    while_waiting = [&] {
        if (++waits == 3) {
            device_.receive('w');
            device_.idle();
        }
    };
    EXPECT_EQ(*uart_.read(), 'w');
    EXPECT_EQ(waits, 3);
    EXPECT_FALSE(arch::interrupts_masked());
}

TEST_F(Pl011Test, PollsWhenCalledWithInterruptsMasked) {
    init();
    device_.receive('m');
    const auto state = arch::save_and_mask_interrupts();
    EXPECT_EQ(*uart_.read(), 'm');
    arch::restore_interrupts(state);
}

TEST_F(Pl011Test, ABurstIsKeptInOrder) {
    init();
    std::string text;
    for (int i = 0; i < 200; ++i) {
        const char c = static_cast<char>('!' + i % 90);
        text += c;
        device_.receive(c);
        machine_.serve();
    }
    device_.idle();
    machine_.serve();
    for (const char c : text) {
        EXPECT_EQ(*uart_.read(), c);
    }
    EXPECT_EQ(uart_.overruns(), 0U);
}

TEST_F(Pl011Test, CountsWhatTheDeviceLost) {
    init();
    for (int i = 0; i < 20; ++i) {
        device_.receive('o');
    }
    machine_.serve();
    EXPECT_EQ(uart_.overruns(), 1U);
}

// Nobody reads while more comes than the ring holds: the rest waits in the device, where the sender's flow control sees it.
TEST_F(Pl011Test, LeavesInTheDeviceWhatTheRingHasNoRoomFor) {
    init();
    std::string text;
    for (int i = 0; i < 256 + 16; ++i) {
        const char c = static_cast<char>('!' + i % 90);
        text += c;
        device_.receive(c);
        device_.idle();
        machine_.serve();
    }
    EXPECT_FALSE(device_.interrupts()) << "a full ring must not be told again and again";
    std::string got;
    while (got.size() < text.size()) {
        got += *uart_.read();
    }
    EXPECT_EQ(got, text);
    device_.receive('z');
    device_.idle();
    machine_.serve();
    EXPECT_EQ(*uart_.read(), 'z') << "interrupts are let in again";
    EXPECT_EQ(uart_.overruns(), 0U);
}

TEST_F(Pl011Test, DropsBrokenCharacters) {
    init();
    for (const std::uint32_t error : {1U << 8, 1U << 9, 1U << 10}) {
        device_.receive('\0', error);
    }
    device_.receive('g');
    device_.idle();
    machine_.serve();
    EXPECT_EQ(*uart_.read(), 'g');
}

}  // namespace
}  // namespace phx::console
