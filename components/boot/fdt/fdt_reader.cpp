#include "fdt_reader.hpp"

#include <bit>
#include <cstring>

namespace phx::boot {
namespace {

// Offsets of the header's fields (5.2).
enum Field : std::size_t {
    magic = 0,
    total_size = 4,
    structure_start = 8,
    strings_start = 12,
    reservations_start = 16,
    version = 20,
    last_compatible_version = 24,
    strings_size = 32,
    structure_size = 36,
    header_size = 40,
};
constexpr std::uint32_t k_magic = 0xd00dfeed;
constexpr std::uint32_t k_version = 17;

// Tokens (5.4.1).
constexpr std::uint32_t k_begin_node = 1;
constexpr std::uint32_t k_end_node = 2;
constexpr std::uint32_t k_property = 3;
constexpr std::uint32_t k_nop = 4;
constexpr std::uint32_t k_end = 9;

static_assert(std::endian::native == std::endian::little);

// The caller has checked that four bytes are there.
std::uint32_t load(const std::byte* from) {
    std::uint32_t value = 0;
    __builtin_memcpy(&value, from, sizeof value);  // one load: a freestanding compiler makes a call of std::memcpy
    return std::byteswap(value);
}

bool inside(std::size_t size, std::size_t offset, std::size_t length) {
    return offset <= size && length <= size - offset;
}

}  // namespace

std::string_view describe(FdtFault fault) {
    static constexpr const char* texts[] = {
        "no fault",
        "its header is cut off",
        "its magic number is not 0xd00dfeed",
        "it is not of version 17",
        "it is truncated: larger than what can have been passed",
        "its structure block lies outside",
        "its strings block lies outside",
        "its reservation block lies outside",
        "its structure block has no end",
        "a node's name is cut off",
        "a property is cut off",
        "a property's value is cut off",
        "unknown token",
        "nodes are nested more than 16 deep",
        "a second root",
        "a property stands where none may",
        "a node ends that never began",
        "the tree ends inside a node",
    };
    return texts[static_cast<std::size_t>(fault)];
}

std::uint32_t fdt_cell(std::span<const std::byte> value, std::size_t index) {
    return load(value.data() + index * 4);
}

FdtFault FdtReader::read_header(std::span<const std::byte> window) {
    if (window.size() < header_size) {
        return FdtFault::header_cut;
    }
    tree_ = window.data();
    const auto field = [this](Field f) { return load(tree_ + f); };
    if (field(magic) != k_magic) {
        return FdtFault::bad_magic;
    }
    size_ = field(total_size);
    if (field(version) < k_version || field(last_compatible_version) > k_version) {
        return FdtFault::bad_version;
    }
    if (size_ > window.size()) {
        return FdtFault::larger_than_window;
    }
    at_ = field(structure_start);
    if (!inside(size_, at_, field(structure_size)) || at_ % 4 != 0) {
        return FdtFault::structure_outside;
    }
    if (!inside(size_, field(strings_start), field(strings_size))) {
        return FdtFault::strings_outside;
    }
    reservation_ = field(reservations_start);
    if (reservation_ > size_ || reservation_ % 8 != 0) {
        return FdtFault::reservations_outside;
    }
    end_ = at_ + field(structure_size);
    strings_ = {tree_ + field(strings_start), field(strings_size)};
    return FdtFault::none;
}

std::optional<PhysRange> FdtReader::next_reservation() {
    if (fault_ != FdtFault::none || !inside(size_, reservation_, 16)) {
        return std::nullopt;
    }
    const auto word = [this](std::size_t offset) {
        const std::byte* at = tree_ + reservation_ + offset;
        return std::uint64_t{load(at)} << 32 | load(at + 4);
    };
    const PhysRange range{PhysAddr{word(0)}, word(8)};
    if (range.base == PhysAddr{} && range.empty()) {
        return std::nullopt;
    }
    reservation_ += 16;
    return range;
}

FdtEvent FdtReader::next() {
    FdtEvent event = FdtEvent::fault;
    while (fault_ == FdtFault::none) {
        token_ = at_;
        if (!inside(end_, at_, 4)) {
            fault_ = FdtFault::no_end;
            break;
        }
        const std::uint32_t token = load(tree_ + at_);
        at_ += 4;
        if (token == k_nop) {
            continue;
        }
        if (token == k_property) {
            fault_ = property();
            event = FdtEvent::property;
        } else if (token == k_begin_node) {
            fault_ = begin_node();
            event = FdtEvent::begin_node;
        } else if (token == k_end_node) {
            fault_ = depth_ == 0 ? FdtFault::stray_end : FdtFault::none;
            --depth_;
            properties_allowed_ = false;
            event = FdtEvent::end_node;
        } else if (token == k_end) {
            at_ = token_;
            fault_ = depth_ == 0 && root_seen_ ? FdtFault::none : FdtFault::unclosed_node;
            event = FdtEvent::end;
        } else {
            fault_ = FdtFault::unknown_token;
        }
        break;
    }
    return fault_ == FdtFault::none ? event : FdtEvent::fault;
}

FdtFault FdtReader::begin_node() {
    const auto* start = reinterpret_cast<const char*>(tree_) + at_;
    const std::size_t room = at_ < end_ ? end_ - at_ : 0;
    const auto* end = static_cast<const char*>(std::memchr(start, 0, room));
    if (end == nullptr) {
        return FdtFault::name_cut;
    }
    if (depth_ == max_depth) {
        return FdtFault::too_deep;
    }
    if (depth_ == 0 && root_seen_) {
        return FdtFault::second_root;
    }
    name_ = {start, static_cast<std::size_t>(end - start)};
    at_ = align_up(at_ + name_.size() + 1, 4);
    root_seen_ = true;
    properties_allowed_ = true;
    ++depth_;
    return FdtFault::none;
}

FdtFault FdtReader::property() {
    if (!properties_allowed_) {
        return FdtFault::stray_property;
    }
    if (!inside(end_, at_, 8)) {
        return FdtFault::property_cut;
    }
    const std::uint32_t length = load(tree_ + at_);
    name_offset_ = load(tree_ + at_ + 4);
    at_ += 8;
    if (!inside(end_, at_, length)) {
        return FdtFault::value_cut;
    }
    value_ = {tree_ + at_, length};
    at_ = align_up(at_ + length, 4);
    return FdtFault::none;
}

void FdtReader::skip_properties() {
    constexpr std::size_t head = 12;  // token, length, name
    while (inside(end_, at_, head) && load(tree_ + at_) == k_property) {
        const std::size_t size = head + align_up(load(tree_ + at_ + 4), 4);
        if (!inside(end_, at_, size)) {
            return;
        }
        at_ += size;
    }
}

std::uint32_t FdtReader::name_prefix() const {
    return inside(strings_.size(), name_offset_, 4) ? load(strings_.data() + name_offset_) : 0;
}

bool FdtReader::is(std::string_view property) const {
    if (!inside(strings_.size(), name_offset_, property.size() + 1)) {
        return false;
    }
    const std::byte* name = strings_.data() + name_offset_;
    return name[property.size()] == std::byte{0} && std::memcmp(name, property.data(), property.size()) == 0;
}

}  // namespace phx::boot
