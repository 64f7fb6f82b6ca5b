// The conformance suite again, for ThreadSanitizer.
#include <sync/checked_lock/checked_lock.hpp>

#include <gtest/gtest.h>

#include <sync/interfaces/spin_lock_conformance.hpp>

namespace phx::sync {
namespace {

INSTANTIATE_TYPED_TEST_SUITE_P(CheckedLockRace, SpinLockConformance, CheckedLock);

}  // namespace
}  // namespace phx::sync
