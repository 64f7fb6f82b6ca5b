// A file system, or a part of one, in its place in the tree. Made and changed by the provider of Vfs.
#pragma once

#include <atomic>
#include <cstdint>

#include <base/intrusive_list.hpp>
#include <base/ref.hpp>
#include <sync/interfaces/rcu.hpp>

namespace phx::fs {

class Dentry;
class SuperBlock;

// Found under RCU, as dentries are. One reference is the tree's, while it is mounted.
class Mount final : public RefCounted, public ListNode, public sync::RcuHead {  // in the list of all, in the order of mounting
public:
    [[nodiscard]] SuperBlock& super() const { return *super_; }
    // MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC, MS_NOATIME, MS_NODIRATIME, MS_RELATIME.
    [[nodiscard]] std::uint32_t flags() const { return flags_.load(std::memory_order_relaxed); }
    [[nodiscard]] std::int32_t id() const { return id_; }

    void end();  // RefCounted: the provider of Vfs frees it

    // --- of the provider of Vfs
    SuperBlock* super_ = nullptr;  // a reference
    Dentry* root_ = nullptr;       // a reference
    std::atomic<Mount*> next_{nullptr};        // in its hash chain
    std::atomic<Mount*> parent_{nullptr};      // a reference; itself: the first one, or mounted nowhere
    std::atomic<Dentry*> place_{nullptr};      // in the parent, a reference
    std::atomic<std::uint32_t> flags_{0};
    std::int32_t id_ = 0;
    bool attached_ = false;
    const char* source_ = nullptr;  // what mount(2) called it; its own memory
    std::uint32_t source_size_ = 0;
    std::int32_t copy_of_ = 0;      // the id of the one that a bind mount with MS_REC copied
};

}  // namespace phx::fs
