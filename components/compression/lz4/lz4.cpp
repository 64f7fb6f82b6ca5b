#include <compression/lz4/lz4.hpp>

#include <algorithm>
#include <cstdint>
#include <cstring>

#include <memory/interfaces/page_run.hpp>
#include <ports/lz4.hpp>

extern "C" {
#include <compression/lz4/lz4_library.h>
}

namespace phx::compression {
namespace {

using Bytes = std::span<const std::byte>;

constexpr std::uint32_t k_magic = 0x184c'2102;
constexpr std::size_t k_block_size = 8 * MiB;  // unpacked; only the last is shorter
// LZ4_compressBound: a longer one is no block, but the beginning of something else.
constexpr std::size_t k_most_packed = k_block_size + k_block_size / 255 + 16;
constexpr std::size_t k_most_ratio = 255;  // a byte of lengths stands for that many

[[nodiscard]] std::uint32_t word_at(Bytes bytes) {
    std::uint32_t word;
    std::memcpy(&word, bytes.first(sizeof word).data(), sizeof word);
    return word;
}

}  // namespace

bool Lz4::recognises(Bytes input) const {
    return input.size() >= sizeof k_magic && word_at(input) == k_magic;
}

Result<std::size_t> Lz4::decompress(Bytes input, Output& output) {
    memory::PageRun run{ports::lz4::pages()};
    const std::size_t room = std::min(k_block_size, input.size() * k_most_ratio);
    auto* const memory = reinterpret_cast<char*>(ports::lz4::map().to_virtual(TRY(run.allocate(room))));
    Bytes left = input;
    while (left.size() >= sizeof(std::uint32_t)) {
        const std::uint32_t size = word_at(left);
        const Bytes block = left.subspan(sizeof size);
        if (size == k_magic) {
            left = block;
            continue;
        }
        if (size == 0 || size > k_most_packed) {
            break;
        }
        if (size > block.size()) {
            return Errno::badmsg;
        }
        const int unpacked = phx_lz4_block(reinterpret_cast<const char*>(block.data()), memory, static_cast<int>(size),
                                           static_cast<int>(room));
        if (unpacked < 0) {
            return Errno::badmsg;
        }
        TRY(output.take(std::as_bytes(std::span{memory, static_cast<std::size_t>(unpacked)})));
        left = block.subspan(size);
    }
    return input.size() - left.size();
}

}  // namespace phx::compression
