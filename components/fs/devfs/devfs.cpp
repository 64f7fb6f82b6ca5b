#include <fs/devfs/devfs.hpp>

#include <fs/interfaces/device_nodes.hpp>
#include <params/devfs.hpp>
#include <ports/devfs.hpp>

namespace phx::fs {
namespace {

struct LinkName {
    std::string_view name;
    std::string_view target;
};
constexpr LinkName k_links[] = {
    {"fd", "/proc/self/fd"}, {"stdin", "/proc/self/fd/0"}, {"stdout", "/proc/self/fd/1"}, {"stderr", "/proc/self/fd/2"}};
constexpr std::string_view k_folders[] = {"pts", "shm"};

// The folder that the last word of `name` is in, made where it is not there yet.
Result<Ref<Inode>> folder_of(Ref<Inode> folder, std::string_view& name) {
    Ref<Inode> parent;
    for (std::size_t slash = name.find('/'); slash != name.npos; slash = name.find('/')) {
        const std::string_view word = name.substr(0, slash);
        const WriteGuard guard{folder->entries};
        Result<Ref<Inode>> found = folder->lookup(word);
        Ref<Inode> next = found ? std::move(*found) : TRY(folder->create(word, {.mode = S_IFDIR | 0755}));
        parent = std::move(folder);  // its lock is held still
        folder = std::move(next);
        name.remove_prefix(slash + 1);
    }
    return folder;
}

Result<void> fill(SuperBlock& super) {
    const Ref<Inode> root = super.root();
    for (DeviceNodes* source : ports::devfs::devices()) {
        for (const DeviceNode& node : source->nodes()) {
            std::string_view name = node.name;
            const Ref<Inode> folder = TRY(folder_of(root, name));
            const WriteGuard guard{folder->entries};
            TRY(folder->create(name, {.mode = S_IFCHR | node.mode, .gid = node.gid, .device = node.device}));
        }
    }
    if (params::devfs::conveniences) {
        const WriteGuard guard{root->entries};
        for (const LinkName& link : k_links) {
            TRY(root->symlink(link.name, link.target, {.mode = S_IFLNK | 0777}));
        }
        for (const std::string_view folder : k_folders) {
            TRY(root->create(folder, {.mode = S_IFDIR | 0755}));
        }
    }
    return {};
}

}  // namespace

Result<Ref<SuperBlock>> DevFs::mount(std::string_view, std::string_view) {
    const MutexGuard guard{mutex_};
    if (super_ == nullptr) {
        Ref<SuperBlock> made = TRY(ports::devfs::memory().make("devtmpfs", "mode=0755"));
        TRY(fill(*made));
        super_ = made.release();
    }
    return Ref<SuperBlock>{super_};
}

}  // namespace phx::fs
