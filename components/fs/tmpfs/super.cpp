#include <fs/tmpfs/super.hpp>

#include <charconv>

#include <base/digits.hpp>
#include <base/format.hpp>
#include <fs/tmpfs/node.hpp>
#include <linux/magic.h>
#include <memory/interfaces/context.hpp>
#include <ports/tmpfs.hpp>

namespace phx::fs::tmpfs {
namespace {

constexpr Mode k_default_mode = S_ISVTX | 0777;

[[nodiscard]] std::uint64_t half_of_memory() {
    return ports::tmpfs::pages().stats().total_frames / 2;
}

// A number with a base as in C.
[[nodiscard]] Result<std::uint64_t> number(std::string_view& text, unsigned base = 10) {
    if (base == 10 && text.starts_with("0x")) {
        text.remove_prefix(2);
        base = 16;
    }
    const auto value = take_digits<std::uint64_t>(text, base);
    return value ? Result<std::uint64_t>{*value} : Errno::inval;
}

// "64k", "1G".
[[nodiscard]] Result<std::uint64_t> amount(std::string_view& text) {
    const std::uint64_t value = TRY(number(text));
    unsigned shift = 0;
    if (!text.empty()) {
        switch (text.front() | 0x20) {
            case 'k': shift = 10; break;
            case 'm': shift = 20; break;
            case 'g': shift = 30; break;
            case 't': shift = 40; break;
            default: return value;
        }
        text.remove_prefix(1);
    }
    if (value > UINT64_MAX >> shift) {
        return Errno::inval;
    }
    return value << shift;
}

[[nodiscard]] Result<void> parse_size(Options& options, std::string_view value) {
    std::uint64_t size = TRY(amount(value));
    if (value == "%") {
        size = size * (ports::tmpfs::pages().stats().total_frames * k_page_size) / 100;
        value = {};
    }
    options.pages = size / k_page_size + (size % k_page_size != 0 ? 1 : 0);
    return value.empty() ? Result<void>{} : Result<void>{Errno::inval};
}

[[nodiscard]] Result<void> parse_one(Options& options, std::string_view key, std::string_view value) {
    const auto whole = [&](std::uint64_t& to, Result<std::uint64_t> parsed) -> Result<void> {
        to = TRY(parsed);
        return value.empty() ? Result<void>{} : Result<void>{Errno::inval};
    };
    std::uint64_t got = 0;
    if (key == "size") {
        return parse_size(options, value);
    }
    if (key == "nr_blocks") {
        return whole(options.pages, amount(value));
    }
    if (key == "nr_inodes") {
        return whole(options.inodes, amount(value));
    }
    if (key == "mode") {
        TRY(whole(got, number(value, 8)));
        options.mode = static_cast<Mode>(got) & 07777;
        return {};
    }
    if (key == "uid") {
        TRY(whole(got, number(value)));
        options.uid = static_cast<task::Uid>(got);
        return {};
    }
    if (key == "gid") {
        TRY(whole(got, number(value)));
        options.gid = static_cast<task::Gid>(got);
        return {};
    }
    if ((key == "inode64" || key == "inode32") && value.empty()) {
        return {};
    }
    if (key == "huge" && value == "never") {
        return {};
    }
    return Errno::inval;
}

}  // namespace

Options Options::defaults() {
    return {.pages = half_of_memory(), .inodes = half_of_memory()};
}

Result<void> Options::parse(std::string_view text) {
    while (!text.empty()) {
        const std::string_view one = text.substr(0, text.find(','));
        text.remove_prefix(one.size() < text.size() ? one.size() + 1 : text.size());
        if (one.empty()) {
            continue;
        }
        const std::size_t equals = one.find('=');
        TRY(parse_one(*this, one.substr(0, equals), equals == std::string_view::npos ? std::string_view{} : one.substr(equals + 1)));
    }
    return {};
}

Ref<Inode> Super::root() {
    return Ref<Inode>{root_};
}

FileSystemStats Super::stats() {
    FileSystemStats stats{.magic = TMPFS_MAGIC};
    if (options_.pages != 0) {
        stats.blocks = options_.pages;
        const std::uint64_t used = used_pages_.load(std::memory_order_relaxed);
        stats.free_blocks = stats.available_blocks = options_.pages - std::min(used, options_.pages);
    }
    if (options_.inodes != 0) {
        stats.files = options_.inodes;
        stats.free_files = options_.inodes - std::min(used_inodes_.load(std::memory_order_relaxed), options_.inodes);
    }
    return stats;
}

// Those that are not the defaults, as Linux tells them in /proc/mounts.
std::size_t Super::options(char* to, std::size_t size) {
    std::size_t used = 0;
    const auto rest = [&] { return std::span<char>{to + used, size - used}; };
    if (options_.pages != half_of_memory()) {
        used += format_to(rest(), ",size={}k", options_.pages * (k_page_size / 1024)).size();
    }
    if (options_.inodes != half_of_memory()) {
        used += format_to(rest(), ",nr_inodes={}", options_.inodes).size();
    }
    if (options_.mode != k_default_mode) {
        std::array<char, 8> digits{};
        const auto [end, error] = std::to_chars(digits.data(), digits.data() + digits.size(), options_.mode, 8);
        const std::string_view octal{digits.data(), end};
        used += format_to(rest(), ",mode={}{}", std::string_view{"00"}.substr(std::min<std::size_t>(octal.size() - 1, 2)), octal).size();
    }
    if (options_.uid != 0) {
        used += format_to(rest(), ",uid={}", options_.uid).size();
    }
    if (options_.gid != 0) {
        used += format_to(rest(), ",gid={}", options_.gid).size();
    }
    return used + format_to(rest(), ",inode64").size();
}

Result<void> Super::reconfigure(std::string_view text) {
    Options wanted = options_;
    TRY(wanted.parse(text));
    if ((wanted.pages != 0 && wanted.pages < used_pages_.load(std::memory_order_relaxed)) ||
        (wanted.inodes != 0 && wanted.inodes < used_inodes_.load(std::memory_order_relaxed))) {
        return Errno::inval;
    }
    options_.pages = wanted.pages;
    options_.inodes = wanted.inodes;
    return {};
}

Result<void> Super::take_pages(std::uint64_t count) {
    const std::uint64_t before = used_pages_.fetch_add(count, std::memory_order_relaxed);
    if (options_.pages != 0 && before + count > options_.pages) [[unlikely]] {
        give_pages(count);
        return Errno::nospc;
    }
    return {};
}

Result<std::uint64_t> Super::take_inode() {
    const std::uint64_t before = used_inodes_.fetch_add(1, std::memory_order_relaxed);
    if (options_.inodes != 0 && before >= options_.inodes) [[unlikely]] {
        give_inode();
        return Errno::nospc;
    }
    return last_number_.fetch_add(1, std::memory_order_relaxed) + 1;
}

// Nobody has anything of it open: the tree goes, a directory at a time.
void Super::end() {
    Directory* dead = root_;
    while (dead != nullptr) {
        Directory& directory = *dead;
        dead = directory.next_dead;
        while (Node* const node = directory.take_any()) {
            if (node->is_directory()) {
                auto& below = static_cast<Directory&>(*node);
                below.next_dead = dead;
                dead = &below;
            } else {
                put(*node);
            }
        }
        put(directory);
    }
    memory::destroy(ports::tmpfs::heap(), this);
}

}  // namespace phx::fs::tmpfs
