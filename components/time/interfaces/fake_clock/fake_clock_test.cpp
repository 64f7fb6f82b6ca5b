#include <time/interfaces/clock_conformance.hpp>
#include <time/interfaces/fake_clock/fake_clock.hpp>

namespace phx::time {
namespace {

struct FakeTraits {
    using Provider = FakeClock;

    FakeClock& ready() { return clock_; }
    void advance(Nanoseconds by) { clock_.advance(by); }

private:
    FakeClock clock_;
};
INSTANTIATE_TYPED_TEST_SUITE_P(Fake, ClockConformance, FakeTraits);

}  // namespace
}  // namespace phx::time
