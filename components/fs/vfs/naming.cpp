// What a place in the tree is called.
#include <fs/vfs/walk.hpp>

#include <ports/vfs.hpp>
#include <memory/interfaces/context.hpp>
#include <sync/rcu_read.hpp>

namespace phx::fs {
namespace {

// Written from the end of a buffer to its front.
class BackwardText {
public:
    explicit BackwardText(std::span<char> to) : to_{to}, at_{to.size()} {}
    void prepend(std::string_view text) {
        if (text.size() > at_) {
            fits_ = false;
            return;
        }
        at_ -= text.size();
        text.copy(to_.data() + at_, text.size());
    }
    [[nodiscard]] bool fits() const { return fits_; }
    [[nodiscard]] std::string_view text() const { return {to_.data() + at_, to_.size() - at_}; }

private:
    std::span<char> to_;
    std::size_t at_;
    bool fits_ = true;
};

// In a read-side section of RCU. False: it does not lie below the root.
bool write_name(BackwardText& text, Place place, const Place& root) {
    bool any = false;
    while (place != root) {
        if (place.dentry == place.mount->root_) {
            Mount* const parent = place.mount->parent_.load(std::memory_order_acquire);
            Dentry* const over = place.mount->place_.load(std::memory_order_acquire);
            if (parent == place.mount || over == nullptr) {
                if (!any) {
                    text.prepend("/");
                }
                return false;
            }
            place = {parent, over};
            continue;
        }
        Dentry* const parent = place.dentry->parent_.load(std::memory_order_acquire);
        if (parent == place.dentry) {
            return false;
        }
        text.prepend(place.dentry->name_.load(std::memory_order_acquire)->text());
        text.prepend("/");
        any = true;
        if (!text.fits()) {
            return true;
        }
        place.dentry = parent;
    }
    if (!any) {
        text.prepend("/");
    }
    return true;
}

}  // namespace

Result<std::string_view> VirtualFiles::name_of(const Path& path, std::span<char> to) {
    if (path.mount() == nullptr) {
        return Errno::noent;
    }
    const Path root = caller_root();
    for (;;) {
        BackwardText text{to};
        bool reachable = false;
        std::uint32_t seen = 0;
        {
            const RcuGuard guard;
            seen = tree_.begin_read();
            reachable = write_name(text, {path.mount(), path.dentry()}, {root.mount(), root.dentry()});
        }
        if (tree_.must_retry(seen)) {
            continue;
        }
        if (!reachable) {
            text.prepend("(unreachable)");
        }
        return text.fits() ? Result<std::string_view>{text.text()} : Result<std::string_view>{Errno::nametoolong};
    }
}

bool VirtualFiles::is_reachable(const Path& path) {
    return (path.dentry()->flags() & Dentry::k_removed) == 0;
}

Result<Path> VirtualFiles::path_of(File& file) {
    if (file.path()) {
        return file.path();
    }
    Inode& inode = file.inode();
    Ref<Dentry> dentry = Ref<Dentry>::adopt(TRY(cache_.make(nullptr, inode.super(), "")));
    DentryCache::set_inode(*dentry, Ref<Inode>{&inode});
    return Path::adopt(nullptr, dentry.release());
}

void VirtualFiles::visit_mounts(MountVisitor& visitor) {
    constexpr std::size_t size = 4096;
    const Result<void*> room = memory::allocate(ports::vfs::heap(), 2 * size, 1, memory::MaySleep{});
    if (!room) {
        return;
    }
    const std::span<char> place_room{static_cast<char*>(*room), size};
    const std::span<char> root_room{static_cast<char*>(*room) + size, size};
    {
        const Path asker = caller_root();
        const MutexGuard guard{mount_mutex_};
        for (Mount& mount : mounts_) {
            BackwardText place{place_room};
            BackwardText root{root_room};
            {
                const RcuGuard rcu;
                if (!write_name(place, {&mount, mount.root_}, {asker.mount(), asker.dentry()})) {
                    continue;
                }
                Mount within;  // its own file system alone
                within.root_ = mount.super_->root_dentry_;  // stays as long as the mount
                write_name(root, {&within, mount.root_}, {&within, within.root_});
            }
            const MountInfo info{mount, mount.parent_.load(std::memory_order_relaxed)->id_, root.text(), place.text(),
                                 {mount.source_, mount.source_size_}};
            if (!visitor.mount(info)) {
                break;
            }
        }
    }
    ports::vfs::heap().free(*room, 2 * size);
}

void VirtualFiles::sync() {
    for (std::int32_t after = 0;;) {
        Ref<SuperBlock> super;
        {
            const MutexGuard guard{mount_mutex_};
            for (Mount& mount : mounts_) {
                if (mount.id_ > after) {
                    after = mount.id_;
                    super = Ref<SuperBlock>{mount.super_};
                    break;
                }
            }
        }
        if (!super) {
            return;
        }
        [[maybe_unused]] const Result<void> done = super->sync();
    }
}

}  // namespace phx::fs
