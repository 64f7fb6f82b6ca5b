// futex(2)
#include <arch/thread_head.hpp>
#include <linux/futex.h>
#include <linux/time_types.h>
#include <ports/futexes.hpp>
#include <task/futexes/futexes.hpp>
#include <vm/user_memory/user_memory.hpp>

namespace phx::task {
namespace {

constexpr std::int64_t k_second = 1'000'000'000;
constexpr std::int64_t k_ever = INT64_MAX;  // such a deadline never comes

Result<std::int64_t> read_time(UserPtr<void> from) {
    const auto time = TRY(vm::read(from.as<const __kernel_timespec>()));
    if (time.tv_sec < 0 || time.tv_nsec < 0 || time.tv_nsec >= k_second) {
        return Errno::inval;
    }
    return time.tv_sec >= k_ever / k_second ? k_ever : time.tv_sec * k_second + time.tv_nsec;
}

[[nodiscard]] bool is_known(std::uint32_t command) {
    switch (command) {
    case FUTEX_WAIT:
    case FUTEX_WAKE:
    case FUTEX_REQUEUE:
    case FUTEX_CMP_REQUEUE:
    case FUTEX_WAKE_OP:
    case FUTEX_WAIT_BITSET:
    case FUTEX_WAKE_BITSET:
        return true;
    default:
        return false;
    }
}

}  // namespace

// FUTEX_WAIT says how long, by the monotonic clock; FUTEX_WAIT_BITSET until when.
Result<FutexTable::Limit> FutexTable::limit_of(std::uint32_t command, bool is_realtime, UserPtr<void> timeout) {
    if (timeout.is_null()) {
        return Limit{};
    }
    auto* clocks = ports::futexes::clocks();
    if (clocks == nullptr) {
        return Errno::nosys;
    }
    const std::int64_t time = TRY(read_time(timeout));
    const std::int64_t now = clocks->monotonic().count();
    std::int64_t base = 0;
    if (command == FUTEX_WAIT) {
        base = now;
    } else if (is_realtime) {
        base = now - clocks->realtime().count();
    }
    const std::int64_t deadline = time == k_ever || (base > 0 && time > k_ever - base) ? k_ever : time + base;
    return Limit{.exists = true, .deadline = Nanoseconds{deadline}};
}

Result<std::int64_t> FutexTable::sys_futex(FutexWord word, std::uint32_t operation, std::uint32_t value, UserPtr<void> timeout, FutexWord second,
                                           std::uint32_t third_value) {
    const std::uint32_t command = operation & FUTEX_CMD_MASK;
    const bool is_private = (operation & FUTEX_PRIVATE_FLAG) != 0;
    const bool is_realtime = (operation & FUTEX_CLOCK_REALTIME) != 0;
    if (command == FUTEX_WAKE && !is_realtime) [[likely]] {
        return std::int64_t{wake_key(TRY(key_of(word, is_private)), value, k_any)};
    }
    if (!is_known(command) || (is_realtime && command != FUTEX_WAIT_BITSET)) {
        return Errno::nosys;
    }
    const auto second_value = static_cast<std::uint32_t>(timeout.address().value());
    switch (command) {
    case FUTEX_WAIT:
    case FUTEX_WAIT_BITSET: {
        const Limit limit = TRY(limit_of(command, is_realtime, timeout));
        const std::uint32_t bits = command == FUTEX_WAIT ? k_any : third_value;
        return bits != 0 ? wait_restartably(word, value, bits, is_private, limit) : Errno::inval;
    }
    case FUTEX_WAKE_BITSET:
        return third_value != 0 ? Result<std::int64_t>{wake_key(TRY(key_of(word, is_private)), value, third_value)} : Errno::inval;
    case FUTEX_REQUEUE:
        return requeue(word, second, value, second_value, nullptr, is_private);
    case FUTEX_CMP_REQUEUE:
        return requeue(word, second, value, second_value, &third_value, is_private);
    default:
        return wake_op(word, second, value, second_value, third_value, is_private);
    }
}

// Without a limit the call is simply made again; with one it goes on until that.
Result<std::int64_t> FutexTable::wait_restartably(FutexWord word, std::uint32_t expected, std::uint32_t bits, bool is_private, const Limit& limit) {
    const Result<void> waited = wait(word, expected, bits, is_private, limit);
    if (waited) {
        return 0;
    }
    auto* signals = ports::futexes::signals();
    if (waited.error() != Errno::restart_sys || !limit.exists) {
        return waited.error();
    }
    if (signals == nullptr) {
        return Errno::intr;
    }
    return signals->restart_later({.function = &go_on,
                                   .words = {word.address().value(), expected, bits, is_private ? std::uint64_t{1} : 0,
                                             static_cast<std::uint64_t>(limit.deadline.count())}});
}

Result<std::int64_t> FutexTable::go_on(const RestartBlock& block) {
    return ports::futexes::self().wait_restartably(FutexWord{block.words[0]}, static_cast<std::uint32_t>(block.words[1]),
                                                   static_cast<std::uint32_t>(block.words[2]), block.words[3] != 0,
                                                   {.exists = true, .deadline = Nanoseconds{static_cast<std::int64_t>(block.words[4])}});
}

}  // namespace phx::task
