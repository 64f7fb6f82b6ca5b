#include <log/kernel_messages/followers.hpp>

#include <array>
#include <optional>

#include <linux/poll.h>
#include <log/interfaces/log.hpp>
#include <ports/kernel_messages.hpp>

namespace phx::log {
namespace {

[[nodiscard]] std::optional<Record> next(std::uint64_t sequence) {
    std::array<char, 1> text;
    return ports::kernel_messages::log().source().next(sequence, text);
}

}  // namespace

void Followers::join(std::uint64_t sequence) {
    if (count_.fetch_add(1, std::memory_order_relaxed) == 0) {
        seen_.store(sequence, std::memory_order_relaxed);
        ports::kernel_messages::timers().arm(*this, Nanoseconds{});  // at once: it knows what time it is
    }
}

Result<void> Followers::wait(std::uint64_t sequence) {
    SpinGuard guard{lock_};
    return waiters_.wait_interruptible(guard, [sequence] { return next(sequence).has_value(); }) ? Result<void>{} : Errno::restart_sys;
}

void Followers::on_expired(Nanoseconds now) {
    std::uint64_t seen = seen_.load(std::memory_order_relaxed);
    bool more = false;
    while (const auto record = next(seen)) {
        seen = record->sequence + 1;
        more = true;
    }
    if (more) {
        seen_.store(seen, std::memory_order_relaxed);
        {
            SpinGuard guard{lock_};
            waiters_.wake_all(guard);
        }
        source_.notify(POLLIN | POLLRDNORM);
    }
    if (count_.load(std::memory_order_relaxed) != 0) {
        ports::kernel_messages::timers().arm(*this, now + k_period);
    }
}

}  // namespace phx::log
