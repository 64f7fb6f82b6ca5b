// Archives for tests, written by hand.
#pragma once

#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

#include <fs/interfaces/abi.hpp>

namespace phx::fs::initramfs {

struct TextEntry {
    std::string name;
    std::uint32_t mode = S_IFREG | 0644;
    std::string body = {};
    std::uint32_t inode = 0;
    std::uint32_t links = 1;
    std::uint32_t uid = 0;
    std::uint32_t gid = 0;
    std::uint32_t modified = 0;
    std::uint32_t major = 0;
    std::uint32_t minor = 0;
    std::size_t zeros = 1;  // after the name
    std::string magic = "070701";
};

[[nodiscard]] inline std::uint32_t checksum(std::string_view body) {
    std::uint32_t sum = 0;
    for (const char c : body) {
        sum += static_cast<unsigned char>(c);
    }
    return sum;
}

class CpioText {
public:
    CpioText& add(const TextEntry& entry) {
        text_ += entry.magic;
        for (const std::uint32_t field : {entry.inode, entry.mode, entry.uid, entry.gid, entry.links, entry.modified,
                                          static_cast<std::uint32_t>(entry.body.size()), 0U, 0U, entry.major,
                                          entry.minor, static_cast<std::uint32_t>(entry.name.size() + entry.zeros),
                                          entry.magic == "070702" ? checksum(entry.body) : 0U}) {
            char digits[9];
            std::snprintf(digits, sizeof digits, entry.inode % 2 == 0 ? "%08X" : "%08x", field);
            text_ += digits;
        }
        text_ += entry.name + std::string(entry.zeros, '\0');
        pad(4);
        text_ += entry.body;
        pad(4);
        return *this;
    }
    CpioText& directory(std::string name, std::uint32_t mode = 0755) {
        return add({.name = std::move(name), .mode = S_IFDIR | mode, .links = 2});
    }
    CpioText& file(std::string name, std::string body) {
        return add({.name = std::move(name), .body = std::move(body)});
    }
    CpioText& link(std::string name, std::string target) {
        return add({.name = std::move(name), .mode = S_IFLNK | 0777, .body = std::move(target)});
    }
    // A file whose contents begin at a multiple of a page from the archive's start.
    CpioText& aligned(std::string name, std::string body) {
        const std::size_t end = text_.size() + 110 + name.size() + 1;
        return add(
            {.name = std::move(name), .mode = S_IFREG | 0755, .body = std::move(body), .zeros = 1 + (-end & 4095)});
    }
    CpioText& trailer() { return add({.name = "TRAILER!!!", .mode = 0}); }
    CpioText& raw(std::string_view bytes) {
        text_ += bytes;
        return *this;
    }
    CpioText& pad(std::size_t to) {
        text_.append(-text_.size() & (to - 1), '\0');
        return *this;
    }
    [[nodiscard]] const std::string& text() const { return text_; }

private:
    std::string text_;
};

}  // namespace phx::fs::initramfs
