// What the component's own files share: short ways to its ports, and taking translations away in batches.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>

#include <base/panic.hpp>
#include <ports/virtual_memory.hpp>
#include <vm/virtual_memory/address_space.hpp>

namespace phx::vm {

[[nodiscard]] inline auto& tables() { return ports::virtual_memory::tables(); }
[[nodiscard]] inline auto& frames() { return ports::virtual_memory::frames(); }

using Tables = std::remove_reference_t<decltype(ports::virtual_memory::tables())>;
using Entry = Tables::Entry;

inline constexpr std::uint64_t k_table_size = Tables::entries * k_page_size;  // what one last-level table translates

// Up to where the table that translates `at` goes, at most `end`.
[[nodiscard]] inline UserAddr end_of_table(UserAddr at, UserAddr end) { return std::min(end, at.aligned_down(k_table_size) + k_table_size); }

// Translations that are being taken away: their frames go back only once no CPU can reach them any more. One invalidation for a whole batch. With the
// space's tables_lock held, from the first entry to the end of its scope.
class Removal {
public:
    explicit Removal(AddressSpace& space) : space_{space} {}
    ~Removal() { flush(); }
    Removal(const Removal&) = delete;
    Removal& operator=(const Removal&) = delete;

    static constexpr std::size_t k_batch = 48;

    void take(UserAddr at, Entry& entry) {
        const Translation was = entry.get();
        entry.clear();
        if (was.rights != Rights::none) {
            changed(at);
        }
        if (was.kind != PageKind::lasting) {
            space_.count(was.kind, -1);
            frames_[count_++] = was.frame;
            if (count_ == frames_.size()) {
                flush();
            }
        }
    }
    // An entry has lost rights.
    void changed(UserAddr at) {
        begin_ = end_ == UserAddr{} ? at : std::min(begin_, at);
        end_ = std::max(end_, at + k_page_size);
    }

private:
    void flush() {
        if (end_ != UserAddr{}) {
            tables().invalidate(space_.table, begin_, end_ - begin_);
            end_ = {};
        }
        for (std::size_t i = 0; i < count_; ++i) {
            frames().release(frames_[i]);
        }
        count_ = 0;
    }

    AddressSpace& space_;
    UserAddr begin_;
    UserAddr end_;  // 0: nothing to invalidate
    std::array<Frame, k_batch> frames_;
    std::size_t count_ = 0;
};

// Calls f(address, entry, removal) for each translation of the range, ascending; the lock of the page tables is held for one of these at a time.
template <class F>
void for_each_entry(AddressSpace& space, UserAddr begin, UserAddr end, F f) {
    for (UserAddr at = begin;;) {
        const SpinGuard guard{space.tables_lock};
        Entry* entry = tables().seek(space.table, at, end);
        if (entry == nullptr) {
            return;
        }
        Removal removal{space};
        for (const UserAddr stop = end_of_table(at, end); at < stop; at += k_page_size, ++entry) {
            if (!entry->is_empty()) {
                f(at, *entry, removal);
            }
        }
    }
}

}  // namespace phx::vm
