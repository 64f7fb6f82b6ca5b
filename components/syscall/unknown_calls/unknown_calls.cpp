#include <syscall/unknown_calls/unknown_calls.hpp>

#include <algorithm>

#include <base/errno.hpp>
#include <ports/unknown_calls.hpp>

namespace phx::syscall {

void UnknownCalls::refuse(arch::UserFrame& frame) {
    const auto number = static_cast<std::uint64_t>(frame.call);
    const auto at = static_cast<std::size_t>(std::min<std::uint64_t>(number, k_counted));
    if (counts_[at].fetch_add(1, std::memory_order_relaxed) == 0) {
        if (const auto log = ports::unknown_calls::log()) {
            log->debug("system call {} is not in this graph (called from {:#x})", frame.call, frame.pc);
        }
    }
    frame.x[0] = static_cast<std::uint64_t>(-static_cast<std::int64_t>(Errno::nosys));
}

}  // namespace phx::syscall
