#include <gtest/gtest.h>

#include <base/panic.hpp>
#include <debug/interfaces/fake_panic/fake_panic.hpp>

namespace phx {
namespace {

TEST(Panic, ReachesTheGraphsProvider) {
    try {
        panic("the reason");
        FAIL();
    } catch (const debug::PanicCalled& called) {
        EXPECT_STREQ(called.what(), "the reason");
    }
}

TEST(Assert, StopsWithItsCondition) {
    const int two = 2;
    ASSERT(two == 2);
    try {
        ASSERT(two == 3);
        FAIL();
    } catch (const debug::PanicCalled& called) {
        EXPECT_STREQ(called.what(), "assertion failed: two == 3");
    }
}

}  // namespace
}  // namespace phx
