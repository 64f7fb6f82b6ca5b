#include <time/interfaces/fake_timers/fake_timers.hpp>
#include <time/interfaces/timers_conformance.hpp>

namespace phx::time {
namespace {

struct FakeTraits {
    using Provider = FakeTimers;

    FakeTimers& ready() { return timers_; }
    void set_now(Nanoseconds now) { timers_.set_now(now); }

private:
    FakeTimers timers_;
};
INSTANTIATE_TYPED_TEST_SUITE_P(Fake, TimersConformance, FakeTraits);

}  // namespace
}  // namespace phx::time
