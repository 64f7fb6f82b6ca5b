#include <task/processes/pid_table.hpp>

#include <bit>

#include <memory/interfaces/context.hpp>
#include <ports/processes.hpp>

namespace phx::task {

Result<void> PidTable::init() { return take(0); }

Result<Pid> PidTable::allocate() {
    Pid pid = find_free(last_ + 1, k_end);
    if (pid == 0) {
        pid = find_free(last_ + 1 < k_first_again ? 1 : k_first_again, last_ + 1);
    }
    if (pid == 0) {
        return Errno::again;
    }
    TRY(take(pid));
    last_ = pid;
    return pid;
}

Result<void> PidTable::allocate_exactly(Pid pid) {
    if (pid < 1 || pid >= k_end) {
        return Errno::inval;
    }
    if (find(pid) != nullptr) {
        return Errno::exist;
    }
    return take(pid);
}

// 0: none.
Pid PidTable::find_free(Pid from, Pid end) const {
    for (Pid pid = from; pid < end;) {
        const auto index = static_cast<std::uint32_t>(pid);
        const Leaf* const leaf = leaves_[index / k_leaf];
        const auto taken = leaf == nullptr ? 0 : static_cast<std::uint32_t>(std::countr_one(leaf->used >> index % k_leaf));
        if (taken < k_leaf - index % k_leaf) {
            pid += static_cast<Pid>(taken);
            return pid < end ? pid : 0;
        }
        pid = static_cast<Pid>((index / k_leaf + 1) * k_leaf);
    }
    return 0;
}

Result<void> PidTable::take(Pid pid) {
    const auto index = static_cast<std::uint32_t>(pid);
    Leaf*& leaf = leaves_[index / k_leaf];
    if (leaf == nullptr) {
        leaf = TRY(memory::create<Leaf>(ports::processes::heap(), memory::Atomic{}));
    }
    leaf->used |= std::uint64_t{1} << index % k_leaf;
    return {};
}

void PidTable::release(Pid pid) {
    const Entry* const entry = find(pid);
    if (pid == 0 || entry == nullptr || entry->is_used()) {
        return;
    }
    const auto index = static_cast<std::uint32_t>(pid);
    Leaf*& leaf = leaves_[index / k_leaf];
    leaf->used &= ~(std::uint64_t{1} << index % k_leaf);
    if (leaf->used == 0) {
        memory::destroy(ports::processes::heap(), std::exchange(leaf, nullptr));
    }
}

Pid PidTable::next(Pid from) const {
    for (std::uint32_t index = from < 1 ? 1 : static_cast<std::uint32_t>(from); index < static_cast<std::uint32_t>(k_end);) {
        const Leaf* const leaf = leaves_[index / k_leaf];
        const std::uint64_t rest = leaf == nullptr ? 0 : leaf->used >> index % k_leaf;
        if (rest != 0) {
            return static_cast<Pid>(index + static_cast<std::uint32_t>(std::countr_zero(rest)));
        }
        index = (index / k_leaf + 1) * k_leaf;
    }
    return 0;
}

}  // namespace phx::task
