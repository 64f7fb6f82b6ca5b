// Locks whose owner ends without giving them up: get_robust_list(2), Linux Documentation/locking/robust-futex-ABI.rst.
#include <linux/capability.h>
#include <linux/futex.h>
#include <ports/futexes.hpp>
#include <task/futexes/futexes.hpp>
#include <vm/user_memory/user_memory.hpp>

namespace phx::task {
namespace {

// A pointer in the list. Its lowest bit says that the lock is one with priority inheritance.
struct Entry {
    std::uint64_t address = 0;
    bool inherits = false;
};

Result<Entry> read_entry(std::uint64_t from) {
    const std::uint64_t word = TRY(vm::read(UserPtr<const std::uint64_t>{from}));
    return Entry{word & ~std::uint64_t{1}, (word & 1) != 0};
}

}  // namespace

Result<void> FutexTable::sys_set_robust_list(UserPtr<void> head, std::size_t size) {
    if (size != sizeof(robust_list_head)) {
        return Errno::inval;
    }
    current_user().robust_list = head;
    return {};
}

Result<void> FutexTable::sys_get_robust_list(Pid pid, UserPtr<std::uint64_t> head, UserPtr<std::uint64_t> size) {
    UserThread& self = current_user();
    std::uint64_t list = self.robust_list.address().value();
    if (pid != 0) {
        const Ref<UserThread> thread = ports::futexes::processes().find_thread(pid);
        if (!thread) {
            return Errno::srch;
        }
        // As ptrace(2) would allow.
        const Credentials& own = *self.credentials.load(std::memory_order_relaxed);
        const SpinGuard guard{thread->process->lock};
        const Credentials& its = *thread->credentials.load(std::memory_order_relaxed);
        const bool is_same = own.uid == its.uid && own.uid == its.euid && own.uid == its.suid && own.gid == its.gid && own.gid == its.egid &&
                             own.gid == its.sgid;
        if (thread->process != self.process && !is_same && !own.has(CAP_SYS_PTRACE)) {
            return Errno::perm;
        }
        list = thread->robust_list.address().value();
    }
    TRY(vm::write(size, sizeof(robust_list_head)));
    return vm::write(head, list);
}

// The list may say anything, also something that has no end.
void FutexTable::leave_memory(UserThread& thread) {
    const std::uint64_t head = std::exchange(thread.robust_list, {}).address().value();
    if (head == 0) {
        return;
    }
    const Result<Entry> first = read_entry(head + offsetof(robust_list_head, list));
    const Result<std::int64_t> offset = vm::read(UserPtr<const std::int64_t>{head + offsetof(robust_list_head, futex_offset)});
    const Result<Entry> pending = read_entry(head + offsetof(robust_list_head, list_op_pending));
    if (!first || !offset || !pending) {
        return;
    }
    const auto word_of = [&](const Entry& entry) { return FutexWord{entry.address + static_cast<std::uint64_t>(*offset)}; };
    Entry entry = *first;
    for (int i = 0; i < ROBUST_LIST_LIMIT && entry.address != head + offsetof(robust_list_head, list); ++i) {
        const Result<Entry> next = read_entry(entry.address);  // before the lock is somebody else's
        if (entry.address != pending->address && !give_up(word_of(entry), thread.tid, entry.inherits, false)) {
            return;
        }
        if (!next) {
            return;
        }
        entry = *next;
    }
    if (pending->address != 0) {
        give_up(word_of(*pending), thread.tid, pending->inherits, true);
    }
}

// False: the word cannot be had.
bool FutexTable::give_up(FutexWord word, Pid tid, bool inherits, bool is_pending) {
    Result<std::uint32_t> value = vm::load_word(word);
    for (;;) {
        if (!value) {
            return false;
        }
        if (is_pending && !inherits && *value == 0) {
            wake(word, 1);  // it was being given up, and perhaps nobody was told yet
            return true;
        }
        if ((*value & FUTEX_TID_MASK) != static_cast<std::uint32_t>(tid)) {
            return true;
        }
        const Result<std::uint32_t> seen = vm::exchange_word(word, *value, (*value & FUTEX_WAITERS) | FUTEX_OWNER_DIED);
        if (seen && *seen == *value) {
            break;
        }
        value = seen;
    }
    if (!inherits && (*value & FUTEX_WAITERS) != 0) {
        wake(word, 1);
    }
    return true;
}

}  // namespace phx::task
