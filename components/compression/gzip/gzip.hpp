// gzip (RFC 1952).
#pragma once

#include <compression/interfaces/decompressor.hpp>

namespace phx::compression {

class Gzip final : public Decompressor {
public:
    constexpr Gzip() = default;

    // Decompressor
    [[nodiscard]] std::string_view name() const override { return "gzip"; }
    [[nodiscard]] bool recognises(std::span<const std::byte> input) const override;
    Result<std::size_t> decompress(std::span<const std::byte> input, Output& output) override;
};

}  // namespace phx::compression
