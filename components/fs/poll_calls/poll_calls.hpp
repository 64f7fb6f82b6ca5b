// poll(2) and select(2), by the calls that these are made of.
#pragma once

#include <cstddef>
#include <cstdint>

#include <asm/poll.h>
#include <base/result.hpp>
#include <base/user.hpp>
#include <linux/time_types.h>
#include <task/interfaces/signal.hpp>

namespace phx::fs {

class PollCalls {
public:
    constexpr PollCalls() = default;

    Result<std::int64_t> sys_ppoll(UserPtr<pollfd> fds, std::uint32_t count, UserPtr<__kernel_timespec> limit, UserPtr<const task::SignalSet> mask,
                                   std::size_t mask_size);
    Result<std::int64_t> sys_pselect6(int count, UserPtr<std::uint64_t> read, UserPtr<std::uint64_t> write, UserPtr<std::uint64_t> except,
                                      UserPtr<__kernel_timespec> limit, UserPtr<const std::uint64_t> mask);
};

}  // namespace phx::fs
