#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "planned_timers_test.hpp"

namespace phx::time {
namespace {

RC_GTEST_PROP(TimerQueueProperty, BehavesLikeAMultimapForEachCpu, ()) {
    planned::run(*rc::gen::inRange(1U, types::CpuModel::max_cpus + 1));
}

}  // namespace
}  // namespace phx::time
