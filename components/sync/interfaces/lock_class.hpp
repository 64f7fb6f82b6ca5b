// What locks of one kind have in common: their name, and their place in the order in which locks nest.
#pragma once

#include <cstdint>

namespace phx::sync {

// A lock may be taken while only locks of smaller ranks are held. Components have theirs from <locks/COMPONENT.hpp>, where the locks are that
// their manifest declares; nobody else can make one, but tests (test_lock_class.hpp).
struct LockClass {
    const char* name;
    std::uint16_t rank;  // 0: none, that of a test; its order is learnt

private:
    friend struct DeclaredLocks;
    friend struct TestLockClass;
    friend struct LearntLockClass;
    constexpr LockClass(const char* its_name, std::uint16_t its_rank) : name{its_name}, rank{its_rank} {}
};

}  // namespace phx::sync
