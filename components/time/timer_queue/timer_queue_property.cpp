#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "planned_timers_test.hpp"

namespace phx::time {
namespace {

RC_GTEST_PROP(TimerQueueProperty, BehavesLikeAMultimap, ()) {
    planned::run(1);
}

}  // namespace
}  // namespace phx::time
