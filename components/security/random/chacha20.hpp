// The ChaCha20 block function (RFC 8439, 2.3).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace phx::security {

using ChaChaKey = std::array<std::uint32_t, 8>;
using ChaChaBlock = std::array<std::uint32_t, 16>;

// The key stream's block of that number.
[[nodiscard]] ChaChaBlock chacha20_block(const ChaChaKey& key, std::uint32_t number, const std::array<std::uint32_t, 3>& nonce);

}  // namespace phx::security
