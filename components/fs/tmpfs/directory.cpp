#include <algorithm>

#include <fs/tmpfs/node.hpp>
#include <memory/interfaces/context.hpp>
#include <ports/tmpfs.hpp>

namespace phx::fs::tmpfs {
namespace {

// Positions in a listing (getdents64(2)): 0 is ".", 1 is "..", 2 the newest entry; an entry's own is k_end less its serial number, so that positions
// grow while entries get older, and mean the same whatever was removed meanwhile.
constexpr std::uint64_t k_start = 2;
constexpr std::uint64_t k_end = std::uint64_t{1} << 62;

class DirectoryFile final : public File {
public:
    DirectoryFile(std::uint32_t flags, Directory& directory) : File{flags, directory, Seek::position}, directory_{directory} {}

    Result<std::size_t> read(Transfer&, std::uint64_t) override { return Errno::isdir; }
    Result<void> read_entries(std::uint64_t& position, EntrySink& sink) override;
    Result<std::uint64_t> seek(std::int64_t offset, int whence) override;

private:
    void dispose() override { memory::destroy(ports::tmpfs::heap(), this); }
    [[nodiscard]] Directory::Entry* find(std::uint64_t position);

    Directory& directory_;
    // Where the last reading ended, as long as nothing was removed: the next one begins there.
    Directory::Entry* stopped_at_ = nullptr;
    std::uint64_t stopped_position_ = 0;
    std::uint64_t stopped_removals_ = 0;
};

Directory::Entry* DirectoryFile::find(std::uint64_t position) {
    if (position <= k_start) {
        return directory_.first_from(directory_.newest());
    }
    if (stopped_at_ != nullptr && position == stopped_position_ && stopped_removals_ == directory_.removals()) {
        return directory_.after(*stopped_at_);
    }
    return position <= k_end ? directory_.first_from(k_end - position) : nullptr;
}

Result<void> DirectoryFile::read_entries(std::uint64_t& position, EntrySink& sink) {
    if (directory_.is_access_new() && (flags() & O_NOATIME) == 0) {
        directory_.touch_accessed(now());
    }
    if (position == 0) {
        if (!sink.entry(".", directory_.number(), S_IFDIR >> 12, 1)) {
            return {};
        }
        position = 1;
    }
    if (position == 1) {
        if (!sink.entry("..", directory_.parent_number(), S_IFDIR >> 12, k_start)) {
            return {};
        }
        position = k_start;
    }
    for (Directory::Entry* entry = find(position); entry != nullptr; entry = directory_.after(*entry)) {
        const std::uint64_t next = k_end - entry->serial + 1;
        if (!sink.entry(entry->name(), entry->node->number(), static_cast<std::uint8_t>(entry->node->kind() >> 12), next)) {
            break;
        }
        position = stopped_position_ = next;
        stopped_at_ = entry;
        stopped_removals_ = directory_.removals();
    }
    return {};
}

Result<std::uint64_t> DirectoryFile::seek(std::int64_t offset, int whence) {
    const std::int64_t to = whence == SEEK_CUR ? offset + static_cast<std::int64_t>(position) : offset;
    if ((whence != SEEK_SET && whence != SEEK_CUR) || to < 0) {
        return Errno::inval;
    }
    return static_cast<std::uint64_t>(to);
}

// What an entry adds to a directory's size on Linux (BOGO_DIRENT_SIZE), which has no meaning but is seen.
constexpr std::uint64_t k_entry_size = 20;

}  // namespace

Directory::Directory(Super& super, std::uint64_t number, const NewNode& node, Nanoseconds at, Directory* parent)
    : Node{super, number, node, at}, parent_{parent != nullptr ? parent : this} {
    add_link();  // its "."
}

Node::Extent Directory::extent() const {
    return {.size = (count_ + 2) * k_entry_size};
}

void Directory::end() {
    while (Node* const node = take_any()) {
        put(*node);
    }
    if (chains_ != inline_chains_.data()) {
        ports::tmpfs::heap().free(chains_, chain_count_ * sizeof *chains_);
    }
    memory::destroy(ports::tmpfs::heap(), this);
}

// --- entries

Directory::Entry** Directory::find(std::string_view name, std::uint32_t hash) {
    Entry** at = &chains_[hash & (chain_count_ - 1)];
    while (*at != nullptr && ((*at)->hash != hash || (*at)->name() != name)) {
        at = &(*at)->next;
    }
    return at;
}

Directory::Entry* Directory::first_from(std::uint64_t serial) {
    for (Entry& entry : entries_list_) {
        if (entry.serial <= serial) {
            return &entry;
        }
    }
    return nullptr;
}

Directory::Entry* Directory::after(Entry& entry) {
    return entries_list_.after(entry);
}

Result<Directory::Entry*> Directory::make_entry(std::string_view name) {
    void* const memory = TRY(memory::allocate(ports::tmpfs::heap(), sizeof(Entry) + name.size(), alignof(Entry), memory::MaySleep{}));
    Entry* const entry = std::construct_at(static_cast<Entry*>(memory));
    entry->size = static_cast<std::uint32_t>(name.size());
    entry->hash = PathText::key_of(name).hash;
    name.copy(reinterpret_cast<char*>(entry + 1), name.size());
    return entry;
}

void Directory::free_entry(Entry* entry) {
    ports::tmpfs::heap().free(entry, sizeof(Entry) + entry->size);
}

// The caller's reference becomes the entry's. The name is not there yet.
void Directory::add(Entry& entry, Node& node) {
    if (count_ >= 2 * chain_count_) {
        grow();
    }
    entry.node = &node;
    entry.serial = ++last_serial_;
    entry.next = std::exchange(chains_[entry.hash & (chain_count_ - 1)], &entry);
    entries_list_.push_front(entry);
    ++count_;
}

Node* Directory::remove(Entry** at) {
    Entry* const entry = *at;
    *at = entry->next;
    IntrusiveList<Entry>::remove(*entry);
    Node* const node = entry->node;
    free_entry(entry);
    --count_;
    ++removals_;
    return node;
}

Node* Directory::take_any() {
    Entry* const entry = entries_list_.front();
    return entry == nullptr ? nullptr : remove(find(entry->name(), entry->hash));
}

// If there is no memory the chains stay as they are, and get longer.
void Directory::grow() {
    const std::size_t count = chain_count_ * 4;
    const Result<void*> memory = ports::tmpfs::heap().allocate(count * sizeof *chains_, alignof(Entry*));
    if (!memory) {
        return;
    }
    auto** const chains = static_cast<Entry**>(*memory);
    std::fill_n(chains, count, nullptr);
    for (Entry& entry : entries_list_) {
        entry.next = std::exchange(chains[entry.hash & (count - 1)], &entry);
    }
    if (chains_ != inline_chains_.data()) {
        ports::tmpfs::heap().free(chains_, chain_count_ * sizeof *chains_);
    }
    chains_ = chains;
    chain_count_ = count;
}

// --- what changes them

Result<Ref<Inode>> Directory::lookup(std::string_view name) {
    Entry* const entry = *find(name, PathText::key_of(name).hash);
    if (entry == nullptr) {
        return Errno::noent;
    }
    return Ref<Inode>{entry->node};
}

// A new node of `size` bytes under that name.
template <class T, class... Args>
Result<Ref<Inode>> Directory::make(std::string_view name, const NewNode& node, std::size_t size, Args&&... args) {
    Entry* const entry = TRY(make_entry(name));
    const auto fail = [&](Errno error) {
        free_entry(entry);
        return error;
    };
    if (*find(name, entry->hash) != nullptr) {
        return fail(Errno::exist);
    }
    const Result<std::uint64_t> number = tmpfs().take_inode();
    if (!number) {
        return fail(number.error());
    }
    const Result<void*> memory = memory::allocate(ports::tmpfs::heap(), size, alignof(T), memory::MaySleep{});
    if (!memory) {
        tmpfs().give_inode();
        return fail(memory.error());
    }
    const Nanoseconds at = now();
    T* const made = std::construct_at(static_cast<T*>(*memory), tmpfs(), *number, node, at, std::forward<Args>(args)...);
    made->retain();
    add(*entry, *made);
    touch_modified(at);
    return Ref<Inode>::adopt(made);
}

Result<Ref<Inode>> Directory::create(std::string_view name, const NewNode& node) {
    switch (node.mode & S_IFMT) {
        case S_IFREG: return make<Named>(name, node, sizeof(Named));
        case S_IFDIR: {
            Ref<Inode> made = TRY(make<Directory>(name, node, sizeof(Directory), this));
            add_link();  // its ".."
            return made;
        }
        default: return make<Special>(name, node, sizeof(Special));
    }
}

Result<Ref<Inode>> Directory::symlink(std::string_view name, std::string_view target, const NewNode& node) {
    return make<Link>(name, node, Link::bytes(target.size()), target);
}

Result<Ref<Inode>> Directory::create_unnamed(const NewNode& node, bool linkable) {
    const std::uint64_t number = TRY(tmpfs().take_inode());
    const Result<Named*> made = memory::create<Named>(ports::tmpfs::heap(), memory::MaySleep{}, tmpfs(), number, node, now());
    if (!made) {
        tmpfs().give_inode();
        return made.error();
    }
    (*made)->drop_all_links();
    (*made)->linkable = linkable;
    return Ref<Inode>::adopt(*made);
}

Result<void> Directory::link(std::string_view name, Inode& existing) {
    auto& node = static_cast<Node&>(existing);
    if (node.links() == 0 && !(node.is_regular() && static_cast<Regular&>(node).linkable)) {
        return Errno::noent;
    }
    if (node.links() == UINT32_MAX) {
        return Errno::mlink;
    }
    Entry* const entry = TRY(make_entry(name));
    if (*find(name, entry->hash) != nullptr) {
        free_entry(entry);
        return Errno::exist;
    }
    node.add_link();
    node.retain();
    add(*entry, node);
    const Nanoseconds at = now();
    node.touch_changed(at);
    touch_modified(at);
    return {};
}

Result<void> Directory::unlink(std::string_view name, Inode& inode) {
    Entry** const at = find(name, PathText::key_of(name).hash);
    if (*at == nullptr || (*at)->node != &inode) {
        return Errno::noent;
    }
    const Ref<Node> node = Ref<Node>::adopt(remove(at));
    const Nanoseconds time = now();
    node->drop_link();
    node->touch_changed(time);
    touch_modified(time);
    return {};
}

Result<void> Directory::rmdir(std::string_view name, Inode& inode) {
    Entry** const at = find(name, PathText::key_of(name).hash);
    if (*at == nullptr || (*at)->node != &inode) {
        return Errno::noent;
    }
    if (static_cast<Directory&>(inode).count_ != 0) {
        return Errno::notempty;
    }
    const Ref<Node> node = Ref<Node>::adopt(remove(at));
    const Nanoseconds time = now();
    node->drop_all_links();
    node->touch_changed(time);
    drop_link();
    touch_modified(time);
    return {};
}

Result<void> Directory::rename(std::string_view from, Inode& moved, Inode& to_inode, std::string_view to, Inode* replaced, bool exchange) {
    auto& to_directory = static_cast<Directory&>(to_inode);
    Entry** const from_at = find(from, PathText::key_of(from).hash);
    Entry** const to_at = to_directory.find(to, PathText::key_of(to).hash);
    if (*from_at == nullptr || (*from_at)->node != &moved || (*to_at != nullptr ? (*to_at)->node : nullptr) != replaced) {
        return Errno::noent;
    }
    const bool crosses = &to_directory != this;
    const Nanoseconds time = now();
    const auto settle = [&](Node& node, Directory& before, Directory& after) {
        if (node.is_directory() && crosses) {
            static_cast<Directory&>(node).parent_ = &after;
            before.drop_link();
            after.add_link();
        }
        node.touch_changed(time);
    };
    if (exchange) {
        std::swap((*from_at)->node, (*to_at)->node);
        settle(*(*to_at)->node, *this, to_directory);
        settle(*(*from_at)->node, to_directory, *this);
    } else {
        if (replaced != nullptr && replaced->is_directory() && static_cast<Directory&>(*replaced).count_ != 0) {
            return Errno::notempty;
        }
        Entry* const entry = TRY(to_directory.make_entry(to));
        if (replaced != nullptr) {
            const Ref<Node> gone = Ref<Node>::adopt(to_directory.remove(to_at));
            if (gone->is_directory()) {
                gone->drop_all_links();
                to_directory.drop_link();
            } else {
                gone->drop_link();
            }
            gone->touch_changed(time);
        }
        // Found again: the entry that went may have been in its chain.
        Node* const node = remove(find(from, PathText::key_of(from).hash));
        to_directory.add(*entry, *node);
        settle(*node, *this, to_directory);
    }
    touch_modified(time);
    to_directory.touch_modified(time);
    return {};
}

Result<Ref<File>> Directory::open(std::uint32_t flags) {
    return Ref<File>::adopt(TRY(memory::create<DirectoryFile>(ports::tmpfs::heap(), memory::MaySleep{}, flags, *this)));
}

}  // namespace phx::fs::tmpfs
