#include <sched/run_list/run_list.hpp>

#include <vector>

#include <gtest/gtest.h>

#include <sched/run_list/published.hpp>

namespace phx::sched {
namespace {

struct Item : RunLink {};

std::vector<Item*> items(RunList<Item>& list) {
    std::vector<Item*> found;
    for (Item* item = list.first(); item != nullptr; item = list.next(*item)) {
        found.push_back(item);
    }
    return found;
}

TEST(RunList, KeepsOrder) {
    RunList<Item> list;
    Item a;
    Item b;
    Item c;
    EXPECT_TRUE(list.empty());
    EXPECT_EQ(list.first(), nullptr);
    EXPECT_EQ(list.pop_front(), nullptr);
    list.push_back(b);
    list.push_back(c);
    list.push_front(a);
    EXPECT_FALSE(list.empty());
    EXPECT_EQ(items(list), (std::vector{&a, &b, &c}));
    list.remove(b);
    EXPECT_EQ(items(list), (std::vector{&a, &c}));
    EXPECT_EQ(list.pop_front(), &a);
    EXPECT_EQ(list.pop_front(), &c);
    EXPECT_EQ(list.pop_front(), nullptr);
    EXPECT_TRUE(list.empty());
}

TEST(Published, Counts) {
    Published<std::uint32_t> figure;
    figure.add(5);
    figure.subtract(2);
    EXPECT_EQ(figure.get(), 3U);
    EXPECT_EQ(Published<int>{7}.get(), 7);
}

}  // namespace
}  // namespace phx::sched
