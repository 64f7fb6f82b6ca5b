#include <tty/pty/devpts.hpp>

#include <algorithm>

#include <base/digits.hpp>
#include <base/format.hpp>
#include <linux/magic.h>
#include <memory/interfaces/context.hpp>
#include <ports/pty.hpp>
#include <task/interfaces/process.hpp>
#include <tty/pty/pseudo_terminals.hpp>

namespace phx::tty {
namespace {

constexpr std::uint64_t k_root_number = 1;
constexpr std::uint64_t k_ptmx_number = 2;
constexpr std::uint64_t k_first_number = 3;  // of slave 0, as on Linux
constexpr fs::Device k_ptmx = fs::make_device(5, 2);

[[nodiscard]] bool parse(std::string_view text, unsigned base, std::uint32_t& value) {
    const auto digits = take_digits<std::uint32_t>(text, base);
    value = digits.value_or(0);
    return digits && text.empty();
}

class DirectoryFile final : public fs::File {
public:
    DirectoryFile(fs::Inode& inode, std::uint32_t flags) : File{flags, inode, Seek::position} {}

    Result<void> read_entries(std::uint64_t& position, fs::EntrySink& sink) override {
        // 0 and 1 are "." and ".."; 2 is ptmx; then come the slaves.
        for (; position < 3; ++position) {
            const std::string_view name = position == 0 ? "." : position == 1 ? ".." : "ptmx";
            if (!sink.entry(name, position < 2 ? k_root_number : k_ptmx_number, position < 2 ? fs::entry_type(S_IFDIR) : fs::entry_type(S_IFCHR), position + 1)) {
                return {};
            }
        }
        auto& ptys = ports::pty::self();
        for (std::uint32_t number = ptys.next(static_cast<std::uint32_t>(position - 3)); number < params::pty::max; number = ptys.next(number + 1)) {
            std::array<char, 12> name;
            if (!sink.entry(format_to(name, "{}", number), number + k_first_number, fs::entry_type(S_IFCHR), number + 4)) {
                return {};
            }
            position = number + 4;
        }
        return {};
    }

private:
    void dispose() override { memory::destroy(ports::pty::heap(), this); }
};

}  // namespace

// --- a slave's name

SlaveNode::SlaveNode(fs::SuperBlock& super, std::uint64_t number, const fs::NewNode& node, Nanoseconds now)
    : Inode{super, number, node.mode, node.uid, node.gid}, device_{node.device}, born_{now}, changed_{now.count()} {}

fs::Attributes SlaveNode::attributes() {
    const Access access = this->access();
    const Nanoseconds changed{changed_.load(std::memory_order_relaxed)};
    return {.mode = access.mode,
            .uid = access.uid,
            .gid = access.gid,
            .device = device_,
            .accessed = changed,
            .modified = changed,
            .changed = changed,
            .born = born_};
}

Result<void> SlaveNode::set_attributes(const fs::AttributeChange& change) {
    Access access = this->access();
    if ((change.which & fs::AttributeChange::mode_bit) != 0) {
        access.mode = (access.mode & S_IFMT) | (change.mode & 07777);
    }
    if ((change.which & fs::AttributeChange::uid_bit) != 0) {
        access.uid = change.uid;
    }
    if ((change.which & fs::AttributeChange::gid_bit) != 0) {
        access.gid = change.gid;
    }
    set_access(access);
    changed_.store(PseudoTerminals::now().count(), std::memory_order_relaxed);
    return {};
}

void SlaveNode::end() {
    if (number() >= k_first_number) {
        memory::destroy(ports::pty::heap(), this);
    }
}

// --- the directory

PtsDirectory::PtsDirectory(DevPts& devpts) : Inode{devpts, k_root_number, S_IFDIR | 0755} {}

fs::Attributes PtsDirectory::attributes() {
    const Nanoseconds born = static_cast<DevPts&>(super()).born();
    return {.mode = access().mode, .links = 2, .accessed = born, .modified = born, .changed = born, .born = born};
}

Result<Ref<fs::Inode>> PtsDirectory::lookup(std::string_view name) {
    if (name == "ptmx") {
        return static_cast<DevPts&>(super()).ptmx();
    }
    std::uint32_t number = 0;
    if (!parse(name, 10, number) || (name.size() > 1 && name.front() == '0')) {
        return Errno::noent;
    }
    Ref<SlaveNode> node = ports::pty::self().node(number);
    if (!node) {
        return Errno::noent;
    }
    return Ref<fs::Inode>{std::move(node)};
}

Result<Ref<fs::File>> PtsDirectory::open(std::uint32_t flags) {
    return Ref<fs::File>{Ref<DirectoryFile>::adopt(TRY(memory::create<DirectoryFile>(ports::pty::heap(), memory::MaySleep{}, *this, flags)))};
}

// --- the file system

DevPts::DevPts(Nanoseconds now)
    : SuperBlock{fs::next_anonymous_device()},
      born_{now},
      directory_{*this},
      ptmx_{*this, k_ptmx_number, fs::NewNode{.mode = S_IFCHR, .device = k_ptmx}, now} {}

Result<void> DevPts::apply(std::string_view option, Options& options) {
    const std::size_t equals = std::min(option.find('='), option.size());
    const std::string_view name = option.substr(0, equals);
    const std::string_view text = option.substr(std::min(equals + 1, option.size()));
    std::uint32_t value = 0;
    if (name == "newinstance" || name.empty()) {
        return {};
    }
    const bool is_mode = name == "mode" || name == "ptmxmode";
    if (!parse(text, is_mode ? 8 : 10, value)) {
        return Errno::inval;
    }
    if (name == "mode") {
        options.mode = value & 0777;
    } else if (name == "ptmxmode") {
        options.ptmx_mode = value & 0777;
    } else if (name == "gid") {
        options.gid = value;
        options.own_gid = true;
    } else if (name == "uid") {
        options.uid = value;
        options.own_uid = true;
    } else if (name != "max") {
        return Errno::inval;
    }
    return {};
}

Result<void> DevPts::set_options(std::string_view text) {
    Options options;
    while (!text.empty()) {
        const std::size_t comma = std::min(text.find(','), text.size());
        TRY(apply(text.substr(0, comma), options));
        text.remove_prefix(std::min(comma + 1, text.size()));
    }
    options_ = options;
    fs::AttributeChange change;
    change.which = fs::AttributeChange::mode_bit;
    change.mode = options.ptmx_mode;
    return ptmx_.set_attributes(change);
}

fs::NewNode DevPts::new_node(fs::Device device) {
    const task::Credentials& who = *task::current_user().credentials.load(std::memory_order_relaxed);
    fs::NewNode node;
    node.mode = S_IFCHR | options_.mode;
    node.uid = options_.own_uid ? options_.uid : who.fsuid;
    node.gid = options_.own_gid ? options_.gid : who.fsgid;
    node.device = device;
    return node;
}

fs::FileSystemStats DevPts::stats() { return {.magic = DEVPTS_SUPER_MAGIC}; }

std::size_t DevPts::options(char* to, std::size_t size) {
    std::size_t used = 0;
    const std::span room{to, size};
    if (options_.own_uid) {
        used += format_to(room, ",uid={}", options_.uid).size();
    }
    if (options_.own_gid) {
        used += format_to(room.subspan(used), ",gid={}", options_.gid).size();
    }
    const auto digit = [](fs::Mode mode, unsigned shift) { return static_cast<char>('0' + (mode >> shift & 7)); };
    for (const auto& [name, mode] : {std::pair{"mode", options_.mode}, std::pair{"ptmxmode", options_.ptmx_mode}}) {
        used += format_to(room.subspan(used), ",{}={}{}{}", name, digit(mode, 6), digit(mode, 3), digit(mode, 0)).size();
    }
    return used;
}

}  // namespace phx::tty
