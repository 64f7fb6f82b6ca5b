// getrlimit(2), getrusage(2), times(2), prctl(2).
#pragma once

#include <cstdint>

#include <base/result.hpp>
#include <base/user.hpp>
#include <task/interfaces/process.hpp>

namespace phx::task {

// uapi struct rlimit64, struct tms.
struct LimitPair {
    std::uint64_t soft;
    std::uint64_t hard;
};
struct Times {
    std::int64_t user, system, children_user, children_system;
};

class LimitCalls {
public:
    constexpr LimitCalls() = default;

    Result<void> sys_prlimit64(Pid pid, std::uint32_t which, UserPtr<const LimitPair> wanted, UserPtr<LimitPair> before);
    // Unlike prlimit64 these have no use for null.
    Result<void> sys_getrlimit(std::uint32_t which, UserPtr<LimitPair> to) { return to.is_null() ? Errno::fault : sys_prlimit64(0, which, {}, to); }
    Result<void> sys_setrlimit(std::uint32_t which, UserPtr<const LimitPair> from) {
        return from.is_null() ? Errno::fault : sys_prlimit64(0, which, from, {});
    }
    Result<void> sys_getrusage(int who, UserPtr<void> to);
    Result<std::int64_t> sys_times(UserPtr<Times> to);
    Result<std::int64_t> sys_prctl(int option, std::uint64_t a, std::uint64_t b, std::uint64_t c, std::uint64_t d);

private:
    Result<std::int64_t> prctl_credentials(int option, std::uint64_t a, std::uint64_t b, std::uint64_t rest);
};

}  // namespace phx::task
