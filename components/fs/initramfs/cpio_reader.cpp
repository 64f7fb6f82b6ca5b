#include <fs/initramfs/cpio_reader.hpp>

#include <algorithm>
#include <bit>
#include <cstring>

#include <fs/interfaces/abi.hpp>

namespace phx::fs::initramfs {
namespace {

constexpr std::string_view k_trailer = "TRAILER!!!";
constexpr std::size_t k_magic_size = 6;
constexpr std::size_t k_digits = 8;  // of each field

// In the order of the header, after the magic.
enum class Field : std::uint8_t {
    inode,
    mode,
    uid,
    gid,
    links,
    modified,
    size,
    device_major,
    device_minor,
    node_major,
    node_minor,
    name_size,
    checksum,
    count
};

[[nodiscard]] constexpr std::uint64_t each_byte(std::uint8_t byte) {
    return std::uint64_t{byte} * 0x0101'0101'0101'0101;
}

[[nodiscard]] std::uint64_t word_at(const std::byte* at) {
    std::uint64_t word;
    std::memcpy(&word, at, sizeof word);
    return word;
}

// Eight hexadecimal digits at once, each in its byte. Not a digit somewhere: false.
[[nodiscard]] bool parse_hex(const std::byte* at, std::uint32_t& to) {
    static_assert(std::endian::native == std::endian::little);
    const std::uint64_t is_letter = (word_at(at) >> 6) & each_byte(1);
    const std::uint64_t text = word_at(at) | is_letter << 5;  // lower case
    const std::uint64_t digits = (text & each_byte(0x0f)) + is_letter * 9;
    const std::uint64_t is_above_nine = ((digits + each_byte(6)) >> 4) & each_byte(1);
    const std::uint64_t wrong = ((text & each_byte(0xf0)) ^ (each_byte(0x30) + is_letter * 0x30)) |
                                (is_above_nine ^ is_letter) | (digits & each_byte(0xf0));
    const std::uint64_t bytes = (digits << 4 | digits >> 8) & 0x00ff'00ff'00ff'00ff;
    const std::uint64_t pairs = (bytes | bytes >> 8) & 0x0000'ffff'0000'ffff;
    to = std::byteswap(static_cast<std::uint32_t>(pairs | pairs >> 16));
    return wrong == 0;
}

[[nodiscard]] std::size_t leading_zeros(std::span<const std::byte> bytes) {
    std::size_t at = 0;
    while (bytes.size() - at >= sizeof(std::uint64_t) && word_at(&bytes[at]) == 0) {
        at += sizeof(std::uint64_t);
    }
    while (at < bytes.size() && bytes[at] == std::byte{0}) {
        ++at;
    }
    return at;
}

// Of all bytes, as numbers: 070702's checksum. Pairs of them stay below 2^16 for 128 words.
[[nodiscard]] std::uint32_t sum_of(std::span<const std::byte> bytes) {
    constexpr std::uint64_t k_even = 0x00ff'00ff'00ff'00ff;
    std::uint64_t sum = 0;
    while (bytes.size() >= sizeof(std::uint64_t)) {
        const std::size_t words = std::min<std::size_t>(bytes.size() / sizeof(std::uint64_t), 128);
        std::uint64_t pairs = 0;
        for (std::size_t i = 0; i < words; ++i) {
            const std::uint64_t word = word_at(&bytes[i * sizeof(std::uint64_t)]);
            pairs += (word & k_even) + ((word >> 8) & k_even);
        }
        for (int lane = 0; lane < 64; lane += 16) {
            sum += (pairs >> lane) & 0xffff;
        }
        bytes = bytes.subspan(words * sizeof(std::uint64_t));
    }
    for (const std::byte byte : bytes) {
        sum += static_cast<std::uint8_t>(byte);
    }
    return static_cast<std::uint32_t>(sum);
}

[[nodiscard]] std::string_view text_of(std::span<const std::byte> bytes) {
    const std::string_view text{reinterpret_cast<const char*>(bytes.data()), bytes.size()};
    return text.substr(0, text.find('\0'));
}

// Entries and their parts begin at multiples of four from the header.
[[nodiscard]] constexpr std::size_t padding(std::uint64_t size) {
    return -size & 3;
}

}  // namespace

std::size_t CpioReader::take(Bytes bytes) {
    Bytes left = bytes;
    while (!fault_) {
        const State before = state_;
        const std::size_t had = left.size();
        step(left);
        if (state_ == before && left.size() == had) {
            break;
        }
    }
    return bytes.size() - left.size();
}

void CpioReader::finish() {
    if (fault_) {
        return;
    }
    if (state_ == State::between) {
        if (in_archive_) {
            entry_offset_ = offset_;
            fail("the archive ends without a trailer");
        }
        return;
    }
    // The last entry's padding may be missing, its contents not.
    if (state_ == State::skip && after_skip_ == State::between && left_ <= 3) {
        state_ = State::between;
        return finish();
    }
    fail("the archive ends in the middle of an entry");
}

void CpioReader::fail(std::string_view reason, Errno error) {
    if (state_ == State::contents) {
        visitor_.abandon();
    }
    fault_ = CpioFault{error, reason, entry_offset_};
}

void CpioReader::advance(Bytes& left, std::size_t size) {
    left = left.subspan(size);
    offset_ += size;
}

// The next bytes, all at once; none: they are not all there yet.
std::optional<CpioReader::Bytes> CpioReader::gather(Bytes& left, std::size_t size) {
    if (gathered_ == 0 && left.size() >= size) [[likely]] {
        const Bytes bytes = left.first(size);
        advance(left, size);
        return bytes;
    }
    const std::size_t part = std::min(size - gathered_, left.size());
    std::copy_n(left.data(), part, buffer_.data() + gathered_);
    gathered_ += part;
    advance(left, part);
    if (gathered_ != size) {
        return std::nullopt;
    }
    gathered_ = 0;
    return Bytes{buffer_}.first(size);
}

void CpioReader::step(Bytes& left) {
    switch (state_) {
    case State::between:
        return look_between(left);
    case State::header:
        return read_header(left);
    case State::texts:
        return read_texts(left);
    case State::contents:
        return read_contents(left);
    case State::skip:
        return skip(left);
    }
}

void CpioReader::look_between(Bytes& left) {
    if (!in_archive_) {
        advance(left, leading_zeros(left));
    }
    if (left.empty()) {
        return;
    }
    if (left.front() == std::byte{'0'}) {
        entry_offset_ = offset_;
        state_ = State::header;
    } else if (in_archive_) {
        entry_offset_ = offset_;
        fail("what follows an entry is none");
    }
}

void CpioReader::read_header(Bytes& left) {
    const std::optional<Bytes> header = gather(left, k_header_size);
    if (!header) {
        return;
    }
    const std::string_view magic{reinterpret_cast<const char*>(header->data()), k_magic_size};
    if (magic != "070701" && magic != "070702") {
        return fail(magic == "070707" ? "the archive is of the old kind: it must be made with `-H newc`"
                                      : "not the beginning of an entry");
    }
    std::array<std::uint32_t, static_cast<std::size_t>(Field::count)> fields;
    bool ok = true;
    for (std::size_t i = 0; i < fields.size(); ++i) {
        ok &= parse_hex(header->data() + k_magic_size + i * k_digits, fields[i]);
    }
    if (!ok) {
        return fail("a field is not a hexadecimal number");
    }
    const auto field = [&](Field which) { return fields[static_cast<std::size_t>(which)]; };
    entry_.inode = field(Field::inode);
    entry_.device_major = field(Field::device_major);
    entry_.device_minor = field(Field::device_minor);
    entry_.mode = field(Field::mode);
    entry_.uid = field(Field::uid);
    entry_.gid = field(Field::gid);
    entry_.links = field(Field::links);
    entry_.modified = field(Field::modified);
    entry_.node_major = field(Field::node_major);
    entry_.node_minor = field(Field::node_minor);
    name_size_ = field(Field::name_size);
    body_size_ = field(Field::size);
    checksum_ = field(Field::checksum);
    has_checksum_ = magic.back() == '2';
    in_archive_ = true;
    const bool is_link = (entry_.mode & S_IFMT) == S_IFLNK;
    if (name_size_ == 0 || name_size_ > k_most_text || (is_link && body_size_ > k_most_text)) {
        // As Linux does: nothing can have such a name.
        return skip_then(name_size_ + padding(k_header_size + name_size_) + std::uint64_t{body_size_} +
                             padding(body_size_),
                         State::between);
    }
    state_ = State::texts;
}

// The name, and the target of a symbolic link with it.
void CpioReader::read_texts(Bytes& left) {
    const bool is_link = (entry_.mode & S_IFMT) == S_IFLNK;
    const std::size_t size = name_size_ + padding(k_header_size + name_size_);
    const std::optional<Bytes> texts = gather(left, size + (is_link ? body_size_ : 0));
    if (texts) {
        visit(*texts);
    }
}

void CpioReader::visit(Bytes texts) {
    const Bytes name = texts.first(name_size_);
    if (name.back() != std::byte{0}) {
        return fail("a name does not end with zero");
    }
    entry_.name = text_of(name);
    if (entry_.name == k_trailer) {
        in_archive_ = false;
        visitor_.trailer();
        const bool has_target = (entry_.mode & S_IFMT) == S_IFLNK;
        return skip_then(padding(body_size_) + (has_target ? 0 : std::uint64_t{body_size_}), State::between);
    }
    const std::uint32_t kind = entry_.mode & S_IFMT;
    entry_.target = {};
    entry_.size = kind == S_IFREG ? body_size_ : 0;
    if (kind == S_IFLNK) {
        entry_.target = text_of(texts.last(body_size_));
    }
    if (const Result<void> made = visitor_.entry(entry_); !made) {
        return fail("no more files can be made", made.error());
    }
    if (entry_.size != 0) {
        left_ = entry_.size;
        sum_ = 0;
        state_ = State::contents;
        return;
    }
    skip_then(padding(body_size_) + (kind == S_IFLNK ? 0 : std::uint64_t{body_size_}), State::between);
}

void CpioReader::read_contents(Bytes& left) {
    const Bytes part = left.first(static_cast<std::size_t>(std::min<std::uint64_t>(left_, left.size())));
    if (part.empty()) {
        return;
    }
    if (has_checksum_) {
        sum_ += sum_of(part);
    }
    if (const Result<void> taken = visitor_.data(part); !taken) {
        return fail("no more contents can be kept", taken.error());
    }
    advance(left, part.size());
    left_ -= part.size();
    if (left_ == 0) {
        end_contents();
    }
}

void CpioReader::end_contents() {
    if (has_checksum_ && sum_ != checksum_) {
        return fail("a checksum is wrong");
    }
    if (const Result<void> ended = visitor_.end(); !ended) {
        return fail("no more files can be made", ended.error());
    }
    skip_then(padding(body_size_), State::between);
}

void CpioReader::skip_then(std::uint64_t bytes, State next) {
    left_ = bytes;
    after_skip_ = next;
    state_ = bytes == 0 ? next : State::skip;
}

void CpioReader::skip(Bytes& left) {
    const auto part = static_cast<std::size_t>(std::min<std::uint64_t>(left_, left.size()));
    advance(left, part);
    left_ -= part;
    if (left_ == 0) {
        state_ = after_skip_;
    }
}

}  // namespace phx::fs::initramfs
