#include <compression/gzip/gzip.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>

#include <compression/gzip/crc32.hpp>
#include <memory/interfaces/context.hpp>
#include <ports/gzip.hpp>

extern "C" {
#include <compression/gzip/inflate.h>
}

namespace phx::compression {
namespace {

using Bytes = std::span<const std::byte>;

enum Flags : std::uint8_t { k_header_crc = 2, k_extra = 4, k_name = 8, k_comment = 16, k_reserved = 0xe0 };
constexpr std::size_t k_header_size = 10;
constexpr std::size_t k_trailer_size = 8;
constexpr std::byte k_deflate{8};

[[nodiscard]] std::uint32_t word_at(Bytes bytes, std::size_t at) {
    std::uint32_t word;
    std::memcpy(&word, bytes.subspan(at, sizeof word).data(), sizeof word);
    return word;
}

// Where the deflate stream begins (section 2.3).
Result<std::size_t> header_of(Bytes input) {
    if (input.size() < k_header_size) {
        return Errno::badmsg;
    }
    if (input[2] != k_deflate) {
        return Errno::opnotsupp;
    }
    const auto flags = static_cast<std::uint8_t>(input[3]);
    if ((flags & k_reserved) != 0) {
        return Errno::opnotsupp;
    }
    std::size_t at = k_header_size;
    if ((flags & k_extra) != 0) {
        if (input.size() - at < 2) {
            return Errno::badmsg;
        }
        at += 2 + static_cast<std::size_t>(input[at]) + (static_cast<std::size_t>(input[at + 1]) << 8);
    }
    for (const Flags text : {k_name, k_comment}) {
        if ((flags & text) != 0 && at < input.size()) {
            at = static_cast<std::size_t>(
                     std::find(input.begin() + static_cast<std::ptrdiff_t>(at), input.end(), std::byte{0}) -
                     input.begin()) +
                 1;
        }
    }
    at += (flags & k_header_crc) != 0 ? 2 : 0;
    return at <= input.size() ? Result{at} : Errno::badmsg;
}

// What one stream takes: more than a stack has.
struct Work {
    explicit Work(Output& to) : output{to} {}

    Output& output;
    Result<void> taken;
    Crc32 crc;
    std::uint32_t size = 0;
    alignas(16) std::array<std::byte, phx_inflate_state_size> state;
    std::array<unsigned char, phx_inflate_window_size> window;
};

int take(void* argument, unsigned char* bytes, unsigned size) {
    Work& work = *static_cast<Work*>(argument);
    const Bytes part = std::as_bytes(std::span{bytes, size});
    if (work.taken) {
        work.crc.add(part);
        work.size += size;
        work.taken = work.output.take(part);
    }
    return work.taken ? 0 : 1;
}

Result<std::size_t> inflate(Bytes input, Work& work) {
    phx_inflate stream{.next = reinterpret_cast<const unsigned char*>(input.data()),
                       .left = input.size(),
                       .window = work.window.data(),
                       .state = work.state.data(),
                       .take = take,
                       .argument = &work};
    switch (phx_inflate_run(&stream)) {
    case phx_inflate_done:
        break;
    case phx_inflate_damaged:
        return Errno::badmsg;
    case phx_inflate_stopped:
        return work.taken.error();
    }
    const Bytes trailer = input.last(stream.left);
    if (trailer.size() < k_trailer_size || word_at(trailer, 0) != work.crc.value() ||
        word_at(trailer, 4) != work.size) {
        return Errno::badmsg;
    }
    return input.size() - stream.left + k_trailer_size;
}

}  // namespace

bool Gzip::recognises(Bytes input) const {
    return input.size() >= 2 && input[0] == std::byte{0x1f} && input[1] == std::byte{0x8b};
}

Result<std::size_t> Gzip::decompress(Bytes input, Output& output) {
    const std::size_t header = TRY(header_of(input));
    auto& heap = ports::gzip::heap();
    Work* const work = TRY(memory::create<Work>(heap, memory::MaySleep{}, output));
    const Result<std::size_t> used = inflate(input.subspan(header), *work);
    memory::destroy(heap, work);
    return used ? Result{header + *used} : used;
}

}  // namespace phx::compression
