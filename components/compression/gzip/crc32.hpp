// The checksum of gzip (RFC 1952, section 8), four bytes at a time.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

namespace phx::compression {

// Table n: what a byte that n more follow comes to.
using Crc32Tables = std::array<std::array<std::uint32_t, 256>, 4>;

consteval Crc32Tables make_crc32_tables() {
    Crc32Tables tables{};
    for (std::uint32_t byte = 0; byte < 256; ++byte) {
        std::uint32_t crc = byte;
        for (int bit = 0; bit < 8; ++bit) {
            crc = crc >> 1 ^ ((crc & 1) != 0 ? 0xedb8'8320U : 0U);
        }
        tables[0][byte] = crc;
    }
    for (std::size_t n = 1; n < tables.size(); ++n) {
        for (std::size_t byte = 0; byte < 256; ++byte) {
            const std::uint32_t crc = tables[n - 1][byte];
            tables[n][byte] = crc >> 8 ^ tables[0][crc & 0xff];
        }
    }
    return tables;
}

class Crc32 {
public:
    void add(std::span<const std::byte> bytes) {
        std::uint32_t crc = ~value_;
        while (bytes.size() >= sizeof(std::uint32_t)) {
            std::uint32_t word;
            std::memcpy(&word, bytes.data(), sizeof word);
            crc ^= word;
            crc = k_tables[3][crc & 0xff] ^ k_tables[2][crc >> 8 & 0xff] ^ k_tables[1][crc >> 16 & 0xff] ^
                  k_tables[0][crc >> 24];
            bytes = bytes.subspan(sizeof word);
        }
        for (const std::byte byte : bytes) {
            crc = k_tables[0][(crc ^ static_cast<std::uint8_t>(byte)) & 0xff] ^ crc >> 8;
        }
        value_ = ~crc;
    }
    [[nodiscard]] std::uint32_t value() const { return value_; }

private:
    static constexpr Crc32Tables k_tables = make_crc32_tables();

    std::uint32_t value_ = 0;
};

}  // namespace phx::compression
