// Arbitrary bytes as packed data: within what it was given, and with no more memory than that takes.
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>

#include <compression/interfaces/decompressor.hpp>
#include <wiring.hpp>

namespace {

class Some final : public phx::compression::Output {
public:
    phx::Result<void> take(std::span<const std::byte> part) override {
        left_ -= part.size() < left_ ? part.size() : left_;
        return left_ != 0 ? phx::Result<void>{} : phx::Errno::nospc;
    }

private:
    std::size_t left_ = phx::MiB;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto copy = std::make_unique<std::byte[]>(size);
    if (size != 0) {
        std::memcpy(copy.get(), data, size);
    }
    const std::span<const std::byte> input{copy.get(), size};
    if (phx::wiring::dut.recognises(input)) {
        Some output;
        const phx::Result<std::size_t> used = phx::wiring::dut.decompress(input, output);
        if (used && *used > size) {
            __builtin_trap();
        }
    }
    return 0;
}
