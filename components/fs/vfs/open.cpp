// open(2).
#include <base/format.hpp>
#include <fs/interfaces/device_nodes.hpp>
#include <fs/vfs/read_only.hpp>
#include <fs/vfs/walk.hpp>
#include <memory/interfaces/context.hpp>
#include <ports/vfs.hpp>

namespace phx::fs {
namespace {

// What F_GETFL does not show.
constexpr std::uint32_t k_not_kept = O_CREAT | O_EXCL | O_NOCTTY | O_TRUNC | O_CLOEXEC | k_open_to_execute;

// A file that only names (O_PATH).
class PathFile final : public File {
public:
    PathFile(std::uint32_t flags, Inode& inode) : File{flags, inode, Seek::none} {}
    Result<std::size_t> read(Transfer&, std::uint64_t) override { return Errno::badf; }
    Result<std::size_t> write(Transfer&, std::uint64_t&) override { return Errno::badf; }

private:
    void dispose() override { memory::destroy(ports::vfs::heap(), this); }
};

// k_may_* that the access mode asks for; 3, which asks for both, gives neither (open(2)).
[[nodiscard]] std::uint32_t wanted_by(std::uint32_t flags) {
    if ((flags & k_open_to_execute) != 0) {
        return k_may_execute;
    }
    std::uint32_t wanted = 0;
    switch (flags & O_ACCMODE) {
        case O_RDONLY: wanted = k_may_read; break;
        case O_WRONLY: wanted = k_may_write; break;
        default: wanted = k_may_read | k_may_write; break;
    }
    return (flags & O_TRUNC) != 0 ? wanted | k_may_write : wanted;
}

[[nodiscard]] Inode::Hold hold_of(const Inode& inode, std::uint32_t flags) {
    if (!inode.is_regular()) {
        return Inode::Hold::none;
    }
    if ((flags & k_open_to_execute) != 0) {
        return Inode::Hold::execution;
    }
    return (wanted_by(flags) & k_may_write) != 0 ? Inode::Hold::writing : Inode::Hold::none;
}

[[nodiscard]] Result<void> check_kind(const Path& path, std::uint32_t flags, std::uint32_t wanted) {
    Inode& inode = path.inode();
    if ((flags & O_DIRECTORY) != 0 && !inode.is_directory()) {
        return Errno::notdir;
    }
    switch (inode.kind()) {
        case S_IFLNK: return Errno::loop;
        case S_IFDIR:
            if ((wanted & k_may_write) != 0) {
                return Errno::isdir;
            }
            if ((wanted & k_may_execute) != 0) {
                return Errno::acces;
            }
            break;
        case S_IFCHR:
        case S_IFBLK:
            if (path.mount() != nullptr && (path.mount()->flags() & MS_NODEV) != 0) {
                return Errno::acces;
            }
            [[fallthrough]];
        case S_IFIFO:
        case S_IFSOCK:
            if ((wanted & k_may_execute) != 0) {
                return Errno::acces;
            }
            break;
        default:
            if ((wanted & k_may_execute) != 0 && path.mount() != nullptr && (path.mount()->flags() & MS_NOEXEC) != 0) {
                return Errno::acces;
            }
            break;
    }
    return {};
}

}  // namespace

Result<Ref<File>> VirtualFiles::open(Base base, std::string_view path, std::uint32_t flags, Mode mode, Walk walk) {
    if ((flags & O_NOFOLLOW) == 0) {
        walk.flags |= Walk::follow_last;
    } else {
        walk.flags &= ~std::uint32_t{Walk::follow_last};
    }
    if ((flags & (O_CREAT | __O_TMPFILE | O_PATH)) == 0) [[likely]] {
        Walker walker{*this, base, path, walk.flags};
        const Path found = TRY(walker.to_end());
        return open_path(found, flags);
    }
    if ((flags & O_DIRECTORY) != 0) {
        walk.flags |= Walk::must_be_directory;
    }
    Walker walker{*this, base, path, walk.flags};
    if ((flags & O_PATH) != 0) {
        const Path found = TRY(walker.to_end());
        return open_path(found, flags);
    }
    if ((flags & __O_TMPFILE) != 0) {
        const Path found = TRY(walker.to_end());
        return open_unnamed(found, flags, mode);
    }
    return open_or_create(walker, flags, mode);
}

Result<Ref<File>> VirtualFiles::open_path(const Path& path, std::uint32_t flags) {
    if ((flags & O_PATH) != 0) {
        if ((flags & O_DIRECTORY) != 0 && !path.inode().is_directory()) {
            return Errno::notdir;
        }
        Ref<File> file = Ref<File>::adopt(TRY(memory::create<PathFile>(ports::vfs::heap(), memory::MaySleep{},
                                                                       flags & (O_PATH | O_DIRECTORY | O_NOFOLLOW), path.inode())));
        file->set_path(path);
        return file;
    }
    const std::uint32_t wanted = wanted_by(flags);
    TRY(check_kind(path, flags, wanted));
    Inode& inode = path.inode();
    const Inode::Access access = inode.access();
    if (!is_permitted(access, caller(), wanted)) {
        return Errno::acces;
    }
    if ((wanted & k_may_write) != 0 && is_read_only(path) && is_content(inode)) {
        return Errno::rofs;
    }
    if ((flags & O_NOATIME) != 0 && !is_owner(access, caller())) {
        return Errno::perm;
    }
    return open_checked(path, flags);
}

// The caller may do that.
Result<Ref<File>> VirtualFiles::open_checked(const Path& path, std::uint32_t flags) {
    Inode& inode = path.inode();
    const Inode::Hold hold = hold_of(inode, flags);
    if (!inode.begin(hold)) {
        return Errno::txtbsy;
    }
    Result<Ref<File>> opened = open_held(path, flags);
    if (opened && (flags & O_ACCMODE) == O_RDONLY && hold == Inode::Hold::writing) {
        inode.end(hold);  // it was just truncated
    } else if (opened) {
        (*opened)->set_hold(hold);
    } else {
        inode.end(hold);
    }
    return opened;
}

Result<Ref<File>> VirtualFiles::open_held(const Path& path, std::uint32_t flags) {
    Inode& inode = path.inode();
    if ((flags & O_TRUNC) != 0 && inode.is_regular()) {
        AttributeChange change;
        change.which = AttributeChange::size_bit;
        const WriteGuard guard{inode.entries};
        if (const Mode mode = inode.access().mode; !caller().has(CAP_FSETID) && without_set_ids(mode) != mode) {
            change.which |= AttributeChange::mode_bit;
            change.mode = without_set_ids(mode);
        }
        TRY(inode.set_attributes(change));
    }
    Ref<File> file = TRY(open_inode(path, (flags & ~k_not_kept) | O_LARGEFILE));
    file->set_path(path);
    return file;
}

Result<Ref<File>> VirtualFiles::open_inode(const Path& path, std::uint32_t flags) {
    Inode& inode = path.inode();
    switch (inode.kind()) {
        case S_IFCHR: {
            const Device device = inode.attributes().device;
            for (DeviceNodes* const nodes : ports::vfs::devices()) {
                if (nodes->serves(device)) {
                    return nodes->open(device, inode, flags);
                }
            }
            return Errno::nxio;
        }
        case S_IFBLK: return Errno::nxio;
        case S_IFSOCK: return Errno::nxio;
        case S_IFIFO:
            if (path.mount() == nullptr) {
                return inode.open(flags);  // a pipe, through /proc/PID/fd: nobody is waited for
            }
            if (auto* fifos = ports::vfs::fifos()) {
                return fifos->open(inode, flags);
            }
            return Errno::nxio;
        default: return inode.open(flags);
    }
}

// O_CREAT.
Result<Ref<File>> VirtualFiles::open_or_create(Walker& walker, std::uint32_t flags, Mode mode) {
    for (;;) {
        const Path directory = TRY(walker.to_parent());
        if (walker.last_kind() != Walker::Last::name || walker.has_trailing_slash()) {
            return Errno::isdir;
        }
        if (!directory.dentry()->is_directory()) {
            return Errno::notdir;
        }
        Ref<Dentry> there = Ref<Dentry>::adopt(cache_.get(*directory.dentry(), walker.last()));
        if (!there || !there->is_positive()) {
            there = {};
            Ref<File> made = TRY(create_held(directory, walker.last(), flags, mode, there));
            if (made) {
                return made;
            }
        }
        if ((flags & O_EXCL) != 0) {
            return Errno::exist;
        }
        const std::uint32_t kind = there->flags();
        if ((kind & Dentry::k_symlink) != 0) {
            if ((walker.flags() & Walk::follow_last) == 0) {
                return Errno::loop;
            }
            TRY(walker.follow_last(directory, std::move(there)));
            if (const Path jump = walker.take_jump()) {
                return jump.inode().is_directory() ? Result<Ref<File>>{Errno::isdir} : open_path(jump, flags);
            }
            continue;
        }
        directory.mount()->retain();
        const Path path = over(Path::adopt(directory.mount(), there.release()));
        if (path.dentry()->is_directory()) {
            return Errno::isdir;
        }
        if ((walker.flags() & Walk::must_be_directory) != 0) {
            return Errno::notdir;
        }
        // A file of somebody else's that lies where all may write is still opened; sysctl fs.protected_regular is 0 here.
        return open_path(path, flags);
    }
}

// The new file, open; or `there`, what the name is already.
Result<Ref<File>> VirtualFiles::create_held(const Path& directory, const NameKey& key, std::uint32_t flags, Mode mode, Ref<Dentry>& there) {
    Dentry& parent = *directory.dentry();
    Inode& inode = *parent.inode();
    Path path;
    {
        const WriteGuard guard{inode.entries};
        Result<Ref<Dentry>> checked = check_new(directory, key, false);
        if (!checked && checked.error() == Errno::exist) {
            there = TRY(lookup_held(parent, key));
            return Ref<File>{};
        }
        Ref<Dentry> dentry = TRY(std::move(checked));
        if (!dentry) {
            dentry = Ref<Dentry>::adopt(TRY(cache_.make(&parent, *parent.super_, key.view())));
        }
        const NewNode node = new_node(inode.access(), S_IFREG | (mode & 07777), 0, caller());
        Result<Ref<Inode>> made = inode.create(key.view(), node);
        if (!made) {
            if (made.error() == Errno::exist) {
                there = TRY(lookup_held(parent, key));
                return Ref<File>{};
            }
            return made.error();
        }
        DentryCache::set_inode(*dentry, std::move(*made));
        if ((dentry->flags() & Dentry::k_hashed) == 0) {
            if (Dentry* const other = cache_.insert(*dentry)) {
                put(*other);
            }
        }
        directory.mount()->retain();
        path = Path::adopt(directory.mount(), dentry.release());
    }
    // Whatever its mode is, who made it may use it as was asked for; it is empty already.
    return open_checked(path, flags & ~std::uint32_t{O_TRUNC});
}

// O_TMPFILE.
Result<Ref<File>> VirtualFiles::open_unnamed(const Path& directory, std::uint32_t flags, Mode mode) {
    if (!directory.inode().is_directory()) {
        return Errno::notdir;
    }
    if ((flags & O_ACCMODE) == O_RDONLY) {
        return Errno::inval;
    }
    if (is_read_only(directory)) {
        return Errno::rofs;
    }
    Inode& inode = directory.inode();
    Path path;
    {
        const WriteGuard guard{inode.entries};
        if (!is_permitted(inode.access(), caller(), k_may_write | k_may_execute)) {
            return Errno::acces;
        }
        Ref<Inode> made = TRY(inode.create_unnamed(new_node(inode.access(), S_IFREG | (mode & 07777), 0, caller()), (flags & O_EXCL) == 0));
        std::array<char, 24> text;
        const std::string_view name = format_to(text, "#{}", made->number());
        Ref<Dentry> dentry = Ref<Dentry>::adopt(TRY(cache_.make(directory.dentry(), inode.super(), name)));
        dentry->flags_.store(Dentry::k_removed, std::memory_order_relaxed);
        DentryCache::set_inode(*dentry, std::move(made));
        directory.mount()->retain();
        path = Path::adopt(directory.mount(), dentry.release());
    }
    return open_checked(path, flags & ~std::uint32_t{O_DIRECTORY});
}

}  // namespace phx::fs
