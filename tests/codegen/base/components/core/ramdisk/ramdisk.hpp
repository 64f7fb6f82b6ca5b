#pragma once

#include <base/result.hpp>
#include <core/interfaces/disk.hpp>
#include <params/ramdisk.hpp>

namespace phx::core {

class Ramdisk final : public Disk {
public:
    constexpr explicit Ramdisk(const params::ramdisk::Instance& own) : own_{own} {}
    Result<void> init();
    int run() override;

private:
    const params::ramdisk::Instance& own_;
};

}  // namespace phx::core
