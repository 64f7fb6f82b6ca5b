// Root, working directory and umask, which clone(CLONE_FS) shares.
#pragma once

#include <atomic>

#include <base/ref.hpp>
#include <fs/interfaces/descriptors.hpp>
#include <sync/learnt_lock_class.hpp>
#include <sync/seqlock.hpp>
#include <sync/spinlock.hpp>

namespace phx::fs {

class FsContext final : public RefCounted {
public:
    explicit FsContext(const Path& root, const Path& directory, Mode umask) : root_{root}, directory_{directory}, root_at_{root}, directory_at_{directory}, umask_{umask} {}

    // In a read-side section of RCU: what it gives is not freed in there.
    [[nodiscard]] Place root_at() const { return read(root_at_); }
    [[nodiscard]] Place directory_at() const { return read(directory_at_); }
    [[nodiscard]] Path root() {
        const SpinGuard guard{lock_};
        return root_;
    }
    [[nodiscard]] Path directory() {
        const SpinGuard guard{lock_};
        return directory_;
    }
    // The one before.
    Path set_root(Path to) {
        const SpinGuard guard{lock_};
        return set(root_, root_at_, std::move(to));
    }
    Path set_directory(Path to) {
        const SpinGuard guard{lock_};
        return set(directory_, directory_at_, std::move(to));
    }

    [[nodiscard]] Mode umask() const { return umask_.load(std::memory_order_relaxed); }
    Mode set_umask(Mode to) { return umask_.exchange(to, std::memory_order_relaxed); }

    void end();

private:
    static constexpr sync::LockClass k_class = sync::LearntLockClass::make("root and working directory");
    struct Places {
        std::atomic<Mount*> mount;
        std::atomic<Dentry*> dentry;
        explicit Places(const Path& path) : mount{path.mount()}, dentry{path.dentry()} {}
    };

    [[nodiscard]] Place read(const Places& places) const {
        for (;;) {
            const std::uint32_t seen = count_.begin_read();
            const Place place{places.mount.load(std::memory_order_relaxed), places.dentry.load(std::memory_order_relaxed)};
            if (!count_.must_retry(seen)) {
                return place;
            }
        }
    }
    Path set(Path& path, Places& places, Path to) __attribute__((requires_capability(lock_))) {
        count_.begin_write();
        places.mount.store(to.mount(), std::memory_order_relaxed);
        places.dentry.store(to.dentry(), std::memory_order_relaxed);
        count_.end_write();
        std::swap(path, to);
        return to;
    }

    SpinLock lock_{k_class};
    SeqCount count_;
    Path root_ __attribute__((guarded_by(lock_)));
    Path directory_ __attribute__((guarded_by(lock_)));
    Places root_at_;
    Places directory_at_;
    std::atomic<Mode> umask_;
};

}  // namespace phx::fs
