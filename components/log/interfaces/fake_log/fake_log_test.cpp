#include <log/interfaces/fake_log/fake_log.hpp>
#include <log/interfaces/log_conformance.hpp>

namespace phx::log {

INSTANTIATE_TYPED_TEST_SUITE_P(Fake, LogConformance, FakeLog);

}  // namespace phx::log
