#include <time/interfaces/event_timer_conformance.hpp>
#include <time/interfaces/fake_event_timer/fake_event_timer.hpp>

namespace phx::time {
namespace {

struct FakeTraits {
    using Provider = FakeEventTimer;

    FakeEventTimer& ready() { return timer_; }
    [[nodiscard]] Nanoseconds now() const { return now_; }
    unsigned advance(Nanoseconds by) {
        now_ = now_ + by;
        return timer_.fire(now_) ? 1 : 0;
    }

private:
    FakeEventTimer timer_;
    Nanoseconds now_{1'000'000};
};
INSTANTIATE_TYPED_TEST_SUITE_P(Fake, EventTimerConformance, FakeTraits);

}  // namespace
}  // namespace phx::time
