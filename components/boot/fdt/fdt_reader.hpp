// A pull parser for flattened device trees (Devicetree Specification 0.4, chapter 5). It reads nothing outside the
// bytes it was given, whatever they say, keeps no stack, and looks at no property that its user does not ask for.
//
//   FdtReader reader;
//   if (!reader.open(bytes)) ... reader.fault() ...
//   for (;;) switch (reader.next()) { case FdtEvent::begin_node: reader.name() ... }
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include <base/types.hpp>

namespace phx::boot {

enum class FdtEvent : std::uint8_t {
    begin_node, // name()
    property,   // value(), is(), name_prefix(); always before the node's children
    end_node,
    end,   // the last one
    fault, // fault() says what; the last one
};

struct FdtFault {
    enum class Kind : std::uint8_t { none, bad_magic, bad_version, truncated, malformed };
    Kind kind = Kind::none;
    std::uint32_t offset = 0; // bytes from the start of the tree
    std::string_view what;
};

// The first four bytes of a property name as the reader gives them: a cheap first comparison. A name of three
// characters counts with its NUL.
[[nodiscard]] constexpr std::uint32_t name_prefix(std::string_view name) {
    std::uint32_t prefix = 0;
    for (std::size_t i = 0; i < 4; ++i) {
        const char c = i < name.size() ? name[i] : '\0';
        prefix = (prefix << 8) | static_cast<unsigned char>(c);
    }
    return prefix;
}

// The `index`th big-endian 32-bit cell of a property value; the caller has checked the size.
[[nodiscard]] std::uint32_t fdt_cell(std::span<const std::byte> value, std::size_t index);

class FdtReader {
public:
    static constexpr std::size_t max_depth = 16; // levels of nodes, the root's included

    constexpr FdtReader() = default;

    // Checks the header of the tree that starts at `window`; the tree may be shorter than the window. On false see
    // fault().
    [[nodiscard]] bool open(std::span<const std::byte> window);

    // The tree's size as its header tells, and what was found wrong. Known also when open() fails.
    [[nodiscard]] std::uint32_t size() const { return size_; }
    [[nodiscard]] std::uint32_t version() const { return version_; }
    [[nodiscard]] const FdtFault& fault() const { return fault_; }

    // The memory reservation block (5.3), entry by entry; nothing after the last. Independent of next().
    [[nodiscard]] std::optional<PhysRange> next_reservation();

    // The next token of the structure block (5.4).
    FdtEvent next();

    // Offset of the token last read, for messages.
    [[nodiscard]] std::uint32_t offset() const { return structure_offset_ + static_cast<std::uint32_t>(token_); }
    [[nodiscard]] std::string_view name() const { return name_; }
    [[nodiscard]] std::span<const std::byte> value() const { return value_; }
    // Compare the current property's name. A name outside the strings block equals none.
    [[nodiscard]] std::uint32_t name_prefix() const;
    [[nodiscard]] bool is(std::string_view property) const;

private:
    FdtEvent begin_node();
    FdtEvent property();
    FdtEvent fail(FdtFault::Kind kind, std::string_view what);
    bool reject(FdtFault::Kind kind, std::uint32_t offset, std::string_view what);

    std::span<const std::byte> reservations_;
    std::span<const std::byte> structure_;
    std::span<const std::byte> strings_;
    std::span<const std::byte> value_;
    std::string_view name_;
    FdtFault fault_;
    std::uint32_t size_ = 0;
    std::uint32_t version_ = 0;
    std::uint32_t structure_offset_ = 0;
    std::size_t at_ = 0;    // of the next token
    std::size_t token_ = 0; // of the last one
    std::uint32_t name_offset_ = 0;
    std::uint8_t depth_ = 0;
    bool properties_allowed_ = false;
    bool root_seen_ = false;
};

} // namespace phx::boot
