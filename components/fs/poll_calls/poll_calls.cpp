#include <fs/poll_calls/poll_calls.hpp>

#include <algorithm>
#include <optional>
#include <span>

#include <fs/poll_calls/poll_wait.hpp>
#include <fs/poll_calls/time_limit.hpp>
#include <arch/resource_abi.hpp>
#include <memory/interfaces/context.hpp>
#include <ports/poll_calls.hpp>
#include <task/interfaces/process.hpp>
#include <vm/user_memory/user_memory.hpp>

namespace phx::fs {
namespace {

[[nodiscard]] Nanoseconds now() { return ports::poll_calls::clock().now(); }

[[nodiscard]] bool is_called() { return (arch::current()->user_work.load(std::memory_order_relaxed) & arch::k_signal_pending) != 0; }

// The program's array: on the stack, or elsewhere if it is long.
class PollFds {
public:
    static constexpr std::size_t k_inline = 16;

    PollFds() = default;
    PollFds(const PollFds&) = delete;
    PollFds& operator=(const PollFds&) = delete;
    ~PollFds() {
        if (memory_ != nullptr) {
            ports::poll_calls::heap().free(memory_, all_.size_bytes());
        }
    }
    Result<void> read(UserPtr<pollfd> from, std::uint32_t count) {
        if (count > k_inline) {
            memory_ = TRY(memory::allocate(ports::poll_calls::heap(), count * sizeof(pollfd), alignof(pollfd), memory::MaySleep{}));
            all_ = {static_cast<pollfd*>(memory_), count};
        } else {
            all_ = std::span{inline_}.first(count);
        }
        return vm::copy_in(all_.data(), from.address(), all_.size_bytes());
    }
    [[nodiscard]] std::span<pollfd> all() const { return all_; }

private:
    std::array<pollfd, k_inline> inline_;
    std::span<pollfd> all_;
    void* memory_ = nullptr;
};

// How many have something to tell. With `wait`, they are waited for from now on.
[[nodiscard]] std::int64_t look(std::span<pollfd> fds, PollWait* wait) {
    auto& descriptors = ports::poll_calls::descriptors();
    std::int64_t ready = 0;
    for (pollfd& each : fds) {
        PollEvents events = 0;
        if (each.fd >= 0) {
            const PollEvents wanted = static_cast<std::uint16_t>(each.events) | POLLERR | POLLHUP;
            const HeldFile file = descriptors.get(each.fd);
            events = !file ? POLLNVAL : wait != nullptr ? wait->add(file.share(), wanted) : file->poll(nullptr) & wanted;
        }
        each.revents = static_cast<short>(events);
        ready += events != 0 ? 1 : 0;
    }
    return ready;
}

Result<std::int64_t> poll(std::span<pollfd> fds, const TimeLimit& limit) {
    if (const std::int64_t ready = look(fds, nullptr); ready != 0 || limit.is_zero()) {
        return ready;
    }
    PollWait wait;
    std::int64_t ready = look(fds, &wait);
    for (;;) {
        if (ready != 0) {
            return ready;
        }
        if (wait.error() != Errno{}) {
            return wait.error();
        }
        if (is_called()) {
            return Errno::restart_no_hand;
        }
        const WaitEnd end = wait.wait(limit.deadline());
        ready = look(fds, nullptr);
        if (end == WaitEnd::timed_out) {
            return ready;
        }
    }
}

}  // namespace

// --- limits and masks

Result<TimeLimit> TimeLimit::read(UserPtr<__kernel_timespec> from) {
    TimeLimit limit;
    if (from.is_null()) {
        return limit;
    }
    const __kernel_timespec time = TRY(vm::read(from));
    if (time.tv_sec < 0 || time.tv_nsec < 0 || time.tv_nsec >= 1'000'000'000) {
        return Errno::inval;
    }
    limit.from_ = from;
    limit.start_ = now();
    std::int64_t span = 0;
    std::int64_t end = 0;
    const bool too_far = __builtin_mul_overflow(time.tv_sec, std::int64_t{1'000'000'000}, &span) || __builtin_add_overflow(span, time.tv_nsec, &span) ||
                         __builtin_add_overflow(limit.start_.count(), span, &end);
    limit.deadline_ = Nanoseconds{too_far ? INT64_MAX : end};
    return limit;
}

bool TimeLimit::tell_rest() const {
    if (from_.is_null()) {
        return true;
    }
    const std::int64_t rest = is_zero() ? 0 : std::max<std::int64_t>((deadline_ - now()).count(), 0);
    return static_cast<bool>(vm::write(from_, __kernel_timespec{.tv_sec = rest / 1'000'000'000, .tv_nsec = rest % 1'000'000'000}));
}

Result<void> BorrowedMask::borrow(UserPtr<const task::SignalSet> from, std::size_t size) {
    if (from.is_null()) {
        return {};
    }
    if (size != sizeof(task::SignalSet)) {
        return Errno::inval;
    }
    const task::SignalSet mask = TRY(vm::read(from));
    if (auto* signals = ports::poll_calls::signals()) {
        signals->borrow_mask(mask);
        borrowed_ = true;
    }
    return {};
}

void BorrowedMask::give_back(bool interrupted) {
    if (auto* signals = ports::poll_calls::signals(); signals != nullptr && borrowed_ && !interrupted) {
        signals->give_back_mask();
    }
}

// --- the call

Result<std::int64_t> PollCalls::sys_ppoll(UserPtr<pollfd> from, std::uint32_t count, UserPtr<__kernel_timespec> timeout,
                                          UserPtr<const task::SignalSet> set, std::size_t set_size) {
    const TimeLimit limit = TRY(TimeLimit::read(timeout));
    if (count > task::current_process().limits[RLIMIT_NOFILE].soft) {
        return Errno::inval;
    }
    BorrowedMask mask;
    TRY(mask.borrow(set, set_size));
    PollFds fds;
    const Result<void> read = fds.read(from, count);
    Result<std::int64_t> ready = read ? poll(fds.all(), limit) : Result<std::int64_t>{read.error()};
    if (ready) {
        for (std::uint32_t i = 0; i < count; ++i) {
            const UserAddr place = (from + i).address() + offsetof(pollfd, revents);
            if (!vm::copy_out(place, &fds.all()[i].revents, sizeof(short))) {
                return finish(Result<std::int64_t>{Errno::fault}, limit, mask);
            }
        }
    }
    return finish(ready, limit, mask);
}

}  // namespace phx::fs
