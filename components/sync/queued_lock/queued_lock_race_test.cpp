// The conformance suite again, for ThreadSanitizer.
#include <sync/queued_lock/queued_lock.hpp>

#include <gtest/gtest.h>

#include <sync/interfaces/spin_lock_conformance.hpp>

namespace phx::sync {
namespace {

INSTANTIATE_TYPED_TEST_SUITE_P(QueuedLockRace, SpinLockConformance, QueuedLock);

}  // namespace
}  // namespace phx::sync
