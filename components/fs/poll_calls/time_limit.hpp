// How long a call may wait, and what it tells of the rest. Within poll_calls only.
#pragma once

#include <cstdint>

#include <base/result.hpp>
#include <base/types.hpp>
#include <base/user.hpp>
#include <linux/time_types.h>
#include <task/interfaces/signal.hpp>

namespace phx::fs {

// From a program's timespec; null: for ever.
class TimeLimit {
public:
    // EFAULT, EINVAL
    static Result<TimeLimit> read(UserPtr<__kernel_timespec> from);

    [[nodiscard]] bool is_over() const;
    [[nodiscard]] bool is_zero() const { return !from_.is_null() && deadline_ == start_; }
    [[nodiscard]] Nanoseconds deadline() const { return deadline_; }
    // What is left goes back to the program; false: it cannot be written to, so the call must not be started again.
    [[nodiscard]] bool tell_rest() const;

private:
    UserPtr<__kernel_timespec> from_;
    Nanoseconds start_;
    Nanoseconds deadline_{INT64_MAX};
};

// The running thread's signal mask for as long as this lives; null: its own.
class BorrowedMask {
public:
    BorrowedMask() = default;
    BorrowedMask(const BorrowedMask&) = delete;
    BorrowedMask& operator=(const BorrowedMask&) = delete;

    // EFAULT, EINVAL: `size` is not a signal set's
    Result<void> borrow(UserPtr<const task::SignalSet> from, std::size_t size);
    // Unless a signal ended the call, whose handler is to run first.
    void give_back(bool interrupted);

private:
    bool borrowed_ = false;
};

// What a call gives in the end: the rest of the time is told, the mask given back (Linux fs/select.c, poll_select_finish).
template <class T>
Result<T> finish(Result<T> result, const TimeLimit& limit, BorrowedMask& mask) {
    const bool interrupted = !result && result.error() == Errno::restart_no_hand;
    mask.give_back(interrupted);
    if (!limit.tell_rest() && interrupted) {
        return Errno::intr;
    }
    return result;
}

}  // namespace phx::fs
