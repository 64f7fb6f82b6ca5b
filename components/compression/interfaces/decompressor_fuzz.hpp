#pragma once
// Arbitrary bytes as packed data: a provider keeps within what it was given, and takes no more memory than that needs.
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>

#include <base/types.hpp>
#include <compression/interfaces/decompressor.hpp>

namespace phx::compression {

/// Takes up to 1 MiB, then says that it is full.
class LimitedOutput final : public Output {
public:
    Result<void> take(std::span<const std::byte> part) override {
        left_ -= part.size() < left_ ? part.size() : left_;
        return left_ != 0 ? Result<void>{} : Errno::nospc;
    }

private:
    std::size_t left_ = MiB;
};

inline void fuzz_decompressor(Decompressor& decompressor, const std::uint8_t* data, std::size_t size) {
    const auto copy = std::make_unique<std::byte[]>(size);
    if (size != 0) {
        std::memcpy(copy.get(), data, size);
    }
    const std::span<const std::byte> input{copy.get(), size};
    if (decompressor.recognises(input)) {
        LimitedOutput output;
        const Result<std::size_t> used = decompressor.decompress(input, output);
        if (used && *used > size) {
            __builtin_trap();
        }
    }
}

}  // namespace phx::compression
