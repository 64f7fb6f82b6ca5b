// Compressed data, a format at a time.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

#include <base/result.hpp>

namespace phx::compression {

// Where the bytes go, in order, a part at a time; each is looked at before take() returns.
class Output {
public:
    // An error ends it, and is what decompress() gives then.
    virtual Result<void> take(std::span<const std::byte> part) = 0;

protected:
    ~Output() = default;
};

// A family: a component for each format. Thread context; may sleep.
class Decompressor {
public:
    [[nodiscard]] virtual std::string_view name() const = 0;  // "gzip"
    // By how it begins.
    [[nodiscard]] virtual bool recognises(std::span<const std::byte> input) const = 0;
    // One frame, or what of its kind directly follows one another: how many bytes of the input that was. Never reads
    // beyond it, whatever it holds. EBADMSG: it is damaged, or not whole; EOPNOTSUPP: it asks for what this one does
    // not do; ENOMEM
    virtual Result<std::size_t> decompress(std::span<const std::byte> input, Output& output) = 0;

protected:
    ~Decompressor() = default;
};

}  // namespace phx::compression
