// Zstandard (RFC 8878).
#pragma once

#include <compression/interfaces/decompressor.hpp>

namespace phx::compression {

class Zstd final : public Decompressor {
public:
    constexpr Zstd() = default;

    // Decompressor
    [[nodiscard]] std::string_view name() const override { return "zstd"; }
    [[nodiscard]] bool recognises(std::span<const std::byte> input) const override;
    Result<std::size_t> decompress(std::span<const std::byte> input, Output& output) override;
};

}  // namespace phx::compression
