#include <fs/interfaces/poll.hpp>

namespace phx::fs {

void PollSource::attach(PollWatch& watch) {
    const SpinGuard guard{lock_};
    watches_.push_back(watch);
    watched_.store(true, std::memory_order_relaxed);
    // Between this store and the look at the file that follows; its counterpart is in notify(): one of the two sees the other.
    std::atomic_thread_fence(std::memory_order_seq_cst);
}

void PollSource::detach(PollWatch& watch) {
    const SpinGuard guard{lock_};
    if (watch.is_linked()) {
        IntrusiveList<PollWatch>::remove(watch);
    }
    watched_.store(!watches_.empty(), std::memory_order_relaxed);
}

void PollSource::tell(PollEvents events) {
    const SpinGuard guard{lock_};
    for (PollWatch& watch : watches_) {
        watch.on_events(events);
    }
}

}  // namespace phx::fs
