#include "symbols.hpp"

#include <algorithm>
#include <span>

#include <arch/image.hpp>

namespace phx::debug {

constexpr std::uint32_t k_magic = 0x5048'5853;  // "PHXS"

std::optional<Symbol> SymbolTable::find(VirtAddr address) const {
    const std::span<const std::uint32_t> blob = arch::symbol_blob();
    if (blob.size() < 2 || blob[0] != k_magic || !arch::text_range().contains(address)) {
        return std::nullopt;
    }
    const std::size_t count = blob[1];
    if (count == 0 || blob.size() < 2 + 2 * count) {
        return std::nullopt;
    }
    const std::span<const std::uint32_t> functions = blob.subspan(2, count);
    const std::uint64_t offset = address - arch::image_start();
    const auto after = std::ranges::upper_bound(functions, offset);
    if (after == functions.begin()) {
        return std::nullopt;
    }
    const auto index = static_cast<std::size_t>(after - functions.begin()) - 1;
    const char* names = reinterpret_cast<const char*>(blob.data() + 2 + 2 * count);
    return Symbol{names + blob[2 + count + index], offset - functions[index]};
}

}  // namespace phx::debug
