// A name in a directory, and what it names. Made, found and changed by the provider of Vfs; others hold it in a Path.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include <base/ref.hpp>
#include <sync/interfaces/rcu.hpp>

namespace phx::fs {

class Inode;
class SuperBlock;

// Characters that do not change, in words whose rest is zeros, so that names are compared a word at a time.
struct Name {
    std::uint32_t hash = 0;
    std::uint32_t size = 0;

    [[nodiscard]] const std::uint64_t* words() const { return reinterpret_cast<const std::uint64_t*>(this + 1); }
    [[nodiscard]] std::uint64_t* words() { return reinterpret_cast<std::uint64_t*>(this + 1); }
    [[nodiscard]] std::string_view text() const { return {reinterpret_cast<const char*>(this + 1), size}; }
};

// Readers find dentries in the cache's hash chains without a lock, under RCU, and believe what they found if the tree's sequence count has not
// moved meanwhile (fs/vfs/walk). So what they read is atomic, and memory is freed after a grace period.
//
// The cache holds one reference while the dentry is in a chain, and each child holds one of its parent.
class Dentry final : public RefCounted, public sync::RcuHead {
public:
    enum Flags : std::uint32_t {
        k_positive = 1,         // it has an inode, and keeps it
        k_directory = 2,
        k_symlink = 4,
        k_all_may_search = 8,   // directory that anybody may search: no need to look at who asks
        k_mounted = 16,         // something is mounted on it, in some mount
        k_hashed = 32,          // in a chain
        k_removed = 64,         // unlinked, or renamed over: its name is no more
        k_recent = 128,         // used since the cache last looked for what it can do without
        k_root = 256,           // of its file system: its parent is itself
    };
    static constexpr std::size_t k_inline_name = 32;

    // Stable while it is held, once it is positive.
    [[nodiscard]] Inode* inode() const { return inode_.load(std::memory_order_relaxed); }
    [[nodiscard]] std::uint32_t flags() const { return flags_.load(std::memory_order_acquire); }
    [[nodiscard]] bool is_directory() const { return (flags() & k_directory) != 0; }
    [[nodiscard]] bool is_positive() const { return (flags() & k_positive) != 0; }

    void end();  // RefCounted: the provider of Vfs frees it

    // --- of the provider of Vfs
    std::atomic<std::uint32_t> flags_{0};
    // Copies of a directory's, for those who walk through it.
    std::atomic<std::uint32_t> mode_{0};
    std::atomic<std::uint32_t> uid_{0};
    std::atomic<std::uint32_t> gid_{0};
    std::atomic<Dentry*> next_{nullptr};        // in its chain
    std::atomic<Dentry*> parent_{nullptr};      // a reference; itself: a root
    std::atomic<const Name*> name_{nullptr};    // own_name_, or memory of its own
    std::atomic<Inode*> inode_{nullptr};        // a reference
    std::atomic<const Name*> target_{nullptr};  // of a symbolic link, once it has been read
    SuperBlock* super_ = nullptr;
    struct InlineName : Name {
        std::uint64_t room[k_inline_name / 8] = {};
    } own_name_;
};
static_assert(sizeof(Dentry) == 128);

}  // namespace phx::fs
