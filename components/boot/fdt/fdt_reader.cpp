#include "fdt_reader.hpp"

#include <bit>
#include <cstring>

namespace phx::boot {
namespace {

// Header fields (5.2), in 32-bit words.
enum class Field : std::uint32_t {
    magic,
    total_size,
    structure_start,
    strings_start,
    reservations_start,
    version,
    last_compatible_version,
    boot_cpu,
    strings_size,
    structure_size,
};
constexpr std::size_t k_header_size = 40;
constexpr std::uint32_t k_magic = 0xd00dfeed;
constexpr std::uint32_t k_version = 17;

// Tokens (5.4.1).
constexpr std::uint32_t k_begin_node = 1;
constexpr std::uint32_t k_end_node = 2;
constexpr std::uint32_t k_property = 3;
constexpr std::uint32_t k_nop = 4;
constexpr std::uint32_t k_end = 9;

// The caller has checked that four bytes are there.
std::uint32_t load(std::span<const std::byte> bytes, std::size_t offset) {
    std::uint32_t value = 0;
    std::memcpy(&value, bytes.data() + offset, sizeof value);
    return std::byteswap(value);
}

bool inside(std::size_t size, std::size_t offset, std::size_t length) {
    return offset <= size && length <= size - offset;
}

} // namespace

static_assert(std::endian::native == std::endian::little);

std::uint32_t fdt_cell(std::span<const std::byte> value, std::size_t index) {
    return load(value, index * 4);
}

bool FdtReader::reject(FdtFault::Kind kind, std::uint32_t offset, std::string_view what) {
    fault_ = {kind, offset, what};
    return false;
}

bool FdtReader::open(std::span<const std::byte> window) {
    *this = FdtReader{};
    if (window.size() < k_header_size) {
        return reject(FdtFault::Kind::truncated, 0, "the header is cut off");
    }
    const auto offset_of = [](Field f) { return static_cast<std::uint32_t>(f) * 4; };
    const auto field = [&](Field f) { return load(window, offset_of(f)); };
    if (field(Field::magic) != k_magic) {
        return reject(FdtFault::Kind::bad_magic, 0, "the magic number is not 0xd00dfeed");
    }
    size_ = field(Field::total_size);
    version_ = field(Field::version);
    if (version_ < k_version || field(Field::last_compatible_version) > k_version) {
        return reject(FdtFault::Kind::bad_version, offset_of(Field::version), "it is of another version than 17");
    }
    if (size_ > window.size()) {
        return reject(FdtFault::Kind::truncated, offset_of(Field::total_size),
                      "its size is larger than what the loader can have passed");
    }
    structure_offset_ = field(Field::structure_start);
    if (!inside(size_, structure_offset_, field(Field::structure_size)) || structure_offset_ % 4 != 0) {
        return reject(FdtFault::Kind::malformed, offset_of(Field::structure_start),
                      "the structure block lies outside the tree");
    }
    if (!inside(size_, field(Field::strings_start), field(Field::strings_size))) {
        return reject(FdtFault::Kind::malformed, offset_of(Field::strings_start),
                      "the strings block lies outside the tree");
    }
    if (field(Field::reservations_start) > size_ || field(Field::reservations_start) % 8 != 0) {
        return reject(FdtFault::Kind::malformed, offset_of(Field::reservations_start),
                      "the reservation block lies outside the tree");
    }
    structure_ = window.subspan(structure_offset_, field(Field::structure_size));
    strings_ = window.subspan(field(Field::strings_start), field(Field::strings_size));
    reservations_ = window.subspan(field(Field::reservations_start), size_ - field(Field::reservations_start));
    return true;
}

std::optional<PhysRange> FdtReader::next_reservation() {
    if (reservations_.size() < 16) {
        return std::nullopt;
    }
    const auto word = [this](std::size_t i) {
        return std::uint64_t{load(reservations_, i)} << 32 | load(reservations_, i + 4);
    };
    const PhysRange range{PhysAddr{word(0)}, word(8)};
    if (range.base == PhysAddr{} && range.empty()) {
        return std::nullopt;
    }
    reservations_ = reservations_.subspan(16);
    return range;
}

FdtEvent FdtReader::fail(FdtFault::Kind kind, std::string_view what) {
    fault_ = {kind, offset(), what};
    structure_ = {};
    return FdtEvent::fault;
}

FdtEvent FdtReader::next() {
    if (fault_.kind != FdtFault::Kind::none) {
        return FdtEvent::fault;
    }
    for (;;) {
        token_ = at_;
        if (!inside(structure_.size(), at_, 4)) {
            return fail(FdtFault::Kind::truncated, "the structure block ends without an end token");
        }
        const std::uint32_t token = load(structure_, at_);
        at_ += 4;
        if (token == k_property) {
            return property();
        }
        if (token == k_begin_node) {
            return begin_node();
        }
        if (token == k_end_node) {
            if (depth_ == 0) {
                return fail(FdtFault::Kind::malformed, "a node ends that never began");
            }
            --depth_;
            properties_allowed_ = false;
            return FdtEvent::end_node;
        }
        if (token == k_end) {
            at_ = token_;
            if (depth_ != 0 || !root_seen_) {
                return fail(FdtFault::Kind::malformed, "the tree ends inside a node");
            }
            return FdtEvent::end;
        }
        if (token != k_nop) {
            return fail(FdtFault::Kind::malformed, "there is an unknown token");
        }
    }
}

FdtEvent FdtReader::begin_node() {
    const auto rest = structure_.subspan(at_);
    const auto* start = reinterpret_cast<const char*>(rest.data());
    const auto* end = static_cast<const char*>(rest.empty() ? nullptr : std::memchr(start, 0, rest.size()));
    if (end == nullptr) {
        return fail(FdtFault::Kind::truncated, "a node's name runs off the structure block");
    }
    if (depth_ == max_depth) {
        return fail(FdtFault::Kind::malformed, "nodes are nested more than 16 deep");
    }
    if (depth_ == 0 && root_seen_) {
        return fail(FdtFault::Kind::malformed, "there is a second root");
    }
    name_ = {start, static_cast<std::size_t>(end - start)};
    at_ = align_up(at_ + name_.size() + 1, 4);
    root_seen_ = true;
    properties_allowed_ = true;
    ++depth_;
    return FdtEvent::begin_node;
}

FdtEvent FdtReader::property() {
    if (!properties_allowed_) {
        return fail(FdtFault::Kind::malformed, "a property stands where none may");
    }
    if (!inside(structure_.size(), at_, 8)) {
        return fail(FdtFault::Kind::truncated, "a property runs off the structure block");
    }
    const std::uint32_t length = load(structure_, at_);
    name_offset_ = load(structure_, at_ + 4);
    at_ += 8;
    if (!inside(structure_.size(), at_, length)) {
        return fail(FdtFault::Kind::truncated, "a property's value runs off the structure block");
    }
    value_ = structure_.subspan(at_, length);
    at_ = align_up(at_ + length, 4);
    return FdtEvent::property;
}

std::uint32_t FdtReader::name_prefix() const {
    if (!inside(strings_.size(), name_offset_, 4)) {
        return 0;
    }
    return load(strings_, name_offset_);
}

bool FdtReader::is(std::string_view property) const {
    if (!inside(strings_.size(), name_offset_, property.size() + 1)) {
        return false;
    }
    const std::byte* name = strings_.data() + name_offset_;
    return std::memcmp(name, property.data(), property.size()) == 0 && name[property.size()] == std::byte{0};
}

} // namespace phx::boot
