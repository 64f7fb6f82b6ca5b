// Keeps what each CPU is to begin with. The context is the CPU's number.
#pragma once

#include <array>

#include <boot/interfaces/secondary_entry.hpp>

namespace phx::boot {

class FakeSecondaryEntry {
public:
    static constexpr PhysAddr k_address{0x4008'1000};

    constexpr FakeSecondaryEntry() = default;

    EntryPoint prepare(unsigned cpu, const SecondaryStart& start) {
        starts_.at(cpu) = start;
        return {k_address, cpu};
    }

    // What the CPU would do, by the calling host thread: entry usually ends by an exception.
    void begin(std::uint64_t context) {
        const SecondaryStart& start = starts_.at(context);
        arch::set_current(start.head);
        start.entry(start.argument);
    }
    [[nodiscard]] const SecondaryStart& start(unsigned cpu) const { return starts_.at(cpu); }

private:
    std::array<SecondaryStart, 8> starts_{};
};

}  // namespace phx::boot
