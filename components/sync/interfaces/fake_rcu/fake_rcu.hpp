// Grace periods that end when a test says so. For several host threads at once, though it does not look at readers.
#pragma once

#include <mutex>
#include <utility>
#include <vector>

#include <sync/interfaces/rcu.hpp>

namespace phx::sync {

class FakeRcu {
public:
    constexpr FakeRcu() = default;

    // There are no readers but the caller.
    void synchronize() {
        const std::lock_guard guard{mutex_};
        ++statistics_.periods;
    }
    void call(RcuHead& head, RcuFunction function) {
        const std::lock_guard guard{mutex_};
        head.function = function;
        asked_.push_back(&head);
        ++statistics_.calls;
    }
    void barrier() { end_period(); }
    RcuStatistics statistics() { return statistics_; }

    [[nodiscard]] std::size_t pending() const { return asked_.size(); }
    // Calls what was asked for so far.
    void end_period() {
        std::vector<RcuHead*> asked;
        {
            const std::lock_guard guard{mutex_};
            ++statistics_.periods;
            asked = std::exchange(asked_, {});
            statistics_.called += asked.size();
        }
        for (RcuHead* head : asked) {
            head->function(*head);
        }
    }

private:
    std::mutex mutex_;
    std::vector<RcuHead*> asked_;
    RcuStatistics statistics_;
};

}  // namespace phx::sync
