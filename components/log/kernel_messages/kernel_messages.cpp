#include <log/kernel_messages/kernel_messages.hpp>

#include <algorithm>
#include <array>

#include <base/digits.hpp>
#include <base/format.hpp>
#include <linux/capability.h>
#include <memory/interfaces/context.hpp>
#include <params/kernel_messages.hpp>
#include <ports/kernel_messages.hpp>
#include <task/interfaces/process.hpp>
#include <vm/user_memory/user_memory.hpp>

namespace phx::log {
namespace {

constexpr fs::Device k_kmsg = fs::make_device(1, 11);
constexpr fs::DeviceNode k_nodes[] = {{"kmsg", 0644, k_kmsg}};

// syslog(2).
enum Action : int {
    k_close = 0,
    k_open = 1,
    k_read = 2,
    k_read_all = 3,
    k_read_clear = 4,
    k_clear = 5,
    k_console_off = 6,
    k_console_on = 7,
    k_console_level = 8,
    k_size_unread = 9,
    k_size_buffer = 10,
};

// A level of ours among syslog's eight: err, warning, info, debug.
constexpr std::array<int, 4> k_priorities{3, 4, 6, 7};
constexpr std::size_t k_longest_text = 200;
constexpr std::size_t k_longest_line = k_longest_text + 64;

constexpr std::size_t k_longest_written = 1024;  // Linux's PRINTKRB_RECORD_MAX

[[nodiscard]] auto& source() { return ports::kernel_messages::log().source(); }

// The number of the oldest message kept that is not older than `sequence`; `sequence` if there is none.
[[nodiscard]] std::uint64_t first_from(std::uint64_t sequence) {
    std::array<char, k_longest_text> text;
    const auto record = source().next(sequence, text);
    return record ? record->sequence : sequence;
}
// Behind the newest.
[[nodiscard]] std::uint64_t end_from(std::uint64_t sequence) {
    std::array<char, k_longest_text> text;
    while (const auto record = source().next(sequence, text)) {
        sequence = record->sequence + 1;
    }
    return sequence;
}

[[nodiscard]] Followers& followers() { return ports::kernel_messages::self().followers(); }

Result<void> wait_for(std::uint64_t sequence) {
    followers().join(sequence);
    const Result<void> came = followers().wait(sequence);
    followers().leave();
    return came;
}

// As dmesg shows it: "<6>[    0.001234] tag: text\n".
[[nodiscard]] std::string_view line_of(const Record& record, std::span<char> to) {
    const std::int64_t microseconds = record.time.count() / 1000;
    return format_to(to, "<{}>[{:5}.{:06}] {}: {}\n", k_priorities[static_cast<std::size_t>(record.level)], microseconds / 1'000'000,
                     microseconds % 1'000'000, record.tag, record.text);
}

// The text as /dev/kmsg shows it, so that a message is one line whatever is in it: "\\x0a".
[[nodiscard]] std::string_view escaped(std::string_view text, std::span<char> to) {
    std::size_t used = 0;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte < ' ' || byte >= 0x7f || c == '\\') {
            used += format_to(to.subspan(used), "\\x{:02x}", unsigned{byte}).size();
        } else {
            to[used++] = c;
        }
    }
    return {to.data(), used};
}

// What `text` says its level is, "<N>" before it, which is taken off; the facility in it is not kept.
[[nodiscard]] int take_priority(std::string_view& text) {
    constexpr int k_default = 4;
    if (text.empty() || text.front() != '<') {
        return k_default;
    }
    std::string_view rest = text.substr(1);
    const auto number = take_digits<std::uint32_t>(rest, 10);
    if (!number || rest.empty() || rest.front() != '>') {
        return k_default;
    }
    text = rest.substr(1);
    return static_cast<int>(*number & 7);
}

// One message a read, "6,339,5140900,-;tag: text\n" (Linux Documentation/ABI/testing/dev-kmsg).
class KmsgFile final : public fs::File {
public:
    KmsgFile(fs::Inode& inode, std::uint32_t flags) : File{flags, inode, Seek::position}, next_{first_from(0)} {}

    Result<std::size_t> read(fs::Transfer& to, std::uint64_t) override {
        std::array<char, k_longest_text> text;
        std::array<char, 4 * k_longest_text> shown_text;
        std::array<char, 4 * k_longest_text + 64> line;
        const std::uint64_t sequence = next_.load(std::memory_order_relaxed);
        auto record = source().next(sequence, text);
        if (!record && nonblocking()) {
            return Errno::again;
        }
        for (; !record; record = source().next(sequence, text)) {
            TRY(wait_for(sequence));
        }
        if (record->sequence != sequence) {
            next_.store(record->sequence, std::memory_order_relaxed);
            return Errno::pipe;  // some were overwritten; the next read gives the oldest there is
        }
        next_.store(sequence + 1, std::memory_order_relaxed);
        const std::string_view shown =
            format_to(line, "{},{},{},-;{}: {}\n", k_priorities[static_cast<std::size_t>(record->level)], sequence,
                      record->time.count() / 1000, record->tag, escaped(record->text, shown_text));
        return shown.size() <= to.left() ? to.put(shown.data(), shown.size()) : Errno::inval;
    }

    // "<N>text": one message.
    Result<std::size_t> write(fs::Transfer& from, std::uint64_t&) override {
        const std::size_t size = from.left();
        if (size > k_longest_written) {
            return Errno::inval;
        }
        std::array<char, k_longest_text> text;
        const std::size_t taken = TRY(from.take(text.data(), std::min(size, text.size())));
        std::string_view message{text.data(), taken};
        const int priority = take_priority(message);
        while (!message.empty() && message.back() == '\n') {
            message.remove_suffix(1);
        }
        const auto log = ports::kernel_messages::log();
        if (priority <= 3) {
            log.error("{}", message);
        } else if (priority == 4) {
            log.warning("{}", message);
        } else if (priority <= 6) {
            log.info("{}", message);
        } else {
            log.debug("{}", message);
        }
        return size;
    }

    // To the oldest there is, the first since the last clearing, or the end; nowhere between.
    Result<std::uint64_t> seek(std::int64_t offset, int whence) override {
        if (offset != 0) {
            return Errno::spipe;
        }
        switch (whence) {
        case SEEK_SET:
            next_.store(first_from(0), std::memory_order_relaxed);
            return std::uint64_t{0};
        case SEEK_DATA:
            next_.store(first_from(ports::kernel_messages::self().cleared()), std::memory_order_relaxed);
            return std::uint64_t{0};
        case SEEK_END:
            next_.store(end_from(0), std::memory_order_relaxed);
            return std::uint64_t{0};
        default:
            return Errno::inval;
        }
    }

    fs::PollEvents poll(fs::PollRegistrar* registrar) override {
        if (registrar != nullptr) {
            if (!follows_.exchange(true, std::memory_order_relaxed)) {
                followers().join(next_.load(std::memory_order_relaxed));
            }
            registrar->watch(followers().poll_source());
        }
        std::array<char, k_longest_text> text;
        const bool more = source().next(next_.load(std::memory_order_relaxed), text).has_value();
        return POLLOUT | POLLWRNORM | (more ? POLLIN | POLLRDNORM : 0);
    }

private:
    void dispose() override {
        if (follows_.load(std::memory_order_relaxed)) {
            followers().leave();
        }
        memory::destroy(ports::kernel_messages::heap(), this);
    }

    std::atomic<std::uint64_t> next_;
    std::atomic<bool> follows_{false};  // since somebody polled it
};

}  // namespace

std::span<const fs::DeviceNode> KernelMessages::nodes() const { return k_nodes; }
bool KernelMessages::serves(fs::Device device) const { return device == k_kmsg; }

Result<Ref<fs::File>> KernelMessages::open(fs::Device, fs::Inode& inode, std::uint32_t flags) {
    auto& heap = ports::kernel_messages::heap();
    return Ref<fs::File>{Ref<KmsgFile>::adopt(TRY(memory::create<KmsgFile>(heap, memory::MaySleep{}, inode, flags)))};
}

Result<std::int64_t> KernelMessages::sys_syslog(int type, UserPtr<char> to, int size) {
    const bool everyone_may = type == k_read_all || type == k_size_buffer;  // kernel.dmesg_restrict = 0
    const task::Credentials& who = *task::current_user().credentials.load(std::memory_order_relaxed);
    if (!everyone_may && !who.has(CAP_SYSLOG) && !who.has(CAP_SYS_ADMIN)) {
        return Errno::perm;
    }
    switch (type) {
    case k_close:
    case k_open:
    case k_console_off:
    case k_console_on:
        return 0;
    case k_read:
    case k_read_all:
    case k_read_clear: {
        if (to.is_null() || size < 0) {
            return Errno::inval;
        }
        if (type == k_read) {
            return read_new(to, static_cast<std::size_t>(size));
        }
        const Result<std::int64_t> read = read_all(to, static_cast<std::size_t>(size));
        if (read && type == k_read_clear) {
            clear();
        }
        return read;
    }
    case k_clear:
        clear();
        return 0;
    case k_console_level:
        return size >= 1 && size <= 8 ? Result<std::int64_t>{0} : Errno::inval;
    case k_size_unread:
        return unread();
    case k_size_buffer:
        return static_cast<std::int64_t>(params::kernel_messages::ring_bytes);
    default:
        return Errno::inval;
    }
}

void KernelMessages::clear() {
    cleared_.store(end_from(cleared_.load(std::memory_order_relaxed)), std::memory_order_relaxed);
}

std::int64_t KernelMessages::unread() {
    std::array<char, k_longest_text> text;
    std::array<char, k_longest_line> line;
    const MutexGuard guard{reading_};
    std::int64_t unread = 0;
    std::uint64_t sequence = read_;
    std::size_t told = partly_read_;
    while (const auto record = source().next(sequence, text)) {
        const std::size_t size = line_of(*record, line).size();
        unread += static_cast<std::int64_t>(size - (record->sequence == read_ ? std::min(told, size) : 0));
        sequence = record->sequence + 1;
    }
    return unread;
}

// The newest that fit, whole.
Result<std::int64_t> KernelMessages::read_all(UserPtr<char> to, std::size_t size) {
    std::array<char, k_longest_text> text;
    std::array<char, k_longest_line> line;
    const std::uint64_t first = cleared_.load(std::memory_order_relaxed);
    std::size_t total = 0;
    std::uint64_t sequence = first;
    while (const auto record = source().next(sequence, text)) {
        total += line_of(*record, line).size();
        sequence = record->sequence + 1;
    }
    const std::uint64_t end = sequence;
    std::size_t used = 0;
    sequence = first;
    for (;;) {
        const auto record = source().next(sequence, text);
        if (!record || record->sequence >= end) {
            return static_cast<std::int64_t>(used);
        }
        const std::string_view shown = line_of(*record, line);
        if (total <= size && used + shown.size() <= size) {
            TRY(vm::copy_out((to + used).address(), shown.data(), shown.size()));
            used += shown.size();
        } else {
            total -= std::min(total, shown.size());
        }
        sequence = record->sequence + 1;
    }
}

// Waits until there is something that has not been read yet.
Result<std::int64_t> KernelMessages::read_new(UserPtr<char> to, std::size_t size) {
    for (;;) {
        std::uint64_t end = 0;
        const std::int64_t used = TRY(read_unread(to, size, end));
        if (used != 0 || size == 0) {
            return used;
        }
        TRY(wait_for(end));
    }
}

// 0: there is none, and the next message is number `end`. A line that does not fit is read in parts.
Result<std::int64_t> KernelMessages::read_unread(UserPtr<char> to, std::size_t size, std::uint64_t& end) {
    std::array<char, k_longest_text> text;
    std::array<char, k_longest_line> line;
    const MutexGuard guard{reading_};
    std::size_t used = 0;
    while (used < size) {
        const auto record = source().next(read_, text);
        if (!record) {
            break;
        }
        if (record->sequence != read_) {
            read_ = record->sequence;
            partly_read_ = 0;
        }
        const std::string_view rest = line_of(*record, line).substr(partly_read_);
        const std::string_view shown = rest.substr(0, size - used);
        if (const Result<void> copied = vm::copy_out((to + used).address(), shown.data(), shown.size()); !copied) {
            return used != 0 ? Result<std::int64_t>{static_cast<std::int64_t>(used)} : copied.error();
        }
        used += shown.size();
        const bool whole = shown.size() == rest.size();
        read_ += whole ? 1 : 0;
        partly_read_ = whole ? 0 : partly_read_ + shown.size();
    }
    end = read_;
    return static_cast<std::int64_t>(used);
}

}  // namespace phx::log
