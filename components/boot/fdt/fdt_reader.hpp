// A pull parser for flattened device trees (Devicetree Specification 0.4, chapter 5). It reads nothing outside the
// bytes it was given, whatever they say, keeps no stack, and looks at no property that its user does not ask for.
//
//   FdtReader reader{bytes};
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
    begin_node,  // name()
    property,    // value(), is(), name_prefix(); always before the node's children
    end_node,
    end,    // the last one
    fault,  // fault() says what; the last one
};

enum class FdtFault : std::uint8_t {
    none,
    header_cut,
    bad_magic,
    bad_version,
    larger_than_window,
    structure_outside,
    strings_outside,
    reservations_outside,
    no_end,
    name_cut,
    property_cut,
    value_cut,
    unknown_token,
    too_deep,
    second_root,
    stray_property,
    stray_end,
    unclosed_node,
};

// For people: "bad magic number" and so on.
[[nodiscard]] std::string_view describe(FdtFault fault);

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
    static constexpr std::size_t max_depth = 16;  // levels of nodes, the root's included

    // Checks the header of the tree that starts at `window`; the tree may be shorter than the window. Nothing can be
    // read from one with a fault().
    explicit FdtReader(std::span<const std::byte> window) : fault_{read_header(window)} {}

    // The tree's size as its header tells, and what was found wrong.
    [[nodiscard]] std::uint32_t size() const { return size_; }
    [[nodiscard]] FdtFault fault() const { return fault_; }

    // The memory reservation block (5.3), entry by entry; nothing after the last. Independent of next().
    [[nodiscard]] std::optional<PhysRange> next_reservation();

    // The next token of the structure block (5.4).
    FdtEvent next();
    // After begin_node: passes over the node's properties, at a fraction of what next() costs. Stops where next() will
    // find a fault.
    void skip_properties();

    // Where the token last read begins, in bytes from the start of the tree; 0 before the first.
    [[nodiscard]] std::size_t offset() const { return token_; }
    [[nodiscard]] std::string_view name() const { return name_; }
    [[nodiscard]] std::span<const std::byte> value() const { return value_; }
    // Compare the current property's name. A name outside the strings block equals none.
    [[nodiscard]] std::uint32_t name_prefix() const;
    [[nodiscard]] bool is(std::string_view property) const;

private:
    FdtFault read_header(std::span<const std::byte> window);
    FdtFault begin_node();
    FdtFault property();

    const std::byte* tree_ = nullptr;
    std::span<const std::byte> strings_;
    std::span<const std::byte> value_;
    std::string_view name_;
    std::size_t reservation_ = 0;  // offsets in the tree: of the next entry,
    std::size_t at_ = 0;           // of the next token,
    std::size_t end_ = 0;          // behind the structure block,
    std::size_t token_ = 0;        // of the last token
    std::uint32_t size_ = 0;
    std::uint32_t name_offset_ = 0;
    std::uint8_t depth_ = 0;
    bool properties_allowed_ = false;
    bool root_seen_ = false;
    FdtFault fault_;  // initialised last: reading the header sets the others
};

}  // namespace phx::boot
