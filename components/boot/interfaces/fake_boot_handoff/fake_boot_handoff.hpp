// A loader that left what a test says.
#pragma once

#include <cstddef>
#include <span>
#include <utility>
#include <vector>

#include <base/types.hpp>

namespace phx::boot {

class FakeBootHandoff {
public:
    static constexpr PhysAddr default_tree{0x4400'0000};
    static constexpr PhysRange default_image{PhysAddr{0x4008'0000}, 128 * KiB};

    constexpr FakeBootHandoff() = default;

    [[nodiscard]] std::span<const std::byte> device_tree() const { return tree_; }
    [[nodiscard]] PhysAddr device_tree_address() const { return tree_address_; }
    [[nodiscard]] PhysRange image() const { return image_; }
    [[nodiscard]] unsigned entry_level() const { return entry_level_; }

    void set_device_tree(std::vector<std::byte> blob, PhysAddr address = default_tree) {
        tree_ = std::move(blob);
        tree_address_ = address;
    }
    void set_image(PhysRange range) { image_ = range; }
    void set_entry_level(unsigned level) { entry_level_ = level; }

    // No tree, the default image, EL1.
    void reset() {
        set_device_tree({}, PhysAddr{});
        set_image(default_image);
        set_entry_level(1);
    }

private:
    std::vector<std::byte> tree_;
    PhysAddr tree_address_;
    PhysRange image_ = default_image;
    unsigned entry_level_ = 1;
};

} // namespace phx::boot
