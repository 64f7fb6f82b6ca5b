// Arbitrary bytes as the tree that the loader passed: the bare parser, then all that the component does at boot.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <span>

#include <base/opaque.hpp>
#include <wiring.hpp>

#include "fdt.hpp"

namespace {

constexpr phx::PhysAddr k_base{0x4000'0000};

void require(bool condition) {
    if (!condition) {
        std::abort();
    }
}

// Touches every byte that the parser hands out.
void walk(std::span<const std::byte> blob) {
    phx::boot::FdtReader reader{blob};
    unsigned sum = 0;
    std::size_t depth = 0;
    while (const auto range = reader.next_reservation()) {
        sum += static_cast<unsigned>(range->size);
    }
    for (;;) {
        switch (reader.next()) {
        case phx::boot::FdtEvent::begin_node:
            for (const char c : reader.name()) {
                sum += static_cast<unsigned char>(c);
            }
            require(++depth <= phx::boot::FdtReader::max_depth);
            break;
        case phx::boot::FdtEvent::property:
            sum += reader.is("compatible") ? reader.name_prefix() : 0;
            for (const std::byte b : reader.value()) {
                sum += static_cast<unsigned>(b);
            }
            break;
        case phx::boot::FdtEvent::end_node:
            require(depth-- > 0);
            break;
        case phx::boot::FdtEvent::end:
            require(depth == 0);
            [[fallthrough]];
        case phx::boot::FdtEvent::fault:
            phx::used(sum);  // keeps the reads
            return;
        }
    }
}

void boot(std::span<const std::byte> blob) {
    static const phx::boot::DeviceClaim claims[] = {
        {"/intc@8000000", "arm,gic-v3", phx::PhysAddr{0x800'0000}, "irq"},
        {"/timer", "arm,armv8-timer", phx::PhysAddr{}, "timer"},
        {"/soc/bus@1/uart@10", "arm,pl011", phx::PhysAddr{0x810'0010}, "uart"},
    };
    phx::wiring::fake_log.reset();
    phx::boot::Fdt fdt;
    const bool ok = static_cast<bool>(fdt.read({blob, k_base, {k_base, 1}, claims, k_base}));
    require(ok == phx::wiring::fake_log.messages().empty());
    for (std::size_t i = 1; i < fdt.memory().size(); ++i) {
        require(fdt.memory()[i - 1].end() < fdt.memory()[i].base);
    }
    if (ok) {
        require(!fdt.memory().empty() && fdt.cpu_count() > 0);
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    // A copy of exactly that size, so that the sanitizer sees the first byte read beyond.
    const auto copy = std::make_unique<std::byte[]>(size);
    if (size > 0) {
        std::memcpy(copy.get(), data, size);
    }
    walk({copy.get(), size});
    boot({copy.get(), size});
    return 0;
}
