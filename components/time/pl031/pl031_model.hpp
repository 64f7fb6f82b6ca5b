// A PL031 for host tests (Arm DDI 0224): its second hand is `advance`.
#pragma once

#include <array>
#include <cstdint>

#include <gtest/gtest.h>

#include <arch/mmio.hpp>
#include <params/pl031.hpp>

namespace phx::time {

class Pl031Model final : public arch::FakeDevice {
public:
    Pl031Model()
        : FakeDevice{params::pl031::registers::rtc.virt.value(), params::pl031::registers::rtc.size} {}

    std::uint64_t read(std::uint64_t offset, unsigned width) override {
        EXPECT_EQ(width, 4U);
        if (offset >= 0xfe0 && offset < 0x1000 && offset % 4 == 0) {
            return identity.at((offset - 0xfe0) / 4);
        }
        switch (offset) {
        case 0x000:
            return seconds;
        case 0x00c:
            return running ? 1 : 0;
        default:
            ADD_FAILURE() << "read of " << offset;
            return 0;
        }
    }
    void write(std::uint64_t offset, std::uint64_t value, unsigned width) override {
        EXPECT_EQ(width, 4U);
        switch (offset) {
        case 0x008:
            seconds = static_cast<std::uint32_t>(value);
            break;
        case 0x00c:
            EXPECT_EQ(value & ~std::uint64_t{1}, 0U);
            running = running || value == 1;  // only a reset stops it
            break;
        case 0x010:
            alarm_on = value != 0;
            break;
        case 0x01c:
            alarm_pending = alarm_pending && value == 0;
            break;
        default:
            ADD_FAILURE() << "write to " << offset;
        }
    }
    void advance(std::int64_t by) { seconds += running ? static_cast<std::uint32_t>(by) : 0; }

    std::uint32_t seconds = 0;
    bool running = false;
    bool alarm_on = false;
    bool alarm_pending = false;
    // PeriphID0 to 3 of revision 1, PCellID0 to 3.
    std::array<std::uint32_t, 8> identity{0x31, 0x10, 0x14, 0x00, 0x0d, 0xf0, 0x05, 0xb1};
};

}  // namespace phx::time
