// Reads cpio archives of the format "newc", with checksums or without: Linux
// Documentation/driver-api/early-userspace/buffer-format.rst. Several may follow one another, with zeros between. Bytes
// come in parts of any size; nothing is copied where a part holds all of what is looked at.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include <base/result.hpp>

namespace phx::fs::initramfs {

// One name, as the archive has it.
struct CpioEntry {
    std::string_view name;    // without its zeros; any text
    std::string_view target;  // of a symbolic link
    std::uint32_t inode = 0;  // the same number on the same device: the same file, where there are several links
    std::uint32_t device_major = 0;
    std::uint32_t device_minor = 0;
    std::uint32_t mode = 0;  // S_IFMT too
    std::uint32_t uid = 0;
    std::uint32_t gid = 0;
    std::uint32_t links = 0;
    std::uint32_t modified = 0;  // seconds
    std::uint32_t size = 0;      // of a regular file
    std::uint32_t node_major = 0;
    std::uint32_t node_minor = 0;
};

class CpioVisitor {
public:
    // Texts are gone after that. For a regular file with contents there follow data() until all have come, and end();
    // or abandon(), when no more will. An error ends the reading.
    virtual Result<void> entry(const CpioEntry& entry) = 0;
    virtual Result<void> data(std::span<const std::byte> part) = 0;
    virtual Result<void> end() = 0;
    virtual void abandon() = 0;
    // An archive is over: inode numbers of the next are others.
    virtual void trailer() = 0;

protected:
    ~CpioVisitor() = default;
};

struct CpioFault {
    Errno error = Errno::badmsg;  // or the visitor's
    std::string_view reason;
    std::uint64_t offset = 0;  // of the entry, from the first byte
};

class CpioReader {
public:
    static constexpr std::size_t k_most_text =
        4096;  // of a name with its zeros, and of a link: PATH_MAX, as Linux has it

    explicit CpioReader(CpioVisitor& visitor) : visitor_{visitor} {}
    CpioReader(const CpioReader&) = delete;
    CpioReader& operator=(const CpioReader&) = delete;

    // How many bytes it has taken: fewer where there is a fault, or where something else than an archive follows one.
    std::size_t take(std::span<const std::byte> bytes);
    // No more bytes follow these.
    void finish();
    // Where the next byte lies, as faults tell it.
    void set_offset(std::uint64_t offset) { offset_ = offset; }
    [[nodiscard]] std::uint64_t offset() const { return offset_; }
    // Bytes that are no archive's may follow now.
    [[nodiscard]] bool is_between() const { return state_ == State::between && !fault_; }
    [[nodiscard]] const std::optional<CpioFault>& fault() const { return fault_; }

private:
    static constexpr std::size_t k_header_size = 110;

    enum class State : std::uint8_t { between, header, texts, contents, skip };

    using Bytes = std::span<const std::byte>;
    void step(Bytes& left);
    void look_between(Bytes& left);
    void read_header(Bytes& left);
    void read_texts(Bytes& left);
    void read_contents(Bytes& left);
    void skip(Bytes& left);
    void visit(Bytes texts);
    void end_contents();
    void skip_then(std::uint64_t bytes, State next);
    std::optional<Bytes> gather(Bytes& left, std::size_t size);
    void advance(Bytes& left, std::size_t size);
    void fail(std::string_view reason, Errno error = Errno::badmsg);

    CpioVisitor& visitor_;
    State state_ = State::between;
    State after_skip_ = State::between;
    bool has_checksum_ = false;
    bool in_archive_ = false;  // its trailer has not come yet
    CpioEntry entry_;
    std::uint32_t name_size_ = 0;  // with its zeros
    std::uint32_t body_size_ = 0;
    std::uint32_t checksum_ = 0;
    std::uint32_t sum_ = 0;
    std::uint64_t left_ = 0;  // of the contents, or to be skipped
    std::uint64_t offset_ = 0;
    std::uint64_t entry_offset_ = 0;
    std::optional<CpioFault> fault_;
    std::size_t gathered_ = 0;
    std::array<std::byte, 2 * k_most_text + 4> buffer_;  // what lies across parts; not cleared
};

}  // namespace phx::fs::initramfs
