// The cache of names: which dentry a directory's name is, if that is known. Found without a lock (file_objects/dentry.hpp).
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

#include <base/result.hpp>
#include <fs/interfaces/inode.hpp>
#include <fs/interfaces/path.hpp>
#include <fs/vfs/graveyard.hpp>
#include <fs/file_objects/path_text.hpp>
#include <params/vfs.hpp>
#include <sync/learnt_lock_class.hpp>
#include <sync/rcu_read.hpp>
#include <sync/seqlock.hpp>
#include <sync/spinlock.hpp>

namespace phx::fs {

class DentryCache {
public:
    constexpr DentryCache() = default;

    Result<void> init();

    // In a read-side section of RCU; the caller looks at the tree's sequence count before it believes that, or that there is none.
    [[nodiscard]] Dentry* find(const Dentry& directory, const NameKey& key) const {
        Dentry* dentry = chains_[chain_of(directory, key.hash)].load(std::memory_order_acquire);
        while (dentry != nullptr) {
            if (dentry->parent_.load(std::memory_order_relaxed) == &directory && key.matches(*dentry->name_.load(std::memory_order_acquire))) {
                return dentry;
            }
            dentry = dentry->next_.load(std::memory_order_acquire);
        }
        return nullptr;
    }

    // The rest in thread context.

    // With a reference; null may be wrong while others rename.
    [[nodiscard]] Dentry* get(const Dentry& directory, const NameKey& key);
    // The same where nobody changes the directory's names, and null is to be relied on.
    [[nodiscard]] Dentry* get_held(const Dentry& directory, const NameKey& key);
    // A new one in no chain, negative, with the caller's reference; it holds its parent. ENOMEM
    Result<Dentry*> make(Dentry* parent, SuperBlock& super, std::string_view name);
    // Into its chain. Somebody may have come first: theirs is returned, with a reference, else null.
    Dentry* insert(Dentry& dentry);
    // Negative so far: from now on it names the inode. The reference goes to it.
    static void set_inode(Dentry& dentry, Ref<Inode> inode);
    // What walkers want to know of a directory has changed.
    static void refresh(Dentry& dentry);
    // Out of its chain, if it is in one; `removed`: because there is no such name any more.
    void remove(Dentry& dentry, bool removed);
    // It is now called `name`, a Name of its own, and its place is in `parent`; walkers are held off by the caller, with interrupts masked. The
    // name it had so far; the reference to the parent is the caller's business.
    const Name* rename(Dentry& dentry, Dentry& parent, const Name& name);

    // Its last reference is gone.
    void end(Dentry& dentry);

    // Names that nobody uses: up to so many; how many went.
    std::size_t evict(std::size_t wanted);
    // All of one file system's.
    void evict_all(const SuperBlock& super);
    [[nodiscard]] std::uint64_t count() const;
    void flush() { graveyard_.flush(); }

    static Result<Name*> make_name(std::string_view text);
    // Of so many characters, which the caller fills in; no name to be found by.
    static Result<Name*> make_text(std::size_t size);
    static void free_name(const Name* name);
    // Names of this directory, which is removed, that nobody uses.
    void evict_below(const Dentry& directory);
    // After a grace period, as far as it is not a dentry's own.
    void bury_name(Dentry& dentry, const Name* name);
    Graveyard& graveyard() { return graveyard_; }

private:
    static constexpr std::size_t k_chains = params::vfs::chains;
    static_assert((k_chains & (k_chains - 1)) == 0, "`chains` is a power of two");
    static constexpr std::size_t k_stripes = 16;
    static constexpr sync::LockClass k_class = sync::LearntLockClass::make("dentry chains");

    // Guards every sixteenth chain.
    struct Stripe {
        SpinLock lock{k_class};
        std::uint64_t count __attribute__((guarded_by(lock))) = 0;
        std::size_t hand __attribute__((guarded_by(lock))) = 0;  // where eviction goes on
    };

    [[nodiscard]] static std::size_t chain_of(const Dentry& directory, std::uint32_t hash) {
        const std::uint64_t mixed = hash ^ (reinterpret_cast<std::uintptr_t>(&directory) >> 7) * 0x9e3779b97f4a7c15;
        return (mixed ^ mixed >> 32) & (k_chains - 1);
    }
    Stripe& stripe_of(std::size_t chain) { return stripes_[chain % k_stripes]; }
    void unlink(std::size_t chain, Dentry& dentry);
    std::size_t evict_some(Stripe& stripe, std::size_t number, std::size_t wanted);
    void end_list(sync::RcuHead* list);
    template <class F>
    bool evict_where(F&& is_meant);

    std::atomic<Dentry*>* chains_ = nullptr;
    std::array<Stripe, k_stripes> stripes_{};
    std::atomic<std::size_t> next_stripe_{0};
    Graveyard graveyard_;
};

}  // namespace phx::fs
