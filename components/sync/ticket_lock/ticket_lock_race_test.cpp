// The conformance suite again, for ThreadSanitizer.
#include <sync/ticket_lock/ticket_lock.hpp>

#include <gtest/gtest.h>

#include <sync/interfaces/spin_lock_conformance.hpp>

namespace phx::sync {
namespace {

INSTANTIATE_TYPED_TEST_SUITE_P(TicketLockRace, SpinLockConformance, TicketLock);

}  // namespace
}  // namespace phx::sync
