#include <time/interfaces/clocks_conformance.hpp>
#include <time/interfaces/fake_clocks/fake_clocks.hpp>

namespace phx::time {
namespace {

struct FakeTraits {
    using Provider = FakeClocks;

    FakeClocks& ready() { return clocks_; }
    void advance(Nanoseconds by) { clocks_.advance(by); }

private:
    FakeClocks clocks_;
};
INSTANTIATE_TYPED_TEST_SUITE_P(Fake, ClocksConformance, FakeTraits);

}  // namespace
}  // namespace phx::time
