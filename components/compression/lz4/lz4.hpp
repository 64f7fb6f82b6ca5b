// lz4's older frame, which is what Linux packs initramfs archives with: lz4's doc/lz4_Frame_format.md, "Legacy frame".
#pragma once

#include <compression/interfaces/decompressor.hpp>

namespace phx::compression {

class Lz4 final : public Decompressor {
public:
    constexpr Lz4() = default;

    // Decompressor
    [[nodiscard]] std::string_view name() const override { return "lz4"; }
    [[nodiscard]] bool recognises(std::span<const std::byte> input) const override;
    Result<std::size_t> decompress(std::span<const std::byte> input, Output& output) override;
};

}  // namespace phx::compression
