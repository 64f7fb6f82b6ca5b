#include <compression/interfaces/decompressor_fuzz.hpp>
#include <wiring.hpp>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    phx::compression::fuzz_decompressor(phx::wiring::dut, data, size);
    return 0;
}
