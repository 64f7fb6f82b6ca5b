#include <fs/file_locks/records.hpp>

#include <algorithm>
#include <utility>

namespace phx::fs {

RecordLock* RecordLocks::conflict(const RecordLock& wanted) {
    for (RecordLock& lock : locks_) {
        if (lock.owner != wanted.owner && lock.overlaps(wanted.first, wanted.last) && (lock.exclusive || wanted.exclusive)) {
            return &lock;
        }
    }
    return nullptr;
}

void RecordLocks::insert(RecordLock& lock) {
    auto at = locks_.begin();
    while (at != locks_.end() && at->first < lock.first) {
        ++at;
    }
    locks_.insert_before(at, lock);
}

// Of each lock of the owner's that meets the range: what lies outside stays, and one of the same kind, even if it only touches, becomes part of the
// new one.
void RecordLocks::apply(const RecordLock& wanted, bool none, Spares& spares, IntrusiveList<RecordLock>& free) {
    std::uint64_t first = wanted.first;
    std::uint64_t last = wanted.last;
    for (auto at = locks_.begin(); at != locks_.end();) {
        RecordLock& lock = *at;
        ++at;
        if (lock.owner != wanted.owner) {
            continue;
        }
        if (!none && lock.exclusive == wanted.exclusive) {
            const bool touches = (lock.last != INT64_MAX && lock.last + 1 == first) || (last != INT64_MAX && last + 1 == lock.first);
            if (touches || lock.overlaps(first, last)) {
                first = std::min(first, lock.first);
                last = std::max(last, lock.last);
                IntrusiveList<RecordLock>::remove(lock);
                free.push_back(lock);
            }
            continue;
        }
        if (!lock.overlaps(wanted.first, wanted.last)) {
            continue;
        }
        const bool left = lock.first < wanted.first;
        const bool right = lock.last > wanted.last;
        if (left && right) {
            RecordLock& rest = *std::exchange(spares.records[1], nullptr);
            rest.owner = lock.owner;
            rest.pid = lock.pid;
            rest.exclusive = lock.exclusive;
            rest.first = wanted.last + 1;
            rest.last = lock.last;
            lock.last = wanted.first - 1;
            insert(rest);
        } else if (left) {
            lock.last = wanted.first - 1;
        } else if (right) {
            IntrusiveList<RecordLock>::remove(lock);
            lock.first = wanted.last + 1;
            insert(lock);
        } else {
            IntrusiveList<RecordLock>::remove(lock);
            free.push_back(lock);
        }
    }
    if (!none) {
        RecordLock& made = *std::exchange(spares.records[0], nullptr);
        made.owner = wanted.owner;
        made.pid = wanted.pid;
        made.exclusive = wanted.exclusive;
        made.first = first;
        made.last = last;
        insert(made);
    }
}

bool RecordLocks::remove_all(const void* owner, IntrusiveList<RecordLock>& free) {
    bool any = false;
    for (auto at = locks_.begin(); at != locks_.end();) {
        RecordLock& lock = *at;
        ++at;
        if (lock.owner == owner) {
            IntrusiveList<RecordLock>::remove(lock);
            free.push_back(lock);
            any = true;
        }
    }
    return any;
}

}  // namespace phx::fs
