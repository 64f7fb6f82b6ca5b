// The archive that the boot loader has put into memory (initramfs), compressed or not, and others that follow it there.
#pragma once

#include <cstddef>
#include <span>

#include <base/result.hpp>
#include <fs/interfaces/path.hpp>

namespace phx::fs {

class Initramfs {
public:
    constexpr Initramfs() = default;

    // RootImage
    Result<void> unpack(const Path& root);
    // All that is in `image`, which stays where it is.
    Result<void> unpack(Inode& root, std::span<const std::byte> image);
};

}  // namespace phx::fs
