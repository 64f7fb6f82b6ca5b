// What the start code (start.S) saved before C++ ran.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include <arch/thread_head.hpp>
#include <base/types.hpp>
#include <boot/interfaces/secondary_entry.hpp>

namespace phx::arch {

class Boot {
public:
    constexpr Boot() = default;

    // BootHandoff
    [[nodiscard]] std::span<const std::byte> device_tree() const;
    [[nodiscard]] PhysAddr device_tree_address() const { return device_tree_; }
    [[nodiscard]] PhysRange image() const;
    [[nodiscard]] unsigned entry_level() const { return entry_level_; }

    // SecondaryEntry
    boot::EntryPoint prepare(unsigned cpu, const boot::SecondaryStart& start);

    // Boot stack, interrupts masked, once: checks what the loader did, installs the vectors and starts the kernel.
    [[noreturn]] void enter(PhysAddr device_tree, unsigned entry_level, PhysAddr image_base);

private:
    PhysAddr device_tree_;
    PhysAddr image_base_;
    unsigned entry_level_ = 0;
    ThreadHead head_;  // what current() is on this CPU until somebody makes threads
};

}  // namespace phx::arch
