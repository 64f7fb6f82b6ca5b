#include <fs/vfs/dentry_cache.hpp>

#include <algorithm>

#include <memory/interfaces/context.hpp>
#include <ports/vfs.hpp>

namespace phx::fs {
namespace {

constexpr std::size_t words_of(std::size_t size) {
    return (size + 7) / 8;
}

void fill(Name& name, std::string_view text) {
    const NameKey key = PathText::key_of(text);
    ASSERT(key.size == text.size());
    name.hash = key.hash;
    name.size = key.size;
    if (key.size % 8 != 0) {
        name.words()[key.size / 8] = key.last;
    }
    std::memcpy(name.words(), text.data(), text.size());
}

std::uint32_t flags_for(const Inode& inode) {
    switch (inode.kind()) {
        case S_IFDIR: return Dentry::k_positive | Dentry::k_directory;
        case S_IFLNK: return Dentry::k_positive | Dentry::k_symlink;
        default: return Dentry::k_positive;
    }
}

void set_flag(Dentry& dentry, std::uint32_t flag, bool to) {
    if (to) {
        dentry.flags_.fetch_or(flag, std::memory_order_release);
    } else {
        dentry.flags_.fetch_and(~flag, std::memory_order_release);
    }
}

void free_dentry(sync::RcuHead& head) {
    auto& dentry = static_cast<Dentry&>(head);
    if (const Name* const name = dentry.name_.load(std::memory_order_relaxed); name != &dentry.own_name_) {
        DentryCache::free_name(name);
    }
    if (const Name* const target = dentry.target_.load(std::memory_order_relaxed)) {
        DentryCache::free_name(target);
    }
    memory::destroy(ports::vfs::heap(), &dentry);
}

}  // namespace

Result<void> DentryCache::init() {
    void* const memory = TRY(ports::vfs::heap().allocate(k_chains * sizeof *chains_, alignof(std::atomic<Dentry*>)));
    chains_ = static_cast<std::atomic<Dentry*>*>(memory);
    std::uninitialized_value_construct_n(chains_, k_chains);
    return {};
}

Result<Name*> DentryCache::make_text(std::size_t size) {
    void* const memory = TRY(memory::allocate(ports::vfs::heap(), sizeof(Name) + words_of(size) * 8, alignof(std::uint64_t), memory::MaySleep{}));
    Name* const name = std::construct_at(static_cast<Name*>(memory));
    name->size = static_cast<std::uint32_t>(size);
    return name;
}

Result<Name*> DentryCache::make_name(std::string_view text) {
    Name* const name = TRY(make_text(text.size()));
    fill(*name, text);
    return name;
}

void DentryCache::free_name(const Name* name) {
    ports::vfs::heap().free(const_cast<Name*>(name), sizeof(Name) + words_of(name->size) * 8);
}

Dentry* DentryCache::get(const Dentry& directory, const NameKey& key) {
    const RcuGuard guard;
    Dentry* const dentry = find(directory, key);
    if (dentry == nullptr || !dentry->try_retain()) {
        return nullptr;
    }
    // Renamed before it was held: who holds the directory's `entries` does not meet that.
    if (dentry->parent_.load(std::memory_order_relaxed) != &directory || !key.matches(*dentry->name_.load(std::memory_order_acquire))) [[unlikely]] {
        put(*dentry);
        return nullptr;
    }
    return dentry;
}

// A rename elsewhere may move a dentry of the chain under a reader's feet, but not with the chain's lock held.
Dentry* DentryCache::get_held(const Dentry& directory, const NameKey& key) {
    const SpinGuard guard{stripe_of(chain_of(directory, key.hash)).lock};
    Dentry* const dentry = find(directory, key);
    if (dentry != nullptr) {
        dentry->retain();
    }
    return dentry;
}

Result<Dentry*> DentryCache::make(Dentry* parent, SuperBlock& super, std::string_view name) {
    Dentry* const dentry = TRY(memory::create<Dentry>(ports::vfs::heap(), memory::MaySleep{}));
    Name* own = &dentry->own_name_;
    if (name.size() > Dentry::k_inline_name) [[unlikely]] {
        const Result<Name*> longer = make_name(name);
        if (!longer) {
            memory::destroy(ports::vfs::heap(), dentry);
            return longer.error();
        }
        own = *longer;
    } else {
        fill(*own, name);
    }
    dentry->name_.store(own, std::memory_order_relaxed);
    dentry->super_ = &super;
    if (parent != nullptr) {
        parent->retain();
        dentry->parent_.store(parent, std::memory_order_relaxed);
    } else {
        dentry->parent_.store(dentry, std::memory_order_relaxed);
    }
    return dentry;
}

Dentry* DentryCache::insert(Dentry& dentry) {
    Dentry* const parent = dentry.parent_.load(std::memory_order_relaxed);
    const Name& name = *dentry.name_.load(std::memory_order_relaxed);
    const std::size_t chain = chain_of(*parent, name.hash);
    std::atomic<Dentry*>& head = chains_[chain];
    Stripe& stripe = stripe_of(chain);
    bool crowded = false;
    {
        const SpinGuard guard{stripe.lock};
        for (Dentry* other = head.load(std::memory_order_relaxed); other != nullptr; other = other->next_.load(std::memory_order_relaxed)) {
            const Name& theirs = *other->name_.load(std::memory_order_relaxed);
            if (other->parent_.load(std::memory_order_relaxed) == parent && theirs.hash == name.hash && theirs.text() == name.text()) {
                other->retain();  // what is in a chain has a reference, the cache's
                return other;
            }
        }
        dentry.retain();
        dentry.flags_.store(dentry.flags_.load(std::memory_order_relaxed) | Dentry::k_hashed, std::memory_order_relaxed);
        dentry.next_.store(head.load(std::memory_order_relaxed), std::memory_order_relaxed);
        head.store(&dentry, std::memory_order_release);
        crowded = ++stripe.count > params::vfs::most_names / k_stripes;
    }
    if (crowded) [[unlikely]] {
        evict_some(stripe, chain % k_stripes, 2);
    }
    return nullptr;
}

void DentryCache::set_inode(Dentry& dentry, Ref<Inode> inode) {
    const std::uint32_t flags = flags_for(*inode);
    dentry.inode_.store(inode.release(), std::memory_order_relaxed);
    if ((flags & Dentry::k_directory) != 0) {
        refresh(dentry);
    }
    dentry.flags_.fetch_or(flags, std::memory_order_release);
}

void DentryCache::refresh(Dentry& dentry) {
    const Inode::Access access = dentry.inode()->access();
    dentry.mode_.store(access.mode, std::memory_order_relaxed);
    dentry.uid_.store(access.uid, std::memory_order_relaxed);
    dentry.gid_.store(access.gid, std::memory_order_relaxed);
    set_flag(dentry, Dentry::k_all_may_search, (access.mode & 0111) == 0111);
}

// With the chain's lock held. Who stands on it goes on to what came behind it.
void DentryCache::unlink(std::size_t chain, Dentry& dentry) {
    std::atomic<Dentry*>* at = &chains_[chain];
    while (at->load(std::memory_order_relaxed) != &dentry) {
        at = &at->load(std::memory_order_relaxed)->next_;
    }
    at->store(dentry.next_.load(std::memory_order_relaxed), std::memory_order_release);
}

void DentryCache::remove(Dentry& dentry, bool removed) {
    if (removed) {
        set_flag(dentry, Dentry::k_removed, true);
    }
    const std::size_t chain = chain_of(*dentry.parent_.load(std::memory_order_relaxed), dentry.name_.load(std::memory_order_relaxed)->hash);
    Stripe& stripe = stripe_of(chain);
    {
        const SpinGuard guard{stripe.lock};
        if ((dentry.flags_.load(std::memory_order_relaxed) & Dentry::k_hashed) == 0) {
            return;
        }
        unlink(chain, dentry);
        set_flag(dentry, Dentry::k_hashed, false);
        --stripe.count;
    }
    put(dentry);
}

// Between the two chains nobody believes in finding nothing: the caller has made the sequence count odd.
[[clang::no_thread_safety_analysis]] const Name* DentryCache::rename(Dentry& dentry, Dentry& parent, const Name& name) {
    const Name* const before = dentry.name_.load(std::memory_order_relaxed);
    const std::size_t from = chain_of(*dentry.parent_.load(std::memory_order_relaxed), before->hash);
    const std::size_t to = chain_of(parent, name.hash);
    const bool hashed = (dentry.flags_.load(std::memory_order_relaxed) & Dentry::k_hashed) != 0;
    if (hashed) {
        Stripe& stripe = stripe_of(from);
        stripe.lock.lock();
        unlink(from, dentry);
        --stripe.count;
        stripe.lock.unlock();
    }
    dentry.name_.store(&name, std::memory_order_release);
    dentry.parent_.store(&parent, std::memory_order_relaxed);
    if (hashed) {
        Stripe& stripe = stripe_of(to);
        stripe.lock.lock();
        dentry.next_.store(chains_[to].load(std::memory_order_relaxed), std::memory_order_relaxed);
        chains_[to].store(&dentry, std::memory_order_release);
        ++stripe.count;
        stripe.lock.unlock();
    }
    return before;
}

void DentryCache::bury_name(Dentry& dentry, const Name* name) {
    struct Grave : sync::RcuHead {
        const Name* name;
    };
    if (name == &dentry.own_name_) {
        return;
    }
    if (const auto grave = memory::create<Grave>(ports::vfs::heap(), memory::MaySleep{})) {
        (*grave)->name = name;
        graveyard_.bury(**grave, [](sync::RcuHead& head) {
            auto& grave = static_cast<Grave&>(head);
            free_name(grave.name);
            memory::destroy(ports::vfs::heap(), &grave);
        });
    } else {
        ports::vfs::rcu().synchronize();
        free_name(name);
    }
}

// A child's end may be its parent's.
void DentryCache::end(Dentry& last) {
    Dentry* dentry = &last;
    for (;;) {
        Dentry* const parent = dentry->parent_.load(std::memory_order_relaxed);
        if (Inode* const inode = dentry->inode()) {
            put(*inode);
        }
        graveyard_.bury(*dentry, &free_dentry);
        if (parent == dentry || !parent->drop()) {
            return;
        }
        dentry = parent;
    }
}

void DentryCache::end_list(sync::RcuHead* list) {
    while (list != nullptr) {
        auto& dentry = static_cast<Dentry&>(*list);
        list = static_cast<sync::RcuHead*>(list->next.load(std::memory_order_relaxed));
        end(dentry);
    }
}

// The clock algorithm: who was used since the hand came by gets another round.
std::size_t DentryCache::evict_some(Stripe& stripe, std::size_t number, std::size_t wanted) {
    constexpr std::size_t chains = std::max<std::size_t>(k_chains / k_stripes, 1);
    sync::RcuHead* victims = nullptr;
    std::size_t count = 0;
    {
        const SpinGuard guard{stripe.lock};
        for (std::size_t i = 0; i < chains && count < wanted; ++i) {
            const std::size_t chain = (stripe.hand++ % chains) * k_stripes + number;
            std::atomic<Dentry*>* at = &chains_[chain];
            while (Dentry* const dentry = at->load(std::memory_order_relaxed)) {
                if (dentry->references() == 1) {
                    if ((dentry->flags_.load(std::memory_order_relaxed) & Dentry::k_recent) != 0) {
                        set_flag(*dentry, Dentry::k_recent, false);
                    } else if (dentry->try_take_last()) {
                        at->store(dentry->next_.load(std::memory_order_relaxed), std::memory_order_release);
                        set_flag(*dentry, Dentry::k_hashed, false);
                        --stripe.count;
                        dentry->RcuHead::next.store(victims, std::memory_order_relaxed);
                        victims = dentry;
                        ++count;
                        continue;
                    }
                }
                at = &dentry->next_;
            }
        }
    }
    end_list(victims);
    return count;
}

std::size_t DentryCache::evict(std::size_t wanted) {
    std::size_t count = 0;
    for (std::size_t i = 0; i < 2 * k_stripes && count < wanted; ++i) {
        const std::size_t number = next_stripe_.fetch_add(1, std::memory_order_relaxed) % k_stripes;
        count += evict_some(stripes_[number], number, wanted - count);
    }
    return count;
}

template <class F>
bool DentryCache::evict_where(F&& is_meant) {
    bool any = false;
    for (std::size_t chain = 0; chain < k_chains; ++chain) {
        if (chains_[chain].load(std::memory_order_relaxed) == nullptr) {
            continue;
        }
        sync::RcuHead* victims = nullptr;
        {
            Stripe& stripe = stripe_of(chain);
            const SpinGuard guard{stripe.lock};
            std::atomic<Dentry*>* at = &chains_[chain];
            while (Dentry* const dentry = at->load(std::memory_order_relaxed)) {
                if (is_meant(*dentry) && dentry->try_take_last()) {
                    at->store(dentry->next_.load(std::memory_order_relaxed), std::memory_order_release);
                    set_flag(*dentry, Dentry::k_hashed, false);
                    --stripe.count;
                    dentry->RcuHead::next.store(victims, std::memory_order_relaxed);
                    victims = dentry;
                } else {
                    at = &dentry->next_;
                }
            }
        }
        any |= victims != nullptr;
        end_list(victims);
    }
    return any;
}

// Children before their parents, which they hold.
void DentryCache::evict_all(const SuperBlock& super) {
    while (evict_where([&](const Dentry& dentry) { return dentry.super_ == &super; })) {
    }
}

void DentryCache::evict_below(const Dentry& directory) {
    evict_where([&](const Dentry& dentry) { return dentry.parent_.load(std::memory_order_relaxed) == &directory; });
}

std::uint64_t DentryCache::count() const {
    std::uint64_t count = 0;
    for (const Stripe& stripe : stripes_) {
        const SpinGuard guard{const_cast<SpinLock&>(stripe.lock)};
        count += stripe.count;
    }
    return count;
}

}  // namespace phx::fs
