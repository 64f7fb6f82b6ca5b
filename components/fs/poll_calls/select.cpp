// select(2): sets of descriptors as bits.
#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

#include <fs/poll_calls/poll_calls.hpp>
#include <fs/poll_calls/poll_wait.hpp>
#include <fs/poll_calls/time_limit.hpp>
#include <memory/interfaces/context.hpp>
#include <ports/poll_calls.hpp>
#include <task/interfaces/process.hpp>
#include <vm/user_memory/user_memory.hpp>

namespace phx::fs {
namespace {

enum Kind : std::uint8_t { k_read, k_write, k_except, k_kinds };

// Which events count as what (Linux fs/select.c).
constexpr std::array<PollEvents, k_kinds> k_events{POLLRDNORM | POLLRDBAND | POLLIN | POLLHUP | POLLERR, POLLWRBAND | POLLWRNORM | POLLOUT | POLLERR,
                                                   POLLPRI};
constexpr int k_most = 1 << 20;

// What is asked and what is answered, three sets each.
class Sets {
public:
    Sets() = default;
    Sets(const Sets&) = delete;
    Sets& operator=(const Sets&) = delete;
    ~Sets() {
        if (memory_ != nullptr) {
            ports::poll_calls::heap().free(memory_, bytes());
        }
    }

    Result<void> read(int count, const std::array<UserPtr<std::uint64_t>, k_kinds>& from) {
        words_ = (static_cast<std::size_t>(count) + 63) / 64;
        all_ = inline_.data();
        if (2 * k_kinds * words_ > inline_.size()) {
            memory_ = TRY(memory::allocate(ports::poll_calls::heap(), bytes(), 8, memory::MaySleep{}));
            all_ = static_cast<std::uint64_t*>(memory_);
        }
        std::memset(all_, 0, bytes());
        for (std::size_t kind = 0; kind < k_kinds; ++kind) {
            if (!from[kind].is_null()) {
                TRY(vm::copy_in(asked(kind), from[kind].address(), words_ * 8));
                if (count % 64 != 0) {
                    asked(kind)[words_ - 1] &= (std::uint64_t{1} << (count % 64)) - 1;
                }
            }
        }
        return {};
    }
    Result<void> write(const std::array<UserPtr<std::uint64_t>, k_kinds>& to) {
        for (std::size_t kind = 0; kind < k_kinds; ++kind) {
            if (!to[kind].is_null()) {
                TRY(vm::copy_out(to[kind].address(), answered(kind), words_ * 8));
            }
        }
        return {};
    }

    // How many bits are answered; EBADF. With `wait`, all that are asked for are waited for from now on.
    Result<std::int64_t> look(PollWait* wait) {
        std::memset(answered(0), 0, bytes() / 2);
        std::int64_t ready = 0;
        for (std::size_t word = 0; word < words_; ++word) {
            for (std::uint64_t left = asked(k_read)[word] | asked(k_write)[word] | asked(k_except)[word]; left != 0; left &= left - 1) {
                ready += TRY(look_at(word, std::countr_zero(left), wait));
            }
        }
        return ready;
    }

private:
    Result<std::int64_t> look_at(std::size_t word, int bit, PollWait* wait) {
        const HeldFile file = ports::poll_calls::descriptors().get(static_cast<int>(word * 64) + bit);
        if (!file) {
            return Errno::badf;
        }
        PollEvents wanted = 0;
        for (std::size_t kind = 0; kind < k_kinds; ++kind) {
            wanted |= (asked(kind)[word] >> bit & 1) != 0 ? k_events[kind] : 0;
        }
        const PollEvents events = wait != nullptr ? wait->add(file.share(), wanted) : file->poll(nullptr);
        std::int64_t ready = 0;
        for (std::size_t kind = 0; kind < k_kinds; ++kind) {
            if ((asked(kind)[word] >> bit & 1) != 0 && (events & k_events[kind]) != 0) {
                answered(kind)[word] |= std::uint64_t{1} << bit;
                ++ready;
            }
        }
        return ready;
    }

    [[nodiscard]] std::uint64_t* asked(std::size_t kind) const { return all_ + kind * words_; }
    [[nodiscard]] std::uint64_t* answered(std::size_t kind) const { return all_ + (k_kinds + kind) * words_; }
    [[nodiscard]] std::size_t bytes() const { return 2 * k_kinds * words_ * 8; }

    std::array<std::uint64_t, 2 * k_kinds * 4> inline_;
    std::uint64_t* all_ = nullptr;
    std::size_t words_ = 0;
    void* memory_ = nullptr;
};

Result<std::int64_t> select(Sets& sets, const TimeLimit& limit) {
    if (const std::int64_t ready = TRY(sets.look(nullptr)); ready != 0 || limit.is_zero()) {
        return ready;
    }
    PollWait wait;
    std::int64_t ready = TRY(sets.look(&wait));
    for (;;) {
        if (ready != 0) {
            return ready;
        }
        if (wait.error() != Errno{}) {
            return wait.error();
        }
        if ((arch::current()->user_work.load(std::memory_order_relaxed) & arch::k_signal_pending) != 0) {
            return Errno::restart_no_hand;
        }
        const WaitEnd end = wait.wait(limit.deadline());
        ready = TRY(sets.look(nullptr));
        if (end == WaitEnd::timed_out) {
            return ready;
        }
    }
}

Result<std::int64_t> select(int count, const std::array<UserPtr<std::uint64_t>, k_kinds>& places, const TimeLimit& limit) {
    if (count < 0) {
        return Errno::inval;
    }
    Sets sets;
    TRY(sets.read(std::min(count, k_most), places));
    const std::int64_t ready = TRY(select(sets, limit));
    TRY(sets.write(places));
    return ready;
}

}  // namespace

Result<std::int64_t> PollCalls::sys_pselect6(int count, UserPtr<std::uint64_t> read, UserPtr<std::uint64_t> write, UserPtr<std::uint64_t> except,
                                             UserPtr<__kernel_timespec> timeout, UserPtr<const std::uint64_t> argument) {
    BorrowedMask mask;
    std::array<std::uint64_t, 2> place_and_size{};
    if (!argument.is_null()) {
        TRY(vm::copy_in(place_and_size.data(), argument.address(), sizeof place_and_size));
    }
    const TimeLimit limit = TRY(TimeLimit::read(timeout));
    TRY(mask.borrow(UserPtr<const task::SignalSet>{place_and_size[0]}, place_and_size[1]));
    return finish(select(count, {read, write, except}, limit), limit, mask);
}

}  // namespace phx::fs
