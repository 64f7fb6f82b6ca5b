#include <compression/zstd/zstd.hpp>

#include <algorithm>
#include <array>

#include <memory/interfaces/page_run.hpp>
#include <ports/zstd.hpp>

extern "C" {
#include <compression/zstd/zstd_library.h>
}

namespace phx::compression {
namespace {

using Bytes = std::span<const std::byte>;

constexpr std::array k_magic{std::byte{0x28}, std::byte{0xb5}, std::byte{0x2f}, std::byte{0xfd}};

struct Taker {
    Output& output;
    Result<void> taken;
};

int take(void* argument, const unsigned char* bytes, std::size_t size) {
    Taker& taker = *static_cast<Taker*>(argument);
    taker.taken = taker.output.take(std::as_bytes(std::span{bytes, size}));
    return taker.taken ? 0 : 1;
}

}  // namespace

bool Zstd::recognises(Bytes input) const {
    return input.size() >= k_magic.size() && std::equal(k_magic.begin(), k_magic.end(), input.begin());
}

Result<std::size_t> Zstd::decompress(Bytes input, Output& output) {
    const auto* const bytes = reinterpret_cast<const unsigned char*>(input.data());
    const std::size_t size = phx_zstd_memory(bytes, input.size());
    if (size == 0) {
        return Errno::badmsg;
    }
    memory::PageRun run{ports::zstd::pages()};
    std::byte* const memory = ports::zstd::map().to_virtual(TRY(run.allocate(size)));
    Taker taker{output, {}};
    phx_zstd frame{
        .next = bytes, .left = input.size(), .memory = memory, .memory_size = size, .take = take, .argument = &taker};
    switch (phx_zstd_run(&frame)) {
    case phx_zstd_done:
        return input.size() - frame.left;
    case phx_zstd_damaged:
        return Errno::badmsg;
    case phx_zstd_stopped:
        return taker.taken.error();
    }
    __builtin_unreachable();
}

}  // namespace phx::compression
