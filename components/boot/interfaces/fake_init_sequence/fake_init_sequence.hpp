// A start-up of at most one step, which fails as a test says.
#pragma once

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

    void fail(const InitStep& step, Errno error) { failure_.emplace(step, error); }
    void reset() { failure_.reset(); }

private:
    std::optional<std::pair<InitStep, Errno>> failure_;
};

}  // namespace phx::boot
