// A PL011 for host tests: queues, flags, raw and masked interrupts (Arm DDI 0183G). Its side of the line is `sent` and
// `receive`.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include <arch/mmio.hpp>
#include <params/pl011.hpp>

namespace phx::console {

class Pl011Model final : public arch::FakeDevice {
public:
    static constexpr std::uint32_t k_receive = 1U << 4;
    static constexpr std::uint32_t k_transmit = 1U << 5;
    static constexpr std::uint32_t k_timeout = 1U << 6;

    explicit Pl011Model(const params::pl011::Instance& instance)
        : FakeDevice{instance.registers.uart.virt.value(), instance.registers.uart.size} {}

    std::uint64_t read(std::uint64_t offset, unsigned width) override {
        EXPECT_EQ(width, 4U);
        switch (offset) {
        case 0x000:
            return take_received();
        case 0x018:
            return flags();
        case 0x040:
            return raw & mask;
        case 0xfe0:
            return identity[0];
        case 0xfe4:
            return identity[1];
        case 0xfe8:
            return identity[2];
        default:
            ADD_FAILURE() << "read of " << offset;
            return 0;
        }
    }
    void write(std::uint64_t offset, std::uint64_t value64, unsigned width) override {
        EXPECT_EQ(width, 4U);
        const auto value = static_cast<std::uint32_t>(value64);
        switch (offset) {
        case 0x000:
            put(static_cast<char>(value));
            break;
        case 0x024:
            divisor_written_ = value << 6 | (divisor_written_ & 63);
            break;
        case 0x028:
            divisor_written_ = (divisor_written_ & ~63U) | value;
            break;
        case 0x02c:
            EXPECT_EQ(control & 1, 0U) << "line control while the UART is on (3.3.8)";
            line_control = value;
            divisor = divisor_written_;  // taken over with this write (3.3.6)
            break;
        case 0x030:
            control = value;
            break;
        case 0x034:
            levels = value;
            break;
        case 0x038:
            mask = value;
            break;
        case 0x044:
            raw &= ~value;
            break;
        default:
            ADD_FAILURE() << "write to " << offset;
        }
    }

    // The line's other end sends a character; errors as in DR's bits 8 to 10.
    void receive(char c, std::uint32_t errors = 0) {
        if (received_.size() == depth()) {
            overrun_ = true;
            return;
        }
        received_.push_back(static_cast<unsigned char>(c) | errors);
        if (received_.size() == level(levels >> 3)) {
            raw |= k_receive;
        }
    }
    // Nothing came for 32 bit times (2.8.5).
    void idle() { raw |= received_.empty() ? 0 : k_timeout; }
    // Up to `count` characters leave.
    void transmit(std::size_t count) {
        for (; count > 0 && !queue_.empty(); --count) {
            sent += queue_.front();
            queue_.pop_front();
            if (queue_.size() == level(levels)) {
                raw |= k_transmit;
            }
        }
    }
    [[nodiscard]] bool interrupts() const { return (raw & mask) != 0; }
    [[nodiscard]] std::size_t queued() const { return queue_.size(); }
    [[nodiscard]] std::string output() {
        transmit(queue_.size());
        return sent;
    }

    std::string sent;
    std::string taken;  // into the queue
    std::uint32_t identity[3] = {0x11, 0x10, 0x34};
    std::uint32_t control = 0x301;
    std::uint32_t line_control = 0;
    std::uint32_t divisor = 0;
    std::uint32_t levels = 0x12;
    std::uint32_t mask = 0;
    std::uint32_t raw = 0;
    unsigned reads_per_character = 1;  // one leaves each time the flags were read so often; 0: none ever
    unsigned flag_reads = 0;

private:
    [[nodiscard]] std::size_t depth() const { return (line_control & 0x10) != 0 ? 16 : 1; }
    // Of a field of IFLS: 1/8, 1/4, 1/2, 3/4, 7/8 of the queue.
    [[nodiscard]] std::size_t level(std::uint32_t select) const {
        constexpr std::size_t levels_of_16[] = {2, 4, 8, 12, 14, 0, 0, 0};
        return depth() == 1 ? 0 : levels_of_16[select & 7];
    }

    std::uint32_t flags() {
        ++flag_reads;
        if (reads_per_character != 0 && flag_reads % reads_per_character == 0) {
            transmit(1);
        }
        return (queue_.empty() ? 0x80U : 0x08U) | (queue_.size() == depth() ? 0x20U : 0) |
               (received_.empty() ? 0x10U : 0);
    }
    void put(char c) {
        ASSERT_LT(queue_.size(), depth()) << "a character was lost";
        queue_.push_back(c);
        taken += c;
        if (queue_.size() > level(levels)) {
            raw &= ~k_transmit;
        }
    }
    std::uint32_t take_received() {
        if (received_.empty()) {
            ADD_FAILURE() << "read of an empty queue";
            return 0;
        }
        const std::uint32_t value = received_.front() | (overrun_ ? 1U << 11 : 0);
        overrun_ = false;
        received_.pop_front();
        if (received_.size() < level(levels >> 3)) {
            raw &= ~k_receive;
        }
        if (received_.empty()) {
            raw &= ~k_timeout;
        }
        return value;
    }

    std::deque<char> queue_;
    std::deque<std::uint32_t> received_;
    std::uint32_t divisor_written_ = 0;
    bool overrun_ = false;
};

}  // namespace phx::console
