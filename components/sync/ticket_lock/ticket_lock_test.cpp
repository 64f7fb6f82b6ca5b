#include <sync/ticket_lock/ticket_lock.hpp>

#include <gtest/gtest.h>

#include <sync/interfaces/no_lock.hpp>
#include <sync/interfaces/spin_lock_conformance.hpp>

namespace phx::sync {
namespace {

INSTANTIATE_TYPED_TEST_SUITE_P(TicketLock, SpinLockConformance, TicketLock);
INSTANTIATE_TYPED_TEST_SUITE_P(NoLock, SpinLockConformance, NoLock);

}  // namespace
}  // namespace phx::sync
