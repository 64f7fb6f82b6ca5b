// What makes and removes names, and changes what stat(2) tells.
#include <fs/vfs/read_only.hpp>
#include <fs/vfs/walk.hpp>
#include <linux/limits.h>
#include <ports/vfs.hpp>

namespace phx::fs {

// In Linux's order: that it is there already comes before a file system that cannot be written to, and that before the directory's permissions. A file system
// that keeps its names itself is asked, for its making of names knows nothing of those.
Result<Ref<Dentry>> VirtualFiles::check_new(const Path& directory, const NameKey& key, bool trailing) {
    Dentry& parent = *directory.dentry();
    const Inode::Access access = parent.inode()->access();
    Ref<Dentry> known = Ref<Dentry>::adopt(cache_.get_held(parent, key));
    Errno error{};
    if (trailing) {
        error = Errno::noent;
    } else if (is_read_only(directory)) {
        error = Errno::rofs;
    } else if ((parent.flags() & Dentry::k_removed) != 0) {
        error = Errno::noent;
    } else if (!is_permitted(access, caller(), k_may_write | k_may_execute)) {
        error = Errno::acces;
    }
    if (!known && (error != Errno{} || !parent.super_->keeps_names())) {
        known = TRY(lookup_held(parent, key));
    }
    if (known && known->is_positive()) {
        return Errno::exist;
    }
    if (error != Errno{}) {
        return error;
    }
    return known;
}

// `make_inode(directory, name)` asks the file system.
template <class F>
Result<void> VirtualFiles::make_name(Walker& walker, bool is_directory, F&& make_inode) {
    const Path directory = TRY(walker.to_parent());
    if (walker.last_kind() != Walker::Last::name) {
        return Errno::exist;
    }
    Dentry& parent = *directory.dentry();
    if (!parent.is_directory()) {
        return Errno::notdir;
    }
    Inode& inode = *parent.inode();
    const WriteGuard guard{inode.entries};
    const NameKey& key = walker.last();
    Ref<Dentry> dentry = TRY(check_new(directory, key, walker.has_trailing_slash() && !is_directory));
    // Directories are used soon; of others the name comes into the cache when somebody asks for it.
    if (!dentry && is_directory && parent.super_->keeps_names()) {
        dentry = Ref<Dentry>::adopt(TRY(cache_.make(&parent, *parent.super_, key.view())));
    }
    Ref<Inode> made = TRY(make_inode(inode, key.view()));
    if (dentry) {
        DentryCache::set_inode(*dentry, std::move(made));
        if ((dentry->flags() & Dentry::k_hashed) == 0) {
            if (Dentry* const other = cache_.insert(*dentry)) {
                put(*other);
            }
        }
    }
    return {};
}

Result<void> VirtualFiles::make(Base base, std::string_view path, Mode mode, Device device) {
    const Mode kind = (mode & S_IFMT) == 0 ? Mode{S_IFREG} : mode & S_IFMT;
    const task::Credentials& who = caller();
    switch (kind) {
        case S_IFDIR:
        case S_IFREG:
        case S_IFIFO:
        case S_IFSOCK: device = 0; break;
        case S_IFCHR:
        case S_IFBLK: break;
        default: return Errno::inval;
    }
    Walker walker{*this, base, path, 0};
    return make_name(walker, kind == S_IFDIR, [&](Inode& directory, std::string_view name) -> Result<Ref<Inode>> {
        if ((kind == S_IFCHR || kind == S_IFBLK) && !who.has(CAP_MKNOD)) {
            return Errno::perm;
        }
        return directory.create(name, new_node(directory.access(), kind | (mode & 07777), device, who));
    });
}

Result<void> VirtualFiles::symlink(std::string_view target, Base base, std::string_view path) {
    if (target.empty()) {
        return Errno::noent;
    }
    if (target.size() >= PATH_MAX) {
        return Errno::nametoolong;
    }
    Walker walker{*this, base, path, 0};
    return make_name(walker, false, [&](Inode& directory, std::string_view name) {
        return directory.symlink(name, target, new_node(directory.access(), S_IFLNK | 0777, 0, caller()));
    });
}

Result<void> VirtualFiles::link(const Path& existing, Base base, std::string_view path) {
    Walker walker{*this, base, path, 0};
    const Path directory = TRY(walker.to_parent());
    if (walker.last_kind() != Walker::Last::name) {
        return Errno::exist;
    }
    if (!directory.dentry()->is_directory()) {
        return Errno::notdir;
    }
    Inode& inode = directory.inode();
    Inode& linked = existing.inode();
    const WriteGuard guard{inode.entries};
    Ref<Dentry> dentry = TRY(check_new(directory, walker.last(), walker.has_trailing_slash()));
    if (existing.mount() != directory.mount()) {
        return Errno::xdev;
    }
    if (linked.is_directory()) {
        return Errno::perm;
    }
    TRY(inode.link(walker.last().view(), linked));
    if (dentry) {
        DentryCache::set_inode(*dentry, Ref<Inode>{&linked});
    }
    return {};
}

// With the directory's `entries`. The dentry that was removed, whose end is for later.
Result<Ref<Dentry>> VirtualFiles::remove_held(const Path& directory, const Walker& walker, bool want_directory) {
    Dentry& parent = *directory.dentry();
    Inode& inode = *parent.inode();
    Ref<Dentry> victim = TRY(lookup_held(parent, walker.last()));
    if (!victim->is_positive()) {
        return Errno::noent;
    }
    const bool is_directory = victim->is_directory();
    if (!want_directory && walker.has_trailing_slash()) {
        return is_directory ? Errno::isdir : Errno::notdir;
    }
    TRY(check_removal(inode, *victim, want_directory));
    if (want_directory) {
        const WriteGuard guard{victim->inode()->entries};
        if ((victim->flags() & Dentry::k_mounted) != 0) {
            return Errno::busy;
        }
        TRY(inode.rmdir(walker.last().view(), *victim->inode()));
        cache_.remove(*victim, true);
        return victim;
    }
    // mount(2) looks the other way round, and one of the two sees the other.
    if ((victim->flags_.fetch_or(Dentry::k_removed, std::memory_order_acq_rel) & Dentry::k_mounted) != 0) {
        victim->flags_.fetch_and(~std::uint32_t{Dentry::k_removed}, std::memory_order_relaxed);
        return Errno::busy;
    }
    const Result<void> unlinked = inode.unlink(walker.last().view(), *victim->inode());
    if (!unlinked) {
        victim->flags_.fetch_and(~std::uint32_t{Dentry::k_removed}, std::memory_order_relaxed);
        return unlinked.error();
    }
    cache_.remove(*victim, false);
    return victim;
}

// Whether the caller may take the name from the directory, to remove or to rename it.
Result<void> VirtualFiles::check_removal(const Inode& directory, const Dentry& victim, bool want_directory) {
    const task::Credentials& who = caller();
    const Inode::Access access = directory.access();
    if (!is_permitted(access, who, k_may_write | k_may_execute)) {
        return Errno::acces;
    }
    if (!may_remove_from(access, victim.inode()->access(), who)) {
        return Errno::perm;
    }
    if (want_directory != victim.is_directory()) {
        return want_directory ? Errno::notdir : Errno::isdir;
    }
    return {};
}

Result<void> VirtualFiles::remove(Base base, std::string_view path, std::uint32_t flags) {
    const bool want_directory = (flags & AT_REMOVEDIR) != 0;
    Walker walker{*this, base, path, 0};
    const Path directory = TRY(walker.to_parent());
    switch (walker.last_kind()) {
        case Walker::Last::name: break;
        case Walker::Last::dot: return want_directory ? Errno::inval : Errno::isdir;
        case Walker::Last::dot_dot: return want_directory ? Errno::notempty : Errno::isdir;
        case Walker::Last::root: return want_directory ? Errno::busy : Errno::isdir;
    }
    if (!directory.dentry()->is_directory()) {
        return Errno::notdir;
    }
    if (is_read_only(directory)) {
        return Errno::rofs;
    }
    Ref<Dentry> victim;
    {
        const WriteGuard guard{directory.inode().entries};
        victim = TRY(remove_held(directory, walker, want_directory));
    }
    if (want_directory && victim->references() > 1) {
        cache_.evict_below(*victim);
    }
    return {};
}

// chmod(2), chown(2), utimensat(2), truncate(2).
Result<void> VirtualFiles::set_attributes(const Path& path, const AttributeChange& wanted) {
    if (is_read_only(path)) {
        return Errno::rofs;
    }
    AttributeChange change = wanted;
    const auto has = [&change](std::uint32_t bits) { return (change.which & bits) != 0; };
    Inode& inode = path.inode();
    const task::Credentials& who = caller();
    const WriteGuard guard{inode.entries};
    const Inode::Access access = inode.access();
    const auto change_mode = [&](Mode mode) {
        if (mode != access.mode) {
            change.which |= AttributeChange::mode_bit;
            change.mode = mode;
        }
    };
    if (has(AttributeChange::mode_bit)) {
        if (!is_owner(access, who)) {
            return Errno::perm;
        }
        change.mode = (change.mode & 07777) | (access.mode & S_IFMT);
        if (!who.in_group(access.gid) && !who.has(CAP_FSETID)) {
            change.mode &= ~Mode{S_ISGID};
        }
    }
    if (has(AttributeChange::owner_bit)) {
        const bool own = who.fsuid == access.uid;
        if (has(AttributeChange::uid_bit) && !who.has(CAP_CHOWN) && !(own && change.uid == access.uid)) {
            return Errno::perm;
        }
        if (has(AttributeChange::gid_bit) && !who.has(CAP_CHOWN) && !(own && (change.gid == access.gid || who.in_group(change.gid)))) {
            return Errno::perm;
        }
        if (!inode.is_directory()) {
            change_mode(without_set_ids(access.mode));
        }
    }
    if (has(AttributeChange::now_bit)) {
        if (!is_owner(access, who) && !is_permitted(access, who, k_may_write)) {
            return Errno::acces;
        }
    } else if (has(AttributeChange::accessed_bit | AttributeChange::modified_bit) && !is_owner(access, who)) {
        return Errno::perm;
    }
    if (has(AttributeChange::size_bit) && !who.has(CAP_FSETID)) {
        change_mode(without_set_ids(access.mode));
    }
    TRY(inode.set_attributes(change));
    if (inode.is_directory()) {
        DentryCache::refresh(*path.dentry());
    }
    return {};
}

Result<void> VirtualFiles::may(const Path& path, Mode mask) {
    const Inode::Access access = path.inode().access();
    const task::Credentials& who = caller();
    task::Credentials real;
    if ((mask & k_as_real_user) != 0) {
        make_real(real, who);
    }
    if ((mask & k_may_execute) != 0 && path.inode().is_regular() && path.mount() != nullptr && (path.mount()->flags() & MS_NOEXEC) != 0) {
        return Errno::acces;
    }
    if (!is_permitted(access, (mask & k_as_real_user) != 0 ? real : who, mask & 7)) {
        return Errno::acces;
    }
    // Last, as access(2) on Linux.
    if ((mask & k_may_write) != 0 && is_read_only(path) && is_content(path.inode())) {
        return Errno::rofs;
    }
    return {};
}

}  // namespace phx::fs
