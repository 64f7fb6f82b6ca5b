// Who keeps whom out of which file.
#pragma once

#include <cstdint>

#include <base/intrusive_list.hpp>
#include <base/result.hpp>
#include <base/user.hpp>
#include <fs/file_locks/records.hpp>
#include <fs/interfaces/file_locking.hpp>
#include <sync/learnt_lock_class.hpp>
#include <sync/spinlock.hpp>
#include <sync/wait_queue.hpp>

namespace phx::fs {

// Of one file: there while it has locks, or somebody is about to take one.
class FileLocks {
public:
    // flock(2)'s, of open files.
    struct WholeLock : ListNode {
        const File* owner = nullptr;
        bool exclusive = false;
    };

    SpinLock lock{k_class};
    RecordLocks records __attribute__((guarded_by(lock)));
    IntrusiveList<WholeLock> whole __attribute__((guarded_by(lock)));
    WaitQueue changed{"file lock"};  // with `lock`
    std::uint32_t users = 0;         // guarded by the keeper's lock

private:
    static constexpr sync::LockClass k_class = sync::LearntLockClass::make("file locks");
};

class FileLockKeeper {
public:
    constexpr FileLockKeeper() = default;

    // FileLocking
    Result<void> record_lock(File& file, int command, UserPtr<void> argument);
    Result<void> whole_lock(File& file, int operation);
    void release(Inode& inode, const void* owner);
    void release(File& file);

private:
    static constexpr sync::LockClass k_class = sync::LearntLockClass::make("file lock keeper");
    // A process that waits for another's lock.
    struct Wait : ListNode {
        const void* owner = nullptr;
        const void* holder = nullptr;
    };
    class Use;

    Result<FileLocks*> take(Inode& inode);
    [[nodiscard]] FileLocks* find(Inode& inode);
    void give(Inode& inode, FileLocks& locks);
    Result<void> set(File& file, const RecordLock& wanted, bool none, bool waits, bool looks_for_deadlock);
    Result<void> wait_for_record(FileLocks& locks, const RecordLock& wanted, bool waits, bool looks_for_deadlock, SpinGuard& guard)
        __attribute__((requires_capability(interrupts_off)));
    [[nodiscard]] bool leads_to(const void* from, const void* to) __attribute__((requires_capability(lock_)));
    Result<void> tell(File& file, const RecordLock& wanted, UserPtr<void> argument, bool of_open_file);
    void release_records(Inode& inode, const void* owner);

    SpinLock lock_{k_class};
    IntrusiveList<Wait> waits_ __attribute__((guarded_by(lock_)));
};

}  // namespace phx::fs
