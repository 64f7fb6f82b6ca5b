// A start-up of at most one step, which fails as a test says.
#pragma once

#include <atomic>
#include <optional>
#include <utility>

#include <boot/interfaces/init_sequence.hpp>

namespace phx::boot {

class FakeInitSequence {
public:
    constexpr FakeInitSequence() = default;

    void run(InitObserver& observer) {
        if (failure_) {
            observer.on_failure(failure_->first, failure_->second);
        }
    }

    void run_cpu(InitObserver& observer) {
        ++cpu_runs_;
        run(observer);
    }

    void fail(const InitStep& step, Errno error) { failure_.emplace(step, error); }
    [[nodiscard]] unsigned cpu_runs() const { return cpu_runs_; }
    void reset() {
        failure_.reset();
        cpu_runs_ = 0;
    }

private:
    std::atomic<unsigned> cpu_runs_{0};
    std::optional<std::pair<InitStep, Errno>> failure_;
};

}  // namespace phx::boot
