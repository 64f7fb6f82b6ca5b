#include <log/kernel_messages/kernel_messages.hpp>

#include <algorithm>
#include <array>

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

[[nodiscard]] auto& source() { return ports::kernel_messages::log().source(); }

// As dmesg shows it: "<6>[    0.001234] tag: text\n".
[[nodiscard]] std::string_view line_of(const Record& record, std::span<char> to) {
    const std::int64_t microseconds = record.time.count() / 1000;
    return format_to(to, "<{}>[{:5}.{:06}] {}: {}\n", k_priorities[static_cast<std::size_t>(record.level)], microseconds / 1'000'000,
                     microseconds % 1'000'000, record.tag, record.text);
}

// One message a read, "6,339,5140900,-;tag: text\n" (Linux Documentation/ABI/testing/dev-kmsg).
class KmsgFile final : public fs::File {
public:
    KmsgFile(fs::Inode& inode, std::uint32_t flags) : File{flags, inode, Seek::none} {}

    // There is no waiting for messages: at the end it is as if O_NONBLOCK were set.
    Result<std::size_t> read(fs::Transfer& to, std::uint64_t) override {
        std::array<char, k_longest_text> text;
        std::array<char, k_longest_line> line;
        const std::uint64_t sequence = next_.load(std::memory_order_relaxed);
        const auto record = source().next(sequence, text);
        if (!record) {
            return Errno::again;
        }
        next_.store(record->sequence + 1, std::memory_order_relaxed);
        if (record->sequence != sequence && sequence != 0) {
            return Errno::pipe;  // some were overwritten
        }
        const std::string_view shown =
            format_to(line, "{},{},{},-;{}: {}\n", k_priorities[static_cast<std::size_t>(record->level)], record->sequence,
                      record->time.count() / 1000, record->tag, record->text);
        return shown.size() <= to.left() ? to.put(shown.data(), shown.size()) : Errno::inval;
    }

    // "<N>text": one message; the level is taken, the facility is not.
    Result<std::size_t> write(fs::Transfer& from, std::uint64_t&) override {
        const std::size_t size = from.left();
        std::array<char, k_longest_text> text;
        const std::size_t taken = TRY(from.take(text.data(), std::min(size, text.size())));
        std::string_view message{text.data(), taken};
        int priority = 4;
        if (message.size() > 2 && message.front() == '<') {
            const std::size_t end = message.find('>');
            if (end != message.npos && end < 6) {
                priority = 0;
                for (const char c : message.substr(1, end - 1)) {
                    priority = priority * 10 + (c - '0');
                }
                priority &= 7;
                message.remove_prefix(end + 1);
            }
        }
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

    fs::PollEvents poll(fs::PollRegistrar*) override {
        std::array<char, k_longest_text> text;
        const bool more = source().next(next_.load(std::memory_order_relaxed), text).has_value();
        return POLLOUT | POLLWRNORM | (more ? POLLIN | POLLRDNORM : 0);
    }

private:
    void dispose() override { memory::destroy(ports::kernel_messages::heap(), this); }

    std::atomic<std::uint64_t> next_{0};
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
    case k_size_unread: {
        std::array<char, k_longest_text> text;
        std::array<char, k_longest_line> line;
        std::int64_t unread = 0;
        for (std::uint64_t sequence = read_.load(std::memory_order_relaxed);;) {
            const auto record = source().next(sequence, text);
            if (!record) {
                return unread;
            }
            unread += static_cast<std::int64_t>(line_of(*record, line).size());
            sequence = record->sequence + 1;
        }
    }
    case k_size_buffer:
        return static_cast<std::int64_t>(params::kernel_messages::ring_bytes);
    default:
        return Errno::inval;
    }
}

void KernelMessages::clear() {
    std::array<char, k_longest_text> text;
    std::uint64_t sequence = cleared_.load(std::memory_order_relaxed);
    while (const auto record = source().next(sequence, text)) {
        sequence = record->sequence + 1;
    }
    cleared_.store(sequence, std::memory_order_relaxed);
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

// What has not been read yet; it does not wait.
Result<std::int64_t> KernelMessages::read_new(UserPtr<char> to, std::size_t size) {
    std::array<char, k_longest_text> text;
    std::array<char, k_longest_line> line;
    std::size_t used = 0;
    while (const auto record = source().next(read_.load(std::memory_order_relaxed), text)) {
        const std::string_view shown = line_of(*record, line);
        if (used + shown.size() > size) {
            break;
        }
        TRY(vm::copy_out((to + used).address(), shown.data(), shown.size()));
        used += shown.size();
        read_.store(record->sequence + 1, std::memory_order_relaxed);
    }
    return static_cast<std::int64_t>(used);
}

}  // namespace phx::log
