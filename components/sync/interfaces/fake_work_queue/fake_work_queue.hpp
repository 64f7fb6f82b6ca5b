// Work that is done when a test says so.
#pragma once

#include <algorithm>
#include <utility>
#include <vector>

#include <sync/interfaces/work_queue.hpp>

namespace phx::sync {

class FakeWorkQueue {
public:
    constexpr FakeWorkQueue() = default;

    bool schedule(Work& work) {
        if (std::exchange(work.place().pending, true)) {
            return false;
        }
        pending_.push_back(&work);
        return true;
    }
    Result<void> schedule_delayed(DelayedWork& work, Nanoseconds deadline) {
        work.set_deadline(deadline);
        if (std::ranges::find(delayed_, &work) == delayed_.end()) {
            delayed_.push_back(&work);
        }
        return {};
    }
    void flush(Work& work) {
        if (work.place().pending) {
            run(work);
        }
    }
    bool cancel_sync(Work& work) { return std::exchange(work.place().pending, false) && std::erase(pending_, &work) != 0; }
    bool cancel_sync(DelayedWork& work) {
        const bool was_delayed = std::erase(delayed_, &work) != 0;
        return cancel_sync(static_cast<Work&>(work)) || was_delayed;
    }
    WorkStatistics statistics() { return {done_, 1, 0}; }

    [[nodiscard]] std::size_t pending() const { return pending_.size(); }
    // What is pending now, and what becomes so on the way.
    void run_all() {
        while (!pending_.empty()) {
            run(*pending_.front());
        }
    }
    // Delayed work becomes pending.
    void set_now(Nanoseconds now) {
        for (DelayedWork* work : std::exchange(delayed_, {})) {
            if (work->deadline() <= now) {
                schedule(*work);
            } else {
                delayed_.push_back(work);
            }
        }
    }

private:
    void run(Work& work) {
        cancel_sync(work);
        ++done_;
        work.run();
    }

    std::vector<Work*> pending_;
    std::vector<DelayedWork*> delayed_;
    std::uint64_t done_ = 0;
};

}  // namespace phx::sync
