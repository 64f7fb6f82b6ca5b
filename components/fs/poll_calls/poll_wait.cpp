#include <fs/poll_calls/poll_wait.hpp>

#include <memory/interfaces/context.hpp>
#include <ports/poll_calls.hpp>

namespace phx::fs {

// Under the source's lock, which keeps the watch, and so its owner, where it is.
void PollWait::Watch::on_events(PollEvents events) {
    if ((events & wanted) == 0) {
        return;
    }
    SpinGuard guard{owner->lock_};
    owner->told_ = true;
    owner->queue_.wake_all(guard);
}

void PollWait::watch(PollSource& source) {
    Watch* watch = nullptr;
    if (used_ < k_inline) {
        watch = &watches_[used_++];
        watch->inline_room = true;
    } else {
        const auto made = memory::create<Watch>(ports::poll_calls::heap(), memory::MaySleep{});
        if (!made) {
            error_ = made.error();
            return;
        }
        watch = *made;
    }
    watch->owner = this;
    watch->source = &source;
    watch->file = *file_;
    watch->wanted = wanted_;
    watch->before = last_;
    last_ = watch;
    source.attach(*watch);
}

PollWait::~PollWait() {
    while (Watch* const watch = last_) {
        last_ = watch->before;
        watch->source->detach(*watch);
        watch->file = {};
        if (!watch->inline_room) {
            memory::destroy(ports::poll_calls::heap(), watch);
        }
    }
}

PollEvents PollWait::add(const Ref<File>& file, PollEvents wanted) {
    file_ = &file;
    wanted_ = wanted;
    return file->poll(this) & wanted;
}

WaitEnd PollWait::wait(Nanoseconds deadline) {
    SpinGuard guard{lock_};
    const auto told = [this]() __attribute__((no_thread_safety_analysis)) { return told_; };
    const WaitEnd end = deadline.count() == INT64_MAX ? (queue_.wait_interruptible(guard, told) ? WaitEnd::woken : WaitEnd::interrupted)
                                                      : queue_.wait_interruptible_until(guard, deadline, told);
    told_ = false;
    return end;
}

}  // namespace phx::fs
