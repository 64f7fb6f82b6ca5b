// mount(2), umount2(2), pivot_root(2).
#include <algorithm>

#include <fs/vfs/change.hpp>
#include <fs/vfs/walk.hpp>
#include <memory/interfaces/context.hpp>
#include <ports/vfs.hpp>

namespace phx::fs {
namespace {

constexpr std::uint32_t k_mount_flags = MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC | MS_NOATIME | MS_NODIRATIME | MS_RELATIME;
constexpr std::uint32_t k_time_flags = MS_NOATIME | MS_NODIRATIME | MS_RELATIME | MS_STRICTATIME;
constexpr std::uint32_t k_propagation = MS_SHARED | MS_PRIVATE | MS_SLAVE | MS_UNBINDABLE;
constexpr std::size_t k_most_source = 4095;
// umount2(2); uapi leaves them to the C library.
constexpr std::uint32_t k_force = 1;
constexpr std::uint32_t k_detach = 2;
constexpr std::uint32_t k_no_follow = 8;

// MS_RELATIME is the default.
[[nodiscard]] std::uint32_t flags_of(std::uint32_t flags) {
    if ((flags & (MS_NOATIME | MS_STRICTATIME)) == 0) {
        flags |= MS_RELATIME;
    }
    return flags & k_mount_flags;
}

[[nodiscard]] bool is_mount_root(const Path& path) {
    return path.mount() != nullptr && path.dentry() == path.mount()->root_;
}

[[nodiscard]] bool is_within(const Dentry& dentry, const Dentry& top) {
    const Dentry* at = &dentry;
    while (at != &top) {
        const Dentry* const parent = at->parent_.load(std::memory_order_relaxed);
        if (parent == at) {
            return false;
        }
        at = parent;
    }
    return true;
}

void free_mount(sync::RcuHead& head) {
    auto& mount = static_cast<Mount&>(head);
    memory::destroy(ports::vfs::heap(), &mount);
}

}  // namespace

Result<void> VirtualFiles::mount(std::string_view source, const Path& target, std::string_view type, std::uint32_t flags, std::string_view options) {
    if (!caller().has(CAP_SYS_ADMIN)) {
        return Errno::perm;
    }
    if ((flags & MS_REMOUNT) != 0) {
        return remount(target, flags, options);
    }
    if ((flags & MS_BIND) != 0) {
        const Path from = TRY(resolve(nullptr, source, {Walk::follow_last}));
        return bind(from, target, (flags & MS_REC) != 0);
    }
    if ((flags & k_propagation) != 0) {
        // Every mount is private, which a slave of nobody is as well.
        return !is_mount_root(target) || (flags & (MS_SHARED | MS_UNBINDABLE)) != 0 ? Result<void>{Errno::inval} : Result<void>{};
    }
    if ((flags & MS_MOVE) != 0) {
        const Path from = TRY(resolve(nullptr, source, {Walk::follow_last}));
        return move_mount(from, target);
    }
    return mount_new(source, target, type, flags, options);
}

Result<void> VirtualFiles::mount_new(std::string_view source, const Path& target, std::string_view type, std::uint32_t flags,
                                     std::string_view options) {
    const auto types = ports::vfs::types();
    const auto found = std::ranges::find_if(types, [&](FileSystem* candidate) { return candidate->name() == type; });
    if (found == types.end()) {
        return Errno::nodev;
    }
    const Ref<SuperBlock> super = TRY((*found)->mount(source, options));
    Dentry* const root = TRY(use(*super));
    const Result<Mount*> made = make_mount(*super, *root, flags_of(flags), source);
    if (!made) {
        disuse(*super);
        return made.error();
    }
    const Result<void> attached = attach(**made, target);
    if (!attached) {
        put(**made);
    }
    return attached;
}

// One mount more of it, with its root, which the first one makes.
Result<Dentry*> VirtualFiles::use(SuperBlock& super) {
    const auto take = [&](Dentry* made) -> Dentry* {
        const SpinGuard guard{supers_lock_};
        if (super.root_dentry_ == nullptr) {
            if (made == nullptr) {
                return nullptr;
            }
            super.root_dentry_ = made;
        }
        ++super.mounts_;
        return super.root_dentry_;
    };
    if (Dentry* const there = take(nullptr)) {
        return there;
    }
    Dentry* const made = TRY(cache_.make(nullptr, super, ""));
    made->flags_.store(Dentry::k_root, std::memory_order_relaxed);
    DentryCache::set_inode(*made, super.root());
    Dentry* const root = take(made);
    if (root != made) {
        put(*made);
    }
    return root;
}

// One less. With the last one the names that nobody uses go.
void VirtualFiles::disuse(SuperBlock& super) {
    Dentry* root = nullptr;
    {
        const SpinGuard guard{supers_lock_};
        if (--super.mounts_ == 0) {
            root = std::exchange(super.root_dentry_, nullptr);
        }
    }
    if (root != nullptr) {
        cache_.evict_all(super);
        put(*root);
    }
}

// Of what is in use already. Attached nowhere, with the caller's reference.
Result<Mount*> VirtualFiles::make_mount(SuperBlock& super, Dentry& root, std::uint32_t flags, std::string_view source) {
    source = source.substr(0, k_most_source);
    char* text = nullptr;
    if (!source.empty()) {
        text = static_cast<char*>(TRY(memory::allocate(ports::vfs::heap(), source.size(), 1, memory::MaySleep{})));
        source.copy(text, source.size());
    }
    const Result<Mount*> made = memory::create<Mount>(ports::vfs::heap(), memory::MaySleep{});
    if (!made) {
        if (text != nullptr) {
            ports::vfs::heap().free(text, source.size());
        }
        return made.error();
    }
    Mount& mount = **made;
    mount.super_ = Ref<SuperBlock>{&super}.release();
    mount.root_ = Ref<Dentry>{&root}.release();
    mount.parent_.store(&mount, std::memory_order_relaxed);
    mount.flags_.store(flags, std::memory_order_relaxed);
    mount.source_ = text;
    mount.source_size_ = static_cast<std::uint32_t>(source.size());
    mount.id_ = next_mount_.fetch_add(1, std::memory_order_relaxed);
    return &mount;
}

void VirtualFiles::end(Mount& mount) {
    SuperBlock& super = *mount.super_;
    put(*mount.root_);
    disuse(super);
    put(super);
    if (mount.source_ != nullptr) {
        ports::vfs::heap().free(const_cast<char*>(mount.source_), mount.source_size_);
    }
    cache_.graveyard().bury(mount, &free_mount);
}

// Another mount of what one shows.
Result<Mount*> VirtualFiles::copy_mount(const Mount& of, Dentry& root) {
    SuperBlock& super = *of.super_;
    TRY(use(super));
    const Result<Mount*> made = make_mount(super, root, of.flags(), {of.source_, of.source_size_});
    if (!made) {
        disuse(super);
    }
    return made;
}

// The caller's reference becomes the tree's.
Result<void> VirtualFiles::attach(Mount& mount, const Path& target) {
    if (!target) {
        if (first_.load(std::memory_order_relaxed) != nullptr) {
            return Errno::busy;
        }
        const MutexGuard guard{mount_mutex_};
        mounts_.push_back(mount);
        mount.attached_ = true;
        first_.store(&mount, std::memory_order_release);
        return {};
    }
    const Path place = over(target);
    if (place.mount() == nullptr || !place.mount()->attached_) {
        return Errno::inval;
    }
    if (place.dentry()->is_directory() != mount.root_->is_directory()) {
        return Errno::notdir;
    }
    if (is_mount_root(place) && place.mount()->super_ == mount.super_ && place.mount()->root_ == mount.root_) {
        return Errno::busy;
    }
    // rmdir(2) holds it too.
    const ReadGuard entries{place.inode().entries};
    const MutexGuard guard{mount_mutex_};
    const std::uint32_t before = place.dentry()->flags_.fetch_or(Dentry::k_mounted, std::memory_order_acq_rel);
    if ((before & Dentry::k_removed) != 0) {
        unmark_place(*place.dentry());
        return Errno::noent;
    }
    // What file systems whose names come and go have is found by a walk only if the cache has it.
    if ((before & (Dentry::k_hashed | Dentry::k_root)) == 0) {
        if (Dentry* const other = cache_.insert(*place.dentry())) {
            unmark_place(*place.dentry());
            put(*other);
            return Errno::busy;
        }
    }
    mounts_.push_back(mount);
    attach_held(mount, *place.mount(), *place.dentry());
    return {};
}

// With mount_mutex_.
void VirtualFiles::attach_held(Mount& mount, Mount& parent, Dentry& place) {
    parent.retain();
    place.retain();
    place.flags_.fetch_or(Dentry::k_mounted, std::memory_order_acq_rel);
    mount.attached_ = true;
    std::atomic<Mount*>& chain = mount_chains_[(reinterpret_cast<std::uintptr_t>(&place) >> 7) % k_mount_chains];
    const Change change{*this};
    mount.parent_.store(&parent, std::memory_order_relaxed);
    mount.place_.store(&place, std::memory_order_relaxed);
    mount.next_.store(chain.load(std::memory_order_relaxed), std::memory_order_relaxed);
    chain.store(&mount, std::memory_order_release);
}

// With mount_mutex_: it is mounted nowhere; what it held is the caller's.
Place VirtualFiles::unhook(Mount& mount) {
    Dentry* const place = mount.place_.load(std::memory_order_relaxed);
    Mount* const parent = mount.parent_.load(std::memory_order_relaxed);
    if (place == nullptr) {
        return {};
    }
    {
        const Change change{*this};
        std::atomic<Mount*>* at = &mount_chains_[(reinterpret_cast<std::uintptr_t>(place) >> 7) % k_mount_chains];
        while (at->load(std::memory_order_relaxed) != &mount) {
            at = &at->load(std::memory_order_relaxed)->next_;
        }
        at->store(mount.next_.load(std::memory_order_relaxed), std::memory_order_release);
        mount.parent_.store(&mount, std::memory_order_relaxed);
        mount.place_.store(nullptr, std::memory_order_relaxed);
    }
    unmark_place(*place);
    return {parent, place};
}

// With mount_mutex_.
void VirtualFiles::unmark_place(Dentry& place) {
    Mount* at = mount_chains_[(reinterpret_cast<std::uintptr_t>(&place) >> 7) % k_mount_chains].load(std::memory_order_relaxed);
    while (at != nullptr) {
        if (at->place_.load(std::memory_order_relaxed) == &place) {
            return;
        }
        at = at->next_.load(std::memory_order_relaxed);
    }
    place.flags_.fetch_and(~std::uint32_t{Dentry::k_mounted}, std::memory_order_acq_rel);
    if (!place.super_->keeps_names()) {
        cache_.remove(place, false);
    }
}

// With mount_mutex_: out of the tree, into a list of those whose references are to be dropped.
void VirtualFiles::detach_held(Mount& mount, IntrusiveList<Mount>& gone) {
    const Place before = unhook(mount);
    mount.attached_ = false;
    IntrusiveList<Mount>::remove(mount);
    gone.push_back(mount);
    // Kept here meanwhile, where nobody looks for it any more.
    mount.next_.store(before.mount, std::memory_order_relaxed);
    mount.place_.store(before.dentry, std::memory_order_relaxed);
}

// Without it.
void VirtualFiles::let_go(IntrusiveList<Mount>& gone) {
    while (Mount* const mount = gone.pop_front()) {
        const Path place = Path::adopt(mount->next_.exchange(nullptr, std::memory_order_relaxed),
                                       mount->place_.exchange(nullptr, std::memory_order_relaxed));
        put(*mount);
    }
}

bool VirtualFiles::is_below(const Mount& mount, const Mount& above) const {
    const Mount* at = &mount;
    while (at != &above) {
        const Mount* const parent = at->parent_.load(std::memory_order_relaxed);
        if (parent == at) {
            return false;
        }
        at = parent;
    }
    return true;
}

Result<void> VirtualFiles::unmount(const Path& path, std::uint32_t flags) {
    if ((flags & ~std::uint32_t{k_force | k_detach | k_no_follow}) != 0) {
        return Errno::inval;
    }
    if (!caller().has(CAP_SYS_ADMIN)) {
        return Errno::perm;
    }
    if (!is_mount_root(path) || !path.mount()->attached_) {
        return Errno::inval;
    }
    Mount& mount = *path.mount();
    IntrusiveList<Mount> gone;
    Errno error{};
    {
        const MutexGuard guard{mount_mutex_};
        if (!mount.attached_ || mount.parent_.load(std::memory_order_relaxed) == &mount) {
            error = Errno::inval;  // the first one
        } else if ((flags & k_detach) != 0) {
            detach_tree(mount, gone);
        } else if (is_busy(mount)) {
            error = Errno::busy;
        } else {
            detach_held(mount, gone);
        }
    }
    let_go(gone);
    return error == Errno{} ? Result<void>{} : Result<void>{error};
}

// With mount_mutex_: somebody besides the tree and the caller of unmount() holds it. A walker that takes a reference later finds the count moved.
bool VirtualFiles::is_busy(const Mount& mount) {
    const Change change{*this};
    return mount.references() > 2;
}

// With mount_mutex_: what has nothing mounted on it goes first.
void VirtualFiles::detach_tree(Mount& top, IntrusiveList<Mount>& gone) {
    const auto is_leaf = [this](const Mount& mount) {
        for (const Mount& other : mounts_) {
            if (&other != &mount && other.parent_.load(std::memory_order_relaxed) == &mount) {
                return false;
            }
        }
        return true;
    };
    while (top.attached_) {
        for (Mount& mount : mounts_) {
            if (is_below(mount, top) && is_leaf(mount)) {
                detach_held(mount, gone);
                break;
            }
        }
    }
}

Result<void> VirtualFiles::remount(const Path& target, std::uint32_t flags, std::string_view options) {
    if (!is_mount_root(target)) {
        return Errno::inval;
    }
    Mount& mount = *target.mount();
    if ((flags & MS_BIND) == 0) {
        TRY(mount.super().reconfigure(options));
    }
    std::uint32_t wanted = flags_of(flags);
    if ((flags & k_time_flags) == 0) {  // as they were
        wanted = (wanted & ~std::uint32_t{k_time_flags}) | (mount.flags() & k_time_flags);
    }
    mount.flags_.store(wanted & k_mount_flags, std::memory_order_relaxed);
    return {};
}

Result<void> VirtualFiles::bind(const Path& from, const Path& target, bool whole_tree) {
    if (from.mount() == nullptr) {
        return Errno::inval;
    }
    Mount* const top = TRY(copy_mount(*from.mount(), *from.dentry()));
    const Result<void> attached = attach(*top, target);
    if (!attached) {
        put(*top);
        return attached;
    }
    return whole_tree ? bind_children(from, *top) : Result<void>{};
}

// MS_REC: what is mounted below `from` is mounted below its copy as well. Children of children follow, as they come later in the list.
Result<void> VirtualFiles::bind_children(const Path& from, Mount& top) {
    for (std::int32_t after = 0;;) {
        Path child;
        Mount* parent_copy = nullptr;
        {
            const MutexGuard guard{mount_mutex_};
            for (Mount& mount : mounts_) {
                if (mount.id_ <= after || mount.id_ >= top.id_ || &mount == from.mount()) {
                    continue;
                }
                Mount* const parent = mount.parent_.load(std::memory_order_relaxed);
                Dentry* const place = mount.place_.load(std::memory_order_relaxed);
                if (place == nullptr || (parent == from.mount() && !is_within(*place, *from.dentry()))) {
                    continue;
                }
                parent_copy = parent == from.mount() ? &top : copy_below(*parent, top);
                if (parent_copy != nullptr) {
                    child = Path{&mount, place};
                    break;
                }
            }
            if (!child) {
                return {};
            }
            after = child.mount()->id_;
            parent_copy->retain();
        }
        const Ref<Mount> parent = Ref<Mount>::adopt(parent_copy);
        Mount& original = *child.mount();
        Mount* const made = TRY(copy_mount(original, *original.root_));
        made->copy_of_ = original.id_;
        bool unmounted = false;
        {
            const MutexGuard guard{mount_mutex_};
            unmounted = !parent->attached_;
            if (!unmounted) {
                mounts_.push_back(*made);
                attach_held(*made, *parent, *child.dentry());
            }
        }
        if (unmounted) {
            put(*made);
        }
    }
}

// With mount_mutex_: the copy that bind_children has made of a mount, below `top`.
Mount* VirtualFiles::copy_below(const Mount& original, const Mount& top) {
    for (Mount& mount : mounts_) {
        if (mount.copy_of_ == original.id_ && mount.id_ > top.id_ && is_below(mount, top)) {
            return &mount;
        }
    }
    return nullptr;
}

Result<void> VirtualFiles::move_mount(const Path& from, const Path& target) {
    if (!is_mount_root(from)) {
        return Errno::inval;
    }
    const Path place = over(target);
    if (place.mount() == nullptr) {
        return Errno::inval;
    }
    if (place.dentry()->is_directory() != from.dentry()->is_directory()) {
        return Errno::notdir;
    }
    Mount& mount = *from.mount();
    const ReadGuard entries{place.inode().entries};
    Path before;
    {
        const MutexGuard guard{mount_mutex_};
        if (!mount.attached_ || !place.mount()->attached_ || mount.parent_.load(std::memory_order_relaxed) == &mount) {
            return Errno::inval;
        }
        if (is_below(*place.mount(), mount)) {
            return Errno::loop;
        }
        if ((place.dentry()->flags() & Dentry::k_removed) != 0) {
            return Errno::noent;
        }
        const Place was = unhook(mount);
        before = Path::adopt(was.mount, was.dentry);
        attach_held(mount, *place.mount(), *place.dentry());
    }
    return {};
}

Result<void> VirtualFiles::pivot_root(const Path& new_root, const Path& put_old) {
    if (!caller().has(CAP_SYS_ADMIN)) {
        return Errno::perm;
    }
    const Path root = caller_root();
    if (!new_root.dentry()->is_directory() || !put_old.dentry()->is_directory()) {
        return Errno::notdir;
    }
    if (new_root.mount() == root.mount() || put_old.mount() == root.mount()) {
        return Errno::busy;
    }
    if (!is_mount_root(root) || !is_mount_root(new_root)) {
        return Errno::inval;
    }
    Path root_was;
    Path new_was;
    {
        const MutexGuard guard{mount_mutex_};
        Mount& old = *root.mount();
        Mount& mount = *new_root.mount();
        if (!old.attached_ || !mount.attached_ || old.parent_.load(std::memory_order_relaxed) == &old ||
            mount.parent_.load(std::memory_order_relaxed) == &mount || !is_below(mount, old)) {
            return Errno::inval;
        }
        // `put_old` lies at or below the new root.
        if (!is_below(*put_old.mount(), mount)) {
            return Errno::inval;
        }
        const Place old_place = unhook(old);
        const Place new_place = unhook(mount);
        root_was = Path::adopt(old_place.mount, old_place.dentry);
        new_was = Path::adopt(new_place.mount, new_place.dentry);
        attach_held(mount, *root_was.mount(), *root_was.dentry());
        attach_held(old, *put_old.mount(), *put_old.dentry());
    }
    return {};
}

}  // namespace phx::fs
