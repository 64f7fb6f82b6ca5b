// Classes of locks that no manifest declares. For tests alone: `static constexpr LockClass k_class = sync::TestLockClass::make("held");`
#pragma once

#include <sync/interfaces/lock_class.hpp>

namespace phx::sync {

struct TestLockClass {
    static constexpr LockClass make(const char* name) { return {name, 0}; }
};

}  // namespace phx::sync
