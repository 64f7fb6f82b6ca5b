// A ticket lock: CPUs are served in the order in which they came.
#pragma once

#include <sync/interfaces/lock_class.hpp>
#include <sync/tickets.hpp>

namespace phx::sync {

class TicketLock : public Tickets {
public:
    static constexpr bool excludes_cpus = true;

    constexpr TicketLock() = default;  // the graph's instance, which nobody takes
    constexpr explicit TicketLock(const LockClass&) {}
};

}  // namespace phx::sync
