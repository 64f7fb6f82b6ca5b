#include <fs/initramfs/unpacker.hpp>

#include <algorithm>
#include <utility>

#include <memory/interfaces/context.hpp>
#include <ports/initramfs.hpp>
#include <vm/page_cache/page_cache.hpp>

namespace phx::fs::initramfs {
namespace {

constexpr std::uint64_t k_most_complaints = 8;
constexpr std::int64_t k_second = 1'000'000'000;

struct SplitName {
    std::string_view directory;
    std::string_view last;
};

[[nodiscard]] SplitName split(std::string_view path) {
    while (path.ends_with('/')) {
        path.remove_suffix(1);
    }
    const std::size_t slash = path.rfind('/');
    return slash == path.npos ? SplitName{{}, path} : SplitName{path.substr(0, slash), path.substr(slash + 1)};
}

[[nodiscard]] bool ends_it(Errno error) {
    return error == Errno::nomem || error == Errno::nospc;
}

// Perhaps: entries with the same number are the same file.
[[nodiscard]] bool has_names(const CpioEntry& entry) {
    return entry.links > 1 && (entry.mode & S_IFMT) != S_IFLNK;
}

[[nodiscard]] AttributeChange dated(std::uint32_t seconds) {
    const Nanoseconds at{seconds * k_second};
    AttributeChange change;
    change.which = AttributeChange::accessed_bit | AttributeChange::modified_bit;
    change.accessed = change.modified = at;
    return change;
}

[[nodiscard]] AttributeChange owned_as(const NewNode& node) {
    AttributeChange change;
    change.which = AttributeChange::mode_bit | AttributeChange::owner_bit;
    change.mode = node.mode;
    change.uid = node.uid;
    change.gid = node.gid;
    return change;
}

Result<void> change(Inode& inode, const AttributeChange& change) {
    const WriteGuard guard{inode.entries};
    return inode.set_attributes(change);
}

}  // namespace

Unpacker::~Unpacker() {
    trailer();
    while (Dated* const dated = dated_.front()) {
        IntrusiveList<Dated>::remove(*dated);
        memory::destroy(ports::initramfs::heap(), dated);
    }
}

Result<void> Unpacker::finish() {
    for (Dated& each : dated_) {
        TRY(change(*each.directory, dated(each.modified)));
    }
    return {};
}

// --- names

Result<void> Unpacker::entry(const CpioEntry& entry) {
    file_ = {};
    const Result<void> made = make(entry);
    if (made) [[likely]] {
        ++counts_.names;
        return {};
    }
    if (ends_it(made.error())) {
        return made;
    }
    if (++counts_.refused <= k_most_complaints) {
        ports::initramfs::log().warning("{}: {}", entry.name, made.error());
    }
    return {};
}

Result<void> Unpacker::make(const CpioEntry& entry) {
    const Mode kind = entry.mode & S_IFMT;
    const NewNode node{.mode = entry.mode & (S_IFMT | 07777),
                       .uid = entry.uid,
                       .gid = entry.gid,
                       .device = make_device(entry.node_major, entry.node_minor)};
    const auto [directory, name] = split(entry.name);
    if (name.empty() || name == "." || name == "..") {
        if (kind != S_IFDIR || entry.name.empty()) {
            return Errno::inval;
        }
        Inode* const existing = TRY(directories_.find(entry.name));
        TRY(change(*existing, owned_as(node)));
        return date(*existing, kind, entry.modified);
    }
    if (name.size() > name_.size()) {
        return Errno::nametoolong;
    }
    Inode* const parent = TRY(directories_.find(directory));
    Ref<Inode> made;
    switch (kind) {
    case S_IFDIR:
        made = TRY(make_directory(*parent, name, node));
        break;
    case S_IFLNK:
    case S_IFREG:
    case S_IFBLK:
    case S_IFCHR:
    case S_IFIFO:
    case S_IFSOCK:
        made = TRY(make_file(*parent, name, entry, node));
        break;
    default:
        return Errno::inval;
    }
    if (entry.size == 0) {
        return date(*made, kind, entry.modified);
    }
    name.copy(name_.data(), name.size());
    name_size_ = name.size();
    parent_ = Ref<Inode>{parent};
    size_ = entry.size;
    modified_ = entry.modified;
    return begin_contents(*made);
}

// What an earlier archive has under that name.
Result<void> Unpacker::remove(Inode& parent, std::string_view name, Inode& existing) {
    directories_.forget();
    return existing.is_directory() ? parent.rmdir(name, existing) : parent.unlink(name, existing);
}

Result<Ref<Inode>> Unpacker::make_directory(Inode& parent, std::string_view name, const NewNode& node) {
    const WriteGuard guard{parent.entries};
    Result<Ref<Inode>> made = parent.create(name, node);
    if (made || made.error() != Errno::exist) [[likely]] {
        return made;
    }
    Ref<Inode> existing = TRY(parent.lookup(name));
    if (!existing->is_directory()) {
        TRY(remove(parent, name, *existing));
        return parent.create(name, node);
    }
    TRY(change(*existing, owned_as(node)));
    return existing;
}

Result<Ref<Inode>> Unpacker::make_new(Inode& parent, std::string_view name, const CpioEntry& entry, const NewNode& node,
                                      Linked* linked) {
    if (linked != nullptr) {
        TRY(parent.link(name, *linked->inode));
        return linked->inode;
    }
    const bool is_symlink = (node.mode & S_IFMT) == S_IFLNK;
    Ref<Inode> made = TRY(is_symlink ? parent.symlink(name, entry.target, node) : parent.create(name, node));
    if (has_names(entry)) {
        TRY(add_linked(entry, *made));
    }
    return made;
}

Result<Ref<Inode>> Unpacker::make_file(Inode& parent, std::string_view name, const CpioEntry& entry,
                                       const NewNode& node) {
    const WriteGuard guard{parent.entries};
    Linked* const linked = has_names(entry) ? find_linked(entry) : nullptr;
    Result<Ref<Inode>> made = make_new(parent, name, entry, node, linked);
    if (made || made.error() != Errno::exist) [[likely]] {
        return made;
    }
    Ref<Inode> existing = TRY(parent.lookup(name));
    if (linked != nullptr && linked->inode == existing) {
        return existing;
    }
    if (linked != nullptr || !existing->is_regular() || (node.mode & S_IFMT) != S_IFREG) {
        TRY(remove(parent, name, *existing));
        return make_new(parent, name, entry, node, linked);
    }
    // It begins anew, under all its names.
    AttributeChange anew = owned_as(node);
    anew.which |= AttributeChange::size_bit;
    TRY(change(*existing, anew));
    if (has_names(entry)) {
        TRY(add_linked(entry, *existing));
    }
    return existing;
}

// A directory's are set at the end, as what is made in it changes them.
Result<void> Unpacker::date(Inode& inode, Mode kind, std::uint32_t seconds) {
    if (kind != S_IFDIR) {
        return change(inode, dated(seconds));
    }
    auto* const kept = TRY(memory::create<Dated>(ports::initramfs::heap(), memory::MaySleep{}));
    kept->directory = Ref<Inode>{&inode};
    kept->modified = seconds;
    dated_.push_back(*kept);
    return {};
}

// --- hard links

Unpacker::Linked* Unpacker::find_linked(const CpioEntry& entry) {
    for (Linked* linked = linked_[entry.inode % k_chains]; linked != nullptr; linked = linked->next) {
        if (linked->number == entry.inode && linked->major == entry.device_major &&
            linked->minor == entry.device_minor && linked->inode->kind() == (entry.mode & S_IFMT)) {
            return linked;
        }
    }
    return nullptr;
}

Result<void> Unpacker::add_linked(const CpioEntry& entry, Inode& inode) {
    auto* const linked = TRY(memory::create<Linked>(ports::initramfs::heap(), memory::MaySleep{}));
    linked->number = entry.inode;
    linked->major = entry.device_major;
    linked->minor = entry.device_minor;
    linked->inode = Ref<Inode>{&inode};
    linked->next = std::exchange(linked_[entry.inode % k_chains], linked);
    return {};
}

void Unpacker::trailer() {
    for (Linked*& chain : linked_) {
        while (Linked* const linked = chain) {
            chain = linked->next;
            memory::destroy(ports::initramfs::heap(), linked);
        }
    }
}

// --- contents

Result<void> Unpacker::begin_contents(Inode& inode) {
    vm::PageCache* const pages = inode.pages();
    if (pages == nullptr) {
        return Errno::opnotsupp;
    }
    const WriteGuard guard{inode.entries};
    if (pages->size() != 0) {
        TRY(pages->resize(0));
    }
    file_ = Ref<Inode>{&inode};
    written_ = 0;
    return {};
}

Result<void> Unpacker::data(std::span<const std::byte> part) {
    if (!file_) {
        return {};
    }
    const WriteGuard guard{file_->entries};
    vm::PageCache& pages = *file_->pages();
    // Its pages are the archive's where it begins at a page's start; a last page that is not whole has something else
    // behind it.
    const PhysAddr at = ports::initramfs::map().to_physical(part.data());
    if (stays_ && part.size() == size_ && part.size() >= k_page_size && at.is_aligned(k_page_size)) {
        const std::uint64_t whole = align_down(part.size(), k_page_size);
        pages.lend(Frame::containing(at), whole);
        counts_.pages_lent += whole >> k_page_shift;
        written_ = whole;
        part = part.subspan(whole);
    }
    while (!part.empty()) {
        vm::Transfer transfer{const_cast<std::byte*>(part.data()), part.size()};  // from where bytes are taken only
        const std::size_t taken = TRY(pages.write(transfer, written_));
        written_ += taken;
        counts_.bytes_copied += taken;
        part = part.subspan(taken);
        if (taken == 0) {
            return Errno::io;
        }
    }
    return {};
}

Result<void> Unpacker::end() {
    if (!file_) {
        return {};
    }
    return date(*std::exchange(file_, {}), S_IFREG, modified_);
}

// A file without all of its contents is none.
void Unpacker::abandon() {
    if (!file_) {
        return;
    }
    const WriteGuard guard{parent_->entries};
    if (!parent_->unlink({name_.data(), name_size_}, *std::exchange(file_, {}))) {
        ports::initramfs::log().warning("{}: only a part of it is there", std::string_view{name_.data(), name_size_});
    }
    --counts_.names;
}

}  // namespace phx::fs::initramfs
