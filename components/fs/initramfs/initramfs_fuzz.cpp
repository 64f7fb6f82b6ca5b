// Arbitrary bytes as the image, and the same in small parts: both must make the same tree, and all memory must come
// back.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <utility>

#include <fs/initramfs/initramfs.hpp>
#include <fs/initramfs/unpacker.hpp>
#include <wiring.hpp>

namespace {

using Bytes = std::span<const std::byte>;

void require(bool condition) {
    if (!condition) {
        std::abort();
    }
}

phx::Ref<phx::fs::SuperBlock> file_system() {
    phx::Result<phx::Ref<phx::fs::SuperBlock>> made = phx::wiring::memory.make("tmpfs", "size=1M,nr_inodes=1000");
    require(static_cast<bool>(made));
    return std::move(*made);
}

phx::fs::initramfs::UnpackCounts in_parts(Bytes image, std::size_t part) {
    const phx::Ref<phx::fs::SuperBlock> super = file_system();
    phx::fs::initramfs::Unpacker unpacker{*super->root()};
    phx::fs::initramfs::CpioReader reader{unpacker};
    while (!image.empty()) {
        const Bytes now = image.first(std::min(part, image.size()));
        if (reader.take(now) != now.size()) {
            break;
        }
        image = image.subspan(now.size());
    }
    reader.finish();
    require(static_cast<bool>(unpacker.finish()));
    return unpacker.counts();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    // At a page's start, and of exactly that size, so that the sanitizer sees the first byte read beyond.
    std::byte* const image =
        static_cast<std::byte*>(std::aligned_alloc(phx::k_page_size, phx::align_up(size + 1, phx::k_page_size)));
    const auto exact = std::make_unique<std::byte[]>(size);
    if (size != 0) {
        std::memcpy(image, data, size);
        std::memcpy(exact.get(), data, size);
    }
    phx::wiring::fake_log.reset();
    {
        const phx::Ref<phx::fs::SuperBlock> super = file_system();
        static_cast<void>(phx::wiring::dut.unpack(*super->root(), {image, size}));
    }
    const phx::fs::initramfs::UnpackCounts whole = in_parts({exact.get(), size}, size + 1);
    const phx::fs::initramfs::UnpackCounts parts = in_parts({exact.get(), size}, 7);
    require(whole.names == parts.names && whole.refused == parts.refused);
    require(phx::wiring::frames.stats().users == 0);
    std::free(image);
    return 0;
}
