#include <array>

#include <base/format.hpp>
#include <base/panic.hpp>
#include <sync/rw_lock.hpp>
#include <task/interfaces/thread.hpp>

namespace phx {

// Readers up to the next writer, or that writer.
void RwMutex::hand_over() {
    while (auto* const waiter = queue_.front()) {
        if (writer_ != nullptr || (waiter->wish == write && readers_ != 0)) {
            return;
        }
        if (waiter->wish == write) {
            writer_ = waiter->head;
        } else {
            ++readers_;
        }
        queue_.give(*waiter);
    }
}

void RwMutex::lock_shared() {
    SpinGuard guard{lock_};
    if (writer_ == nullptr && queue_.empty()) {
        ++readers_;
        return;
    }
    sync::HandoffQueue::Waiter waiter;
    waiter.wish = read;
    queue_.push(waiter);
    queue_.wait(guard, waiter);
}

void RwMutex::lock() {
    SpinGuard guard{lock_};
    if (writer_ == nullptr && readers_ == 0 && queue_.empty()) {
        writer_ = arch::current();
        return;
    }
    sync::HandoffQueue::Waiter waiter;
    waiter.wish = write;
    queue_.push(waiter);
    queue_.wait(guard, waiter);
}

bool RwMutex::try_lock_shared() {
    const SpinGuard guard{lock_};
    if (writer_ != nullptr || !queue_.empty()) {
        return false;
    }
    ++readers_;
    return true;
}

bool RwMutex::try_lock() {
    const SpinGuard guard{lock_};
    if (writer_ != nullptr || readers_ != 0 || !queue_.empty()) {
        return false;
    }
    writer_ = arch::current();
    return true;
}

void RwMutex::unlock_shared() {
    {
        const SpinGuard guard{lock_};
        ASSERT(readers_ != 0);
        if (--readers_ == 0) {
            hand_over();
        }
    }
    sync::run_unparked();
}

void RwMutex::check_writer(const char* what) {
    if (!is_mine()) {
        std::array<char, 120> text;
        panic(format_to(text, "rw mutex {} {} by a thread that does not hold it for writing", queue_.name(), what));
    }
}

void RwMutex::unlock() {
    {
        const SpinGuard guard{lock_};
        check_writer("unlocked");
        writer_ = nullptr;
        hand_over();
    }
    sync::run_unparked();
}

void RwMutex::downgrade() {
    {
        const SpinGuard guard{lock_};
        check_writer("downgraded");
        writer_ = nullptr;
        ++readers_;
        hand_over();
    }
    sync::run_unparked();
}

std::uint32_t RwMutex::readers() {
    const SpinGuard guard{lock_};
    return readers_;
}

task::Thread* RwMutex::writer() {
    const SpinGuard guard{lock_};
    return static_cast<task::Thread*>(writer_);
}

}  // namespace phx
