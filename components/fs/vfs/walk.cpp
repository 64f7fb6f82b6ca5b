#include <fs/vfs/walk.hpp>

#include <linux/limits.h>
#include <memory/interfaces/context.hpp>
#include <ports/vfs.hpp>
#include <sync/rcu_read.hpp>
#include <task/interfaces/process.hpp>

namespace phx::fs {
namespace {

constexpr std::size_t k_most_name = 255;

void mark_recent(Dentry& dentry) {
    if ((dentry.flags_.load(std::memory_order_relaxed) & Dentry::k_recent) == 0) {
        dentry.flags_.fetch_or(Dentry::k_recent, std::memory_order_relaxed);
    }
}

[[nodiscard]] task::UserThread* user() {
    return task::current().user;
}

}  // namespace

const task::Credentials& caller() {
    static constinit const task::Credentials kernel;
    task::UserThread* const thread = user();
    return thread != nullptr ? *thread->credentials.load(std::memory_order_relaxed) : kernel;
}

// --- without references

template <bool to_parent>
Walker::Fast Walker::go_fast(Errno& error) {
    const auto fail = [&error](Errno what) {
        error = what;
        return Fast::failed;
    };
    seen_ = vfs_.tree_.begin_read();
    text_ = PathText{path_};
    links_ = 0;
    rests_ = 0;
    owner_ = nullptr;
    must_be_directory_ = false;
    task::UserThread* const thread = user();
    if (thread != nullptr && thread->context != nullptr) [[likely]] {
        fast_root_ = ports::vfs::descriptors().root_at(*thread->context);
    } else {
        Mount* const first = vfs_.first_.load(std::memory_order_relaxed);
        fast_root_ = {first, first->root_};
    }
    if (text_.skip_slashes()) {
        at_ = fast_root_;
    } else if (base_ != nullptr) {
        at_ = {base_->mount(), base_->dentry()};
    } else {
        at_ = thread != nullptr && thread->context != nullptr ? ports::vfs::descriptors().directory_at(*thread->context) : fast_root_;
    }
    const auto cross = [this] {
        while ((at_.dentry->flags_.load(std::memory_order_relaxed) & Dentry::k_mounted) != 0) {
            Mount* const mount = vfs_.find_mount(at_.mount, at_.dentry);
            if (mount == nullptr) {
                return;
            }
            at_ = {mount, mount->root_};
        }
    };
    for (;;) {
        if (text_.empty()) {
            if (rests_ == 0) {
                last_kind_ = Last::root;
                return Fast::done;
            }
            const Rest& rest = first_rests_[--rests_];
            text_ = rest.text;
            owner_ = rest.owner;
            text_.skip_slashes();
            continue;
        }
        const Dentry& directory = *at_.dentry;
        const std::uint32_t flags = directory.flags_.load(std::memory_order_acquire);
        if ((flags & Dentry::k_directory) == 0) {
            return fail(Errno::notdir);
        }
        if ((flags & Dentry::k_all_may_search) == 0 && !may_search(directory)) [[unlikely]] {
            return fail(Errno::acces);
        }
        const PathText before = text_;
        const NameKey key = text_.take_name();
        const bool slashes = text_.skip_slashes();
        const bool is_last = text_.empty() && rests_ == 0;
        if (key.text[0] == '.' && key.size <= 2 && (key.is_dot() || key.is_dot_dot())) [[unlikely]] {
            if (to_parent && is_last) {
                last_kind_ = key.is_dot() ? Last::dot : Last::dot_dot;
                return Fast::done;
            }
            must_be_directory_ |= is_last;
            if (key.is_dot()) {
                continue;
            }
            while (at_ != fast_root_) {
                if (at_.dentry != at_.mount->root_) {
                    at_.dentry = at_.dentry->parent_.load(std::memory_order_acquire);
                    break;
                }
                Mount* const parent = at_.mount->parent_.load(std::memory_order_acquire);
                if (parent == at_.mount) {
                    break;
                }
                at_ = {parent, at_.mount->place_.load(std::memory_order_acquire)};
            }
            cross();
            continue;
        }
        if (key.size > k_most_name) [[unlikely]] {
            return fail(Errno::nametoolong);
        }
        if (to_parent && is_last) {
            last_kind_ = Last::name;
            last_ = key;
            trailing_ = slashes;
            return Fast::done;
        }
        Dentry* const child = vfs_.cache_.find(directory, key);
        if (child == nullptr) {
            text_ = before;
            return Fast::slow;
        }
        const std::uint32_t found = child->flags_.load(std::memory_order_acquire);
        if ((found & Dentry::k_positive) == 0) {
            return fail(Errno::noent);
        }
        if ((found & Dentry::k_symlink) != 0 && (!is_last || slashes || (flags_ & Walk::follow_last) != 0)) {
            if (++links_ > k_most_links) {
                return fail(Errno::loop);
            }
            const Name* const target = child->target_.load(std::memory_order_acquire);
            if (target == nullptr || (!text_.empty() && rests_ == k_inline_rests)) {
                text_ = before;
                --links_;
                return Fast::slow;
            }
            must_be_directory_ |= is_last && slashes;
            if (!text_.empty()) {
                first_rests_[rests_++] = {text_, owner_};
            }
            text_ = PathText{target->text()};
            owner_ = child;
            if (text_.skip_slashes()) {
                at_ = fast_root_;
            }
            continue;
        }
        must_be_directory_ |= is_last && slashes;
        at_.dentry = child;
        if ((found & Dentry::k_mounted) != 0) [[unlikely]] {
            cross();
        }
    }
}

// In the read-side section: takes references to where the walk stands, and to the text that it stands in. Whether it stood there.
bool Walker::hold(Fast outcome) {
    if (outcome == Fast::slow && (owner_ != nullptr || rests_ != 0)) {
        return false;  // texts of links, which nobody holds
    }
    // The mount first: it keeps the file system, which a name that is held must not outlive.
    if (!at_.mount->try_retain()) {
        at_ = {};
        return false;
    }
    if (!at_.dentry->try_retain()) {
        at_.dentry = nullptr;
        return false;
    }
    if (owner_ != nullptr) {
        if (!owner_->try_retain()) {
            owner_ = nullptr;
            return false;
        }
        owners_held_ = true;
    }
    return !vfs_.tree_.must_retry(seen_);
}

template <bool to_parent>
Result<Path> Walker::go() {
    if (path_.size() >= PATH_MAX) [[unlikely]] {
        return Errno::nametoolong;
    }
    if (path_.empty()) [[unlikely]] {
        if ((flags_ & Walk::empty_is_base) == 0 || to_parent) {
            return Errno::noent;
        }
        return base_ != nullptr ? *base_ : vfs_.caller_directory();
    }
    bool go_on = false;
    if ((flags_ & k_only_slowly) == 0) [[likely]] {
        Errno error{};
        Fast outcome{};
        bool held = false;
        bool stands = false;
        {
            const RcuGuard guard;
            outcome = go_fast<to_parent>(error);
            if (outcome == Fast::failed) {
                stands = !vfs_.tree_.must_retry(seen_);
            } else {
                held = hold(outcome);
                stands = held;
            }
        }
        if (outcome == Fast::failed) {
            owner_ = nullptr;
            if (stands) {
                return error;
            }
        } else {
            // Whatever hold() got is let go of outside of the section.
            if (outcome == Fast::slow && !held && (owner_ != nullptr || rests_ != 0)) {
                owner_ = nullptr;
            } else {
                here_ = Path::adopt(at_.mount, at_.dentry);
            }
            if (stands && outcome == Fast::done) [[likely]] {
                mark_recent(*at_.dentry);
                return std::move(here_);
            }
            go_on = stands;
        }
        if (!go_on) {
            drop_rests();
        }
    }
    if ((flags_ & Walk::cached_only) != 0) {
        return Errno::again;
    }
    if (go_on) {
        root_ = vfs_.caller_root();
    } else {
        TRY(begin_slowly());
    }
    owners_held_ = true;
    TRY(go_slowly<to_parent>());
    return std::move(here_);
}

Result<Path> Walker::to_end() {
    Result<Path> path = go<false>();
    if (path && (must_be_directory_ || (flags_ & Walk::must_be_directory) != 0) && !path->dentry()->is_directory()) {
        return Errno::notdir;
    }
    return path;
}

Result<Path> Walker::to_parent() {
    if (owners_held_ && here_) {  // follow_last() has put it there
        TRY(go_slowly<true>());
        return std::move(here_);
    }
    return go<true>();
}

Walker::~Walker() {
    drop_rests();
    if (more_rests_ != nullptr) {
        memory::destroy(ports::vfs::heap(), reinterpret_cast<std::array<Rest, k_most_links>*>(more_rests_));
    }
}

bool Walker::may_search(const Dentry& directory) const {
    const Inode::Access access{directory.mode_.load(std::memory_order_relaxed), directory.uid_.load(std::memory_order_relaxed),
                               directory.gid_.load(std::memory_order_relaxed)};
    return is_permitted(access, *who_, k_may_execute);
}

// --- with references

Result<void> Walker::begin_slowly() {
    text_ = PathText{path_};
    links_ = 0;
    must_be_directory_ = false;
    const bool scoped = (flags_ & (Walk::beneath | Walk::in_root)) != 0;
    here_ = base_ != nullptr ? *base_ : vfs_.caller_directory();
    root_ = scoped ? here_ : vfs_.caller_root();
    if (text_.skip_slashes()) {
        if ((flags_ & Walk::beneath) != 0) {
            return Errno::xdev;
        }
        here_ = root_;
    }
    return {};
}

Result<void> Walker::cross(Path& to) const {
    if ((to.dentry()->flags() & Dentry::k_mounted) == 0) {
        return {};
    }
    Path over = vfs_.over(to);
    if ((flags_ & Walk::no_crossing) != 0 && over.mount() != to.mount()) {
        return Errno::xdev;
    }
    to = std::move(over);
    return {};
}

Result<void> Walker::up() {
    if (here_ == root_) {
        if ((flags_ & Walk::beneath) != 0) {
            return Errno::xdev;
        }
        return cross(here_);
    }
    Path above = vfs_.above(here_, {root_.mount(), root_.dentry()});
    if ((flags_ & Walk::no_crossing) != 0 && above.mount() != here_.mount()) {
        return Errno::xdev;
    }
    here_ = std::move(above);
    return cross(here_);
}

template <bool to_parent>
Result<void> Walker::go_slowly() {
    for (;;) {
        if (text_.empty()) {
            if (!pop()) {
                last_kind_ = Last::root;
                return {};
            }
            continue;
        }
        Dentry& directory = *here_.dentry();
        if (!directory.is_directory()) {
            return Errno::notdir;
        }
        if (!is_permitted(directory.inode()->access(), *who_, k_may_execute)) {
            return Errno::acces;
        }
        const NameKey key = text_.take_name();
        const bool slashes = text_.skip_slashes();
        const bool is_last = text_.empty() && rests_ == 0;
        if (key.is_dot() || key.is_dot_dot()) {
            if (to_parent && is_last) {
                last_kind_ = key.is_dot() ? Last::dot : Last::dot_dot;
                return {};
            }
            must_be_directory_ |= is_last;
            if (key.is_dot_dot()) {
                TRY(up());
            }
            continue;
        }
        if (key.size > k_most_name) {
            return Errno::nametoolong;
        }
        if (to_parent && is_last) {
            last_kind_ = Last::name;
            last_ = key;
            trailing_ = slashes;
            return {};
        }
        Ref<Dentry> child = TRY(vfs_.lookup(directory, key));
        const std::uint32_t found = child->flags();
        if ((found & Dentry::k_positive) == 0) {
            return Errno::noent;
        }
        must_be_directory_ |= is_last && slashes;
        if ((found & Dentry::k_symlink) != 0 && (!is_last || slashes || (flags_ & Walk::follow_last) != 0)) {
            TRY(take_link(std::move(child), here_.mount(), text_.empty()));
            continue;
        }
        mark_recent(*child);
        here_.mount()->retain();
        Path path = Path::adopt(here_.mount(), child.release());
        TRY(cross(path));
        here_ = std::move(path);
    }
}

// From here_ on, the directory that it is in.
Result<void> Walker::take_link(Ref<Dentry> link, Mount* mount, bool is_tail) {
    if ((flags_ & Walk::no_links) != 0 || ++links_ > k_most_links) {
        return Errno::loop;
    }
    if (link->target_.load(std::memory_order_relaxed) == nullptr) {
        Result<Path> jump = link->inode()->follow(*who_);
        if (jump) {
            if ((flags_ & Walk::no_magic_links) != 0) {
                return Errno::loop;
            }
            if ((flags_ & (Walk::beneath | Walk::in_root)) != 0 || ((flags_ & Walk::no_crossing) != 0 && jump->mount() != mount)) {
                return Errno::xdev;
            }
            here_ = std::move(*jump);
            jump_ = here_;
            return {};
        }
        if (jump.error() != Errno::nosys) {
            return jump.error();
        }
    }
    const Name* const target = TRY(vfs_.target_of(*link));
    if (target->size == 0) {
        return Errno::noent;
    }
    if (!is_tail) {
        TRY(push(text_, owner_));
    } else if (owner_ != nullptr) {
        put(*owner_);
    }
    text_ = PathText{target->text()};
    owner_ = link.release();
    if (text_.skip_slashes()) {
        if ((flags_ & Walk::beneath) != 0 || ((flags_ & Walk::no_crossing) != 0 && root_.mount() != here_.mount())) {
            return Errno::xdev;
        }
        here_ = root_;
    }
    return {};
}

Result<void> Walker::follow_last(const Path& directory, Ref<Dentry> link) {
    if (!root_) {
        root_ = vfs_.caller_root();
    }
    owners_held_ = true;
    here_ = directory;
    jump_ = Path{};
    return take_link(std::move(link), directory.mount(), true);
}

Result<void> Walker::push(const PathText& text, Dentry* owner) {
    if (rests_ < k_inline_rests) {
        first_rests_[rests_++] = {text, owner};
        return {};
    }
    if (more_rests_ == nullptr) {
        using All = std::array<Rest, k_most_links>;
        more_rests_ = TRY(memory::create<All>(ports::vfs::heap(), memory::MaySleep{}))->data();
    }
    more_rests_[rests_ - k_inline_rests] = {text, owner};
    ++rests_;
    return {};
}

bool Walker::pop() {
    if (rests_ == 0) {
        return false;
    }
    --rests_;
    const Rest& rest = rests_ < k_inline_rests ? first_rests_[rests_] : more_rests_[rests_ - k_inline_rests];
    if (owner_ != nullptr) {
        put(*owner_);
    }
    text_ = rest.text;
    owner_ = rest.owner;
    text_.skip_slashes();
    return true;
}

void Walker::drop_rests() {
    if (owners_held_) {
        while (pop()) {
        }
        if (owner_ != nullptr) {
            put(*owner_);
        }
    }
    owner_ = nullptr;
    rests_ = 0;
    owners_held_ = false;
}

// --- what walks are made of

Result<Path> VirtualFiles::resolve(Base base, std::string_view path, Walk walk) {
    Walker walker{*this, base, path, walk.flags};
    if ((walk.flags & Walk::real_ids) == 0) [[likely]] {
        return walker.to_end();
    }
    task::Credentials real;
    make_real(real, caller());
    walker.set_who(real);
    return walker.to_end();
}

Result<Ref<Dentry>> VirtualFiles::lookup(Dentry& directory, const NameKey& key) {
    if (Dentry* const known = cache_.get(directory, key)) {
        return Ref<Dentry>::adopt(known);
    }
    const ReadGuard guard{directory.inode()->entries};
    return lookup_held(directory, key);
}

Result<Ref<Dentry>> VirtualFiles::lookup_held(Dentry& directory, const NameKey& key) {
    if (Dentry* const known = cache_.get_held(directory, key)) {
        return Ref<Dentry>::adopt(known);
    }
    if ((directory.flags() & Dentry::k_removed) != 0) {
        return Errno::noent;
    }
    SuperBlock& super = *directory.super_;
    const bool keeps_names = super.keeps_names();
    Result<Ref<Inode>> inode = directory.inode()->lookup(key.view());
    if (!inode && (inode.error() != Errno::noent || !keeps_names)) {
        return inode.error();
    }
    Ref<Dentry> dentry = Ref<Dentry>::adopt(TRY(cache_.make(&directory, super, key.view())));
    if (inode) {
        DentryCache::set_inode(*dentry, std::move(*inode));
    }
    if (keeps_names) {
        if (Dentry* const other = cache_.insert(*dentry)) {
            return Ref<Dentry>::adopt(other);
        }
    }
    return dentry;
}

// Read once, then kept with the dentry: a link's target does not change.
Result<const Name*> VirtualFiles::target_of(Dentry& link) {
    if (const Name* const known = link.target_.load(std::memory_order_acquire)) {
        return known;
    }
    std::array<char, 128> buffer;
    Inode& inode = *link.inode();
    std::size_t size = TRY(inode.read_link(buffer.data(), buffer.size()));
    if (size >= PATH_MAX) {
        return Errno::nametoolong;
    }
    Name* const target = TRY(DentryCache::make_text(size));
    if (size <= buffer.size()) {
        std::memcpy(target->words(), buffer.data(), size);
    } else {
        const Result<std::size_t> again = inode.read_link(reinterpret_cast<char*>(target->words()), size);
        if (!again) {
            DentryCache::free_name(target);
            return again.error();
        }
    }
    const Name* before = nullptr;
    if (!link.target_.compare_exchange_strong(before, target, std::memory_order_acq_rel, std::memory_order_acquire)) {
        DentryCache::free_name(target);
        return before;
    }
    return static_cast<const Name*>(target);
}

Mount* VirtualFiles::find_mount(const Mount* mount, const Dentry* dentry) const {
    Mount* at = mount_chains_[(reinterpret_cast<std::uintptr_t>(dentry) >> 7) % k_mount_chains].load(std::memory_order_acquire);
    while (at != nullptr && (at->place_.load(std::memory_order_relaxed) != dentry || at->parent_.load(std::memory_order_relaxed) != mount)) {
        at = at->next_.load(std::memory_order_acquire);
    }
    return at;
}

template <class F>
Path VirtualFiles::read_tree(F&& find) {
    for (;;) {
        Place place;
        std::uint32_t seen = 0;
        {
            const RcuGuard guard;
            seen = tree_.begin_read();
            place = find();
            if (!place.mount->try_retain()) {  // as in Walker::hold
                continue;
            }
            if (!place.dentry->try_retain()) {
                place.dentry = nullptr;
            }
        }
        Path path = Path::adopt(place.mount, place.dentry);
        if (place.dentry != nullptr && !tree_.must_retry(seen)) {
            return path;
        }
    }
}

Path VirtualFiles::over(Path path) {
    if ((path.dentry()->flags() & Dentry::k_mounted) == 0) {
        return path;
    }
    return read_tree([&] {
        Place place{path.mount(), path.dentry()};
        while ((place.dentry->flags() & Dentry::k_mounted) != 0) {
            Mount* const mount = find_mount(place.mount, place.dentry);
            if (mount == nullptr) {
                break;
            }
            place = {mount, mount->root_};
        }
        return place;
    });
}

Path VirtualFiles::above(const Path& path, const Place& root) {
    return read_tree([&] {
        Place place{path.mount(), path.dentry()};
        while (place != root) {
            if (place.dentry != place.mount->root_) {
                place.dentry = place.dentry->parent_.load(std::memory_order_acquire);
                break;
            }
            Mount* const parent = place.mount->parent_.load(std::memory_order_acquire);
            if (parent == place.mount) {
                break;
            }
            place = {parent, place.mount->place_.load(std::memory_order_acquire)};
        }
        return place;
    });
}

Path VirtualFiles::root() {
    Mount* const first = first_.load(std::memory_order_relaxed);
    return first == nullptr ? Path{} : Path{first, first->root_};
}

Path VirtualFiles::caller_root() {
    task::UserThread* const thread = user();
    return thread != nullptr && thread->context != nullptr ? ports::vfs::descriptors().root_of(*thread->context) : root();
}

Path VirtualFiles::caller_directory() {
    task::UserThread* const thread = user();
    return thread != nullptr && thread->context != nullptr ? ports::vfs::descriptors().directory_of(*thread->context) : root();
}

}  // namespace phx::fs
