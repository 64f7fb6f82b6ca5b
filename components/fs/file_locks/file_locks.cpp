#include <fs/file_locks/file_locks.hpp>

#include <array>

#include <memory/interfaces/context.hpp>
#include <ports/file_locks.hpp>
#include <task/interfaces/process.hpp>
#include <vm/user_memory/user_memory.hpp>

namespace phx::fs {
namespace {

void free_all(IntrusiveList<RecordLock>& free) {
    while (RecordLock* const lock = free.pop_front()) {
        memory::destroy(ports::file_locks::heap(), lock);
    }
}

// fcntl(2): the range that l_whence, l_start and l_len mean. EINVAL, EOVERFLOW
Result<void> set_range(RecordLock& lock, const struct flock& asked, File& file) {
    std::int64_t first = 0;
    switch (asked.l_whence) {
        case SEEK_SET: break;
        case SEEK_CUR: first = static_cast<std::int64_t>(file.position); break;
        case SEEK_END: first = static_cast<std::int64_t>(file.inode().attributes().size); break;
        default: return Errno::inval;
    }
    if (__builtin_add_overflow(first, std::int64_t{asked.l_start}, &first)) {
        return Errno::overflow;
    }
    if (first < 0) {
        return Errno::inval;
    }
    std::int64_t last = INT64_MAX;
    if (asked.l_len > 0) {
        if (__builtin_add_overflow(first, std::int64_t{asked.l_len} - 1, &last)) {
            return Errno::overflow;
        }
    } else if (asked.l_len < 0) {
        last = first - 1;
        if (__builtin_add_overflow(first, std::int64_t{asked.l_len}, &first) || first < 0) {
            return Errno::inval;
        }
    }
    lock.first = static_cast<std::uint64_t>(first);
    lock.last = static_cast<std::uint64_t>(last);
    return {};
}

}  // namespace

// --- one file's locks come and go

// While it is there the file's locks stay, though they be none.
class FileLockKeeper::Use {
public:
    Use(FileLockKeeper& keeper, Inode& inode, FileLocks& locks) : keeper_{keeper}, inode_{inode}, locks_{locks} {}
    ~Use() { keeper_.give(inode_, locks_); }
    Use(const Use&) = delete;
    Use& operator=(const Use&) = delete;

private:
    FileLockKeeper& keeper_;
    Inode& inode_;
    FileLocks& locks_;
};

FileLocks* FileLockKeeper::find(Inode& inode) {
    const SpinGuard guard{lock_};
    FileLocks* const locks = inode.locks.load(std::memory_order_relaxed);
    if (locks != nullptr) {
        ++locks->users;
    }
    return locks;
}

Result<FileLocks*> FileLockKeeper::take(Inode& inode) {
    if (FileLocks* const there = find(inode)) {
        return there;
    }
    FileLocks* const made = TRY(memory::create<FileLocks>(ports::file_locks::heap(), memory::MaySleep{}));
    made->users = 1;
    FileLocks* other = nullptr;
    {
        const SpinGuard guard{lock_};
        other = inode.locks.load(std::memory_order_relaxed);
        if (other == nullptr) {
            inode.locks.store(made, std::memory_order_relaxed);
            return made;
        }
        ++other->users;
    }
    memory::destroy(ports::file_locks::heap(), made);
    return other;
}

// Whoever lets go last frees what is empty. Nobody else looks at the locks then.
[[clang::no_thread_safety_analysis]] void FileLockKeeper::give(Inode& inode, FileLocks& locks) {
    {
        const SpinGuard guard{lock_};
        if (--locks.users != 0 || !locks.records.empty() || !locks.whole.empty()) {
            return;
        }
        inode.locks.store(nullptr, std::memory_order_relaxed);
    }
    memory::destroy(ports::file_locks::heap(), &locks);
}

// --- records

Result<void> FileLockKeeper::record_lock(File& file, int command, UserPtr<void> argument) {
    const struct flock asked = TRY(vm::read(argument.as<struct flock>()));
    const bool of_open_file = command == F_OFD_GETLK || command == F_OFD_SETLK || command == F_OFD_SETLKW;
    const bool waits = command == F_SETLKW || command == F_OFD_SETLKW;
    const bool asks = command == F_GETLK || command == F_OFD_GETLK;
    if (of_open_file && asked.l_pid != 0) {
        return Errno::inval;
    }
    RecordLock wanted;
    TRY(set_range(wanted, asked, file));
    wanted.owner = of_open_file ? static_cast<const void*>(&file) : task::current_user().files;
    wanted.pid = of_open_file ? -1 : task::current_process().pid;
    wanted.exclusive = asked.l_type == F_WRLCK;
    switch (asked.l_type) {
        case F_RDLCK:
            if (!asks && !file.readable()) {
                return Errno::badf;
            }
            break;
        case F_WRLCK:
            if (!asks && !file.writable()) {
                return Errno::badf;
            }
            break;
        case F_UNLCK:
            if (asks) {
                return Errno::inval;
            }
            break;
        default: return Errno::inval;
    }
    if (asks) {
        return tell(file, wanted, argument, of_open_file);
    }
    return set(file, wanted, asked.l_type == F_UNLCK, waits, !of_open_file);
}

Result<void> FileLockKeeper::tell(File& file, const RecordLock& wanted, UserPtr<void> argument, bool of_open_file) {
    vm::Zeroed<struct flock> told;
    told->l_type = F_UNLCK;
    bool found = false;
    if (FileLocks* const locks = find(file.inode())) {
        const Use use{*this, file.inode(), *locks};
        const SpinGuard guard{locks->lock};
        if (const RecordLock* const other = locks->records.conflict(wanted)) {
            found = true;
            told->l_type = other->exclusive ? F_WRLCK : F_RDLCK;
            told->l_whence = SEEK_SET;
            told->l_start = static_cast<decltype(told->l_start)>(other->first);
            told->l_len = other->last == INT64_MAX ? 0 : static_cast<decltype(told->l_len)>(other->last - other->first + 1);
            told->l_pid = other->pid;
        }
    }
    if (!found) {
        // The rest stays as it was asked.
        TRY(vm::read(argument.as<struct flock>(), told));
        told->l_type = F_UNLCK;
        if (of_open_file) {
            told->l_pid = 0;
        }
    }
    return vm::write(argument.as<struct flock>(), told);
}

Result<void> FileLockKeeper::set(File& file, const RecordLock& wanted, bool none, bool waits, bool looks_for_deadlock) {
    Inode& inode = file.inode();
    FileLocks* const found = none ? find(inode) : TRY(take(inode));
    if (found == nullptr) {
        return {};
    }
    FileLocks& locks = *found;
    const Use use{*this, inode, locks};
    RecordLocks::Spares spares;
    IntrusiveList<RecordLock> free;
    for (RecordLock*& spare : spares.records) {
        const auto made = memory::create<RecordLock>(ports::file_locks::heap(), memory::MaySleep{});
        if (!made) {
            free_all(free);
            return Errno::nolck;
        }
        spare = *made;
        free.push_back(*spare);
    }
    Result<void> outcome;
    {
        SpinGuard guard{locks.lock};
        if (!none) {
            outcome = wait_for_record(locks, wanted, waits, looks_for_deadlock, guard);
        }
        if (outcome) {
            for (RecordLock* const spare : spares.records) {
                IntrusiveList<RecordLock>::remove(*spare);
            }
            if (!looks_for_deadlock) {
                file.locked.store(true, std::memory_order_relaxed);
            }
            locks.records.apply(wanted, none, spares, free);
            for (RecordLock* const spare : spares.records) {
                if (spare != nullptr) {
                    free.push_back(*spare);
                }
            }
            locks.changed.wake_all(guard);
        }
    }
    free_all(free);
    return outcome;
}

// Until nobody's lock is in the way. EAGAIN, EDEADLK
Result<void> FileLockKeeper::wait_for_record(FileLocks& locks, const RecordLock& wanted, bool waits, bool looks_for_deadlock, SpinGuard& guard) {
    Wait wait;
    wait.owner = wanted.owner;
    bool deadlock = false;
    // Called with the file's lock held each time that something has changed.
    const auto is_free = [&]() __attribute__((no_thread_safety_analysis)) {
        const RecordLock* const other = locks.records.conflict(wanted);
        if (looks_for_deadlock) {
            lock_.lock();
            if (wait.is_linked()) {
                IntrusiveList<Wait>::remove(wait);
            }
            if (other != nullptr && waits) {
                deadlock = leads_to(other->owner, wanted.owner);
                if (!deadlock) {
                    wait.holder = other->owner;
                    waits_.push_back(wait);
                }
            }
            lock_.unlock();
        }
        return other == nullptr || deadlock;
    };
    if (!waits) {
        return is_free() ? Result<void>{} : Result<void>{Errno::again};
    }
    const bool done = locks.changed.wait_interruptible(guard, is_free);
    if (!done) {
        lock_.lock();
        if (wait.is_linked()) {
            IntrusiveList<Wait>::remove(wait);
        }
        lock_.unlock();
        return Errno::restart_sys;
    }
    return deadlock ? Result<void>{Errno::deadlk} : Result<void>{};
}

// Whether who holds a lock waits, by way of others, for `to`. As far as Linux looks: ten steps.
bool FileLockKeeper::leads_to(const void* from, const void* to) {
    for (int step = 0; step < 10; ++step) {
        if (from == to) {
            return true;
        }
        const Wait* next = nullptr;
        for (Wait& wait : waits_) {
            if (wait.owner == from) {
                next = &wait;
                break;
            }
        }
        if (next == nullptr) {
            return false;
        }
        from = next->holder;
    }
    return false;
}

void FileLockKeeper::release_records(Inode& inode, const void* owner) {
    FileLocks* const locks = find(inode);
    if (locks == nullptr) {
        return;
    }
    const Use use{*this, inode, *locks};
    IntrusiveList<RecordLock> free;
    {
        SpinGuard guard{locks->lock};
        if (locks->records.remove_all(owner, free)) {
            locks->changed.wake_all(guard);
        }
    }
    free_all(free);
}

void FileLockKeeper::release(Inode& inode, const void* owner) {
    release_records(inode, owner);
}

// --- whole files

// Waking others lets go of the lock, which the analysis does not see.
[[clang::no_thread_safety_analysis]] Result<void> FileLockKeeper::whole_lock(File& file, int operation) {
    const bool waits = (operation & LOCK_NB) == 0;
    operation &= ~LOCK_NB;
    if (operation != LOCK_SH && operation != LOCK_EX && operation != LOCK_UN) {
        return Errno::inval;
    }
    Inode& inode = file.inode();
    FileLocks* const found = operation == LOCK_UN ? find(inode) : TRY(take(inode));
    if (found == nullptr) {
        return {};
    }
    FileLocks& locks = *found;
    const Use use{*this, inode, locks};
    FileLocks::WholeLock* wanted = nullptr;
    if (operation != LOCK_UN) {
        const auto made = memory::create<FileLocks::WholeLock>(ports::file_locks::heap(), memory::MaySleep{});
        if (!made) {
            return Errno::nolck;
        }
        wanted = *made;
        wanted->owner = &file;
        wanted->exclusive = operation == LOCK_EX;
    }
    FileLocks::WholeLock* own = nullptr;
    Result<void> outcome;
    {
        SpinGuard guard{locks.lock};
        for (FileLocks::WholeLock& lock : locks.whole) {
            if (lock.owner == &file) {
                own = &lock;
            }
        }
        if (own != nullptr && wanted != nullptr && own->exclusive == wanted->exclusive) {
            own = std::exchange(wanted, nullptr);  // it has it already
        } else {
            // A lock of another kind is given up first, and may be lost (flock(2), "Notes").
            if (own != nullptr) {
                IntrusiveList<FileLocks::WholeLock>::remove(*own);
                if (wanted != nullptr) {
                    locks.changed.wake_all(guard);
                    guard.relock();
                }
            }
            if (wanted != nullptr) {
                const auto is_free = [&]() __attribute__((no_thread_safety_analysis)) {
                    for (const FileLocks::WholeLock& lock : locks.whole) {
                        if (lock.exclusive || wanted->exclusive) {
                            return false;
                        }
                    }
                    return true;
                };
                if (!waits && !is_free()) {
                    outcome = Errno::again;
                } else if (!locks.changed.wait_interruptible(guard, is_free)) {
                    outcome = Errno::restart_sys;
                }
            }
            if (outcome && wanted != nullptr) {
                locks.whole.push_back(*std::exchange(wanted, nullptr));
                file.locked.store(true, std::memory_order_relaxed);
            } else if (operation == LOCK_UN && own != nullptr) {
                locks.changed.wake_all(guard);
            }
        }
    }
    for (FileLocks::WholeLock* const unused : {own, wanted}) {
        if (unused != nullptr) {
            memory::destroy(ports::file_locks::heap(), unused);
        }
    }
    return outcome;
}

// Of an open file that ends.
void FileLockKeeper::release(File& file) {
    release_records(file.inode(), &file);
    [[maybe_unused]] const Result<void> done = whole_lock(file, LOCK_UN);
}

}  // namespace phx::fs
