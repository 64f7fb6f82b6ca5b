// Locks on ranges of a file.
#pragma once

#include <cstdint>

#include <base/intrusive_list.hpp>

namespace phx::fs {

struct RecordLock : ListNode {
    const void* owner = nullptr;
    std::uint64_t first = 0;
    std::uint64_t last = 0;  // the last byte; INT64_MAX: as far as the file will ever go
    std::int32_t pid = 0;    // as F_GETLK tells it
    bool exclusive = false;

    [[nodiscard]] bool overlaps(std::uint64_t from, std::uint64_t to) const { return first <= to && from <= last; }
};

class RecordLocks {
public:
    [[nodiscard]] bool empty() { return locks_.empty(); }
    // The first, by its place in the file, that keeps `wanted` out; null: none.
    [[nodiscard]] RecordLock* conflict(const RecordLock& wanted);

    // The owner's locks become what `wanted` says for its range, which conflicts with nobody; `none`: no lock there. Up to two spares are used, and what
    // is left over goes to `free`.
    struct Spares {
        RecordLock* records[2] = {};
    };
    void apply(const RecordLock& wanted, bool none, Spares& spares, IntrusiveList<RecordLock>& free);
    // All of an owner's. False: it had none.
    bool remove_all(const void* owner, IntrusiveList<RecordLock>& free);
    template <class F>
    void for_each(F&& f) {
        for (RecordLock& lock : locks_) {
            f(lock);
        }
    }

private:
    void insert(RecordLock& lock);
    IntrusiveList<RecordLock> locks_;  // by their first byte
};

}  // namespace phx::fs
