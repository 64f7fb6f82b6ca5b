// rename(2).
#include <fs/vfs/change.hpp>
#include <fs/vfs/read_only.hpp>
#include <fs/vfs/walk.hpp>
#include <ports/vfs.hpp>

namespace phx::fs {

struct VirtualFiles::Rename {
    Walker& from;
    Walker& to;
    const Path& from_directory;
    const Path& to_directory;
    std::uint32_t flags;
    Ref<Dentry> moved;
    Ref<Dentry> replaced;

    [[nodiscard]] bool exchanges() const { return (flags & RENAME_EXCHANGE) != 0; }
    [[nodiscard]] bool crosses() const { return from_directory.dentry() != to_directory.dentry(); }
};

namespace {

// Directories keep their parents: the rename mutex is held, or the two are the same.
[[nodiscard]] bool is_ancestor(const Dentry& dentry, const Dentry& of) {
    const Dentry* at = &of;
    for (;;) {
        if (at == &dentry) {
            return true;
        }
        const Dentry* const parent = at->parent_.load(std::memory_order_relaxed);
        if (parent == at) {
            return false;
        }
        at = parent;
    }
}

// Two directories' `entries`: parents before children, else in the order of their addresses.
class TwoDirectories {
public:
    [[clang::no_thread_safety_analysis]] TwoDirectories(Dentry& a, Dentry& b, Mutex& rename) : first_{a}, second_{b}, rename_{rename} {
        if (&a == &b) {
            a.inode()->entries.lock();
            return;
        }
        rename_.lock();
        if (is_ancestor(b, a) || (!is_ancestor(a, b) && b.inode() < a.inode())) {
            b.inode()->entries.lock();
            a.inode()->entries.lock();
        } else {
            a.inode()->entries.lock();
            b.inode()->entries.lock();
        }
    }
    [[clang::no_thread_safety_analysis]] ~TwoDirectories() {
        first_.inode()->entries.unlock();
        if (&first_ != &second_) {
            second_.inode()->entries.unlock();
            rename_.unlock();
        }
    }
    TwoDirectories(const TwoDirectories&) = delete;
    TwoDirectories& operator=(const TwoDirectories&) = delete;

private:
    Dentry& first_;
    Dentry& second_;
    Mutex& rename_;
};

}  // namespace

Result<void> VirtualFiles::rename(Base from_base, std::string_view from, Base to_base, std::string_view to, std::uint32_t flags) {
    if ((flags & ~std::uint32_t{RENAME_NOREPLACE | RENAME_EXCHANGE}) != 0 || flags == (RENAME_NOREPLACE | RENAME_EXCHANGE)) {
        return Errno::inval;
    }
    Walker from_walker{*this, from_base, from, 0};
    const Path from_directory = TRY(from_walker.to_parent());
    Walker to_walker{*this, to_base, to, 0};
    const Path to_directory = TRY(to_walker.to_parent());
    if (from_directory.mount() != to_directory.mount()) {
        return Errno::xdev;
    }
    if (from_walker.last_kind() != Walker::Last::name) {
        return Errno::busy;
    }
    if (to_walker.last_kind() != Walker::Last::name) {
        return (flags & RENAME_NOREPLACE) != 0 ? Errno::exist : Errno::busy;
    }
    if (!from_directory.dentry()->is_directory() || !to_directory.dentry()->is_directory()) {
        return Errno::notdir;
    }
    if (is_read_only(from_directory)) {
        return Errno::rofs;
    }
    Rename what{from_walker, to_walker, from_directory, to_directory, flags, {}, {}};
    {
        const TwoDirectories locks{*from_directory.dentry(), *to_directory.dentry(), rename_mutex_};
        TRY(rename_held(what));
    }
    if (what.replaced && !what.exchanges() && what.replaced->is_directory() && what.replaced->references() > 1) {
        cache_.evict_below(*what.replaced);
    }
    return {};
}

[[clang::no_thread_safety_analysis]] Result<void> VirtualFiles::rename_held(Rename& what) {
    Dentry& from = *what.from_directory.dentry();
    Dentry& to = *what.to_directory.dentry();
    what.moved = TRY(lookup_held(from, what.from.last()));
    Dentry& moved = *what.moved;
    if (!moved.is_positive()) {
        return Errno::noent;
    }
    what.replaced = TRY(lookup_held(to, what.to.last()));
    Dentry& replaced = *what.replaced;
    const bool exchange = what.exchanges();
    const bool replaces = replaced.is_positive();
    if (replaces && (what.flags & RENAME_NOREPLACE) != 0) {
        return Errno::exist;
    }
    if (exchange && !replaces) {
        return Errno::noent;
    }
    if (exchange && !replaced.is_directory() && what.to.has_trailing_slash()) {
        return Errno::notdir;
    }
    if (!moved.is_directory() && (what.from.has_trailing_slash() || (!exchange && what.to.has_trailing_slash()))) {
        return Errno::notdir;
    }
    // Neither into what it contains, nor over what contains it.
    if (is_ancestor(moved, to)) {
        return Errno::inval;
    }
    if (is_ancestor(replaced, from)) {
        return exchange ? Errno::inval : Errno::notempty;
    }
    if (replaces && replaced.inode() == moved.inode()) {
        return {};  // two names of one file: both stay
    }
    TRY(check_removal(*from.inode(), moved, moved.is_directory()));
    const task::Credentials& who = caller();
    if (replaces) {
        TRY(check_removal(*to.inode(), replaced, exchange ? replaced.is_directory() : moved.is_directory()));
    } else if ((to.flags() & Dentry::k_removed) != 0) {
        return Errno::noent;
    } else if (!is_permitted(to.inode()->access(), who, k_may_write | k_may_execute)) {
        return Errno::acces;
    }
    // A directory that gets another parent is written to: its "..".
    if (what.crosses()) {
        if (moved.is_directory() && !is_permitted(moved.inode()->access(), who, k_may_write)) {
            return Errno::acces;
        }
        if (exchange && replaced.is_directory() && !is_permitted(replaced.inode()->access(), who, k_may_write)) {
            return Errno::acces;
        }
    }
    if (((moved.flags() | replaced.flags()) & Dentry::k_mounted) != 0) {
        return Errno::busy;
    }
    // Nothing is made in a directory that goes.
    RwMutex* const victim = replaces && !exchange && replaced.is_directory() ? &replaced.inode()->entries : nullptr;
    if (victim != nullptr) {
        victim->lock();
    }
    const Result<void> moved_names = move_names(what, exchange);
    if (victim != nullptr) {
        victim->unlock();
    }
    return moved_names;
}

// First in the file system, then in the cache.
Result<void> VirtualFiles::move_names(Rename& what, bool exchange) {
    Dentry& from = *what.from_directory.dentry();
    Dentry& to = *what.to_directory.dentry();
    Dentry& moved = *what.moved;
    Dentry& replaced = *what.replaced;
    const std::string_view from_name = what.from.last().view();
    const std::string_view to_name = what.to.last().view();
    const Name* const new_name = TRY(DentryCache::make_name(to_name));
    const Name* new_name_of_replaced = nullptr;
    Result<void> done;
    if (exchange) {
        const Result<Name*> name = DentryCache::make_name(from_name);
        if (name) {
            new_name_of_replaced = *name;
        } else {
            done = name.error();
        }
    }
    if (done) {
        done = from.inode()->rename(from_name, *moved.inode(), *to.inode(), to_name, replaced.inode(), exchange);
    }
    if (!done) {
        DentryCache::free_name(new_name);
        if (new_name_of_replaced != nullptr) {
            DentryCache::free_name(new_name_of_replaced);
        }
        return done;
    }
    if (!exchange) {
        cache_.remove(replaced, replaced.is_positive());
    }
    to.retain();
    if (exchange) {
        from.retain();
    }
    const Name* old_name = nullptr;
    const Name* old_name_of_replaced = nullptr;
    {
        const Change change{*this};
        old_name = cache_.rename(moved, to, *new_name);
        if (exchange) {
            old_name_of_replaced = cache_.rename(replaced, from, *new_name_of_replaced);
        }
    }
    put(from);  // what `moved` held so far
    cache_.bury_name(moved, old_name);
    if (exchange) {
        put(to);
        cache_.bury_name(replaced, old_name_of_replaced);
    }
    return {};
}

}  // namespace phx::fs
