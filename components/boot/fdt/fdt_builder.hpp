// Builds flattened device trees for tests, good ones and, with the raw parts, bad ones.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace phx::boot {

using Blob = std::vector<std::byte>;

inline void put32(Blob& blob, std::uint32_t value) {
    for (int shift = 24; shift >= 0; shift -= 8) {
        blob.push_back(static_cast<std::byte>(value >> shift));
    }
}

inline void overwrite32(Blob& blob, std::size_t offset, std::uint32_t value) {
    for (std::size_t i = 0; i < 4; ++i) {
        blob.at(offset + i) = static_cast<std::byte>(value >> (24 - 8 * i));
    }
}

class FdtBuilder {
public:
    FdtBuilder& begin(std::string_view name) {
        token(1);
        text(name);
        pad();
        return *this;
    }
    FdtBuilder& end() { return token(2); }
    FdtBuilder& nop() { return token(4); }
    FdtBuilder& token(std::uint32_t value) {
        put32(structure_, value);
        return *this;
    }

    FdtBuilder& bytes(std::string_view name, const Blob& value) {
        token(3);
        put32(structure_, static_cast<std::uint32_t>(value.size()));
        put32(structure_, name_offset(name));
        structure_.insert(structure_.end(), value.begin(), value.end());
        pad();
        return *this;
    }
    FdtBuilder& flag(std::string_view name) { return bytes(name, {}); }
    FdtBuilder& cells(std::string_view name, std::initializer_list<std::uint32_t> values) {
        Blob value;
        for (const std::uint32_t v : values) {
            put32(value, v);
        }
        return bytes(name, value);
    }
    FdtBuilder& strings(std::string_view name, std::initializer_list<std::string_view> values) {
        Blob value;
        for (const std::string_view v : values) {
            for (const char c : v) {
                value.push_back(static_cast<std::byte>(c));
            }
            value.push_back(std::byte{0});
        }
        return bytes(name, value);
    }
    FdtBuilder& string(std::string_view name, std::string_view value) { return strings(name, {value}); }

    FdtBuilder& reserve(std::uint64_t address, std::uint64_t size) {
        for (const std::uint64_t v : {address, size}) {
            put32(reservations_, static_cast<std::uint32_t>(v >> 32));
            put32(reservations_, static_cast<std::uint32_t>(v));
        }
        return *this;
    }

    // Header, reservations and their end, structure (an end token is added), strings.
    [[nodiscard]] Blob build() const {
        Blob blob;
        const std::uint32_t reservations = 40;
        const auto structure = reservations + static_cast<std::uint32_t>(reservations_.size()) + 16;
        const auto structure_size = static_cast<std::uint32_t>(structure_.size()) + 4;
        const auto strings_size = static_cast<std::uint32_t>(strings_.size());
        const std::uint32_t total = structure + structure_size + strings_size;
        for (const std::uint32_t field : {0xd00dfeedU, total, structure, structure + structure_size, reservations, 17U,
                                          16U, 0U, strings_size, structure_size}) {
            put32(blob, field);
        }
        blob.insert(blob.end(), reservations_.begin(), reservations_.end());
        blob.resize(blob.size() + 16);
        blob.insert(blob.end(), structure_.begin(), structure_.end());
        put32(blob, 9);
        blob.insert(blob.end(), strings_.begin(), strings_.end());
        return blob;
    }

private:
    void text(std::string_view value) {
        for (const char c : value) {
            structure_.push_back(static_cast<std::byte>(c));
        }
        structure_.push_back(std::byte{0});
    }
    void pad() { structure_.resize((structure_.size() + 3) / 4 * 4); }
    std::uint32_t name_offset(std::string_view name) {
        for (std::size_t i = 0; i < names_.size(); ++i) {
            if (names_[i].first == name) {
                return names_[i].second;
            }
        }
        const auto offset = static_cast<std::uint32_t>(strings_.size());
        names_.emplace_back(name, offset);
        for (const char c : name) {
            strings_.push_back(static_cast<std::byte>(c));
        }
        strings_.push_back(std::byte{0});
        return offset;
    }

    Blob structure_;
    Blob strings_;
    Blob reservations_;
    std::vector<std::pair<std::string, std::uint32_t>> names_;
};

}  // namespace phx::boot
