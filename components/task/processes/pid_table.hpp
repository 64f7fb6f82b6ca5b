// Who has which number. Threads, process groups and sessions share one space of them; a number is not given again while any has it.
#pragma once

#include <array>
#include <cstdint>

#include <base/result.hpp>
#include <params/processes.hpp>
#include <task/interfaces/process.hpp>

namespace phx::task {

// Its owner guards it.
class PidTable {
public:
    struct Entry {
        UserThread* thread = nullptr;  // whose number it is: a process's leader, or another thread
        ProcessGroup* group = nullptr;
        Session* session = nullptr;

        [[nodiscard]] bool is_used() const { return thread != nullptr || group != nullptr || session != nullptr; }
    };
    static constexpr Pid k_end = static_cast<Pid>(params::processes::max_pid);
    // When the numbers have been through once, they begin here again, as in Linux: those before stay with what the system began with.
    static constexpr Pid k_first_again = 300;

    constexpr PidTable() = default;

    // The next number after the one given last that nobody has. EAGAIN: there is none; ENOMEM.
    Result<Pid> allocate();
    // EEXIST; EINVAL: out of range; ENOMEM.
    Result<void> allocate_exactly(Pid pid);
    // Of a number that was allocated, or 0, which always is. Null: it is not.
    [[nodiscard]] Entry* find(Pid pid) {
        const auto index = static_cast<std::uint32_t>(pid);
        if (index >= static_cast<std::uint32_t>(k_end)) {
            return nullptr;
        }
        Leaf* const leaf = leaves_[index / k_leaf];
        return leaf != nullptr && (leaf->used >> index % k_leaf & 1) != 0 ? &leaf->entries[index % k_leaf] : nullptr;
    }
    // Gives the number back if nobody has it any more, and it was not given back already.
    void release(Pid pid);
    // The lowest allocated number that is not below, 0 not counted; 0: none.
    [[nodiscard]] Pid next(Pid from) const;
    [[nodiscard]] Pid last() const { return last_; }

    // Makes number 0. Once, before anything else.
    Result<void> init();

private:
    static constexpr std::uint32_t k_leaf = 64;
    struct Leaf {
        std::uint64_t used = 0;
        std::array<Entry, k_leaf> entries{};
    };
    static constexpr std::uint32_t k_leaves = (static_cast<std::uint32_t>(k_end) + k_leaf - 1) / k_leaf;

    [[nodiscard]] Pid find_free(Pid from, Pid end) const;
    Result<void> take(Pid pid);

    std::array<Leaf*, k_leaves> leaves_{};
    Pid last_ = 0;
};

}  // namespace phx::task
