#include <gtest/gtest.h>

#include <initializer_list>
#include <vector>

#include <base/intrusive_list.hpp>
#include <debug/interfaces/fake_panic/fake_panic.hpp>

namespace phx {
namespace {

struct Item : ListNode {
    explicit Item(int n) : number{n} {}
    int number;
};
using List = IntrusiveList<Item>;

std::vector<int> numbers(List& list) {
    std::vector<int> all;
    for (const Item& item : list) {
        all.push_back(item.number);
    }
    return all;
}

TEST(IntrusiveList, IsEmptyAtFirst) {
    List list;
    EXPECT_TRUE(list.empty());
    EXPECT_EQ(list.front(), nullptr);
    EXPECT_EQ(list.pop_front(), nullptr);
    EXPECT_EQ(list.begin(), list.end());
}

TEST(IntrusiveList, KeepsTheOrderOfBothEnds) {
    List list;
    Item a{1};
    Item b{2};
    Item c{3};
    list.push_back(b);
    list.push_back(c);
    list.push_front(a);
    EXPECT_EQ(numbers(list), (std::vector{1, 2, 3}));
    EXPECT_EQ(list.front(), &a);
    EXPECT_EQ(list.pop_front(), &a);
    EXPECT_FALSE(a.is_linked());
    list.push_back(a);
    EXPECT_EQ(numbers(list), (std::vector{2, 3, 1}));
}

TEST(IntrusiveList, InsertsBeforeAPlace) {
    List list;
    Item a{1};
    Item b{2};
    Item c{3};
    list.push_back(b);
    list.insert_before(list.begin(), a);
    list.insert_before(list.end(), c);
    EXPECT_EQ(numbers(list), (std::vector{1, 2, 3}));
}

TEST(IntrusiveList, RemovesFromAnyPlace) {
    List list;
    Item items[]{Item{0}, Item{1}, Item{2}, Item{3}};
    for (Item& item : items) {
        list.push_back(item);
    }
    List::remove(items[1]);
    EXPECT_EQ(numbers(list), (std::vector{0, 2, 3}));
    List::remove(items[3]);
    List::remove(items[0]);
    EXPECT_EQ(numbers(list), (std::vector{2}));
    List::remove(items[2]);
    EXPECT_TRUE(list.empty());
}

TEST(IntrusiveList, StopsAtAnItemInTwoListsOrNone) {
    List list;
    List other;
    Item a{1};
    EXPECT_THROW(List::remove(a), debug::PanicCalled);
    list.push_back(a);
    EXPECT_THROW(list.push_back(a), debug::PanicCalled);
    EXPECT_THROW(other.push_front(a), debug::PanicCalled);
    EXPECT_EQ(numbers(list), (std::vector{1}));
    EXPECT_TRUE(other.empty());
}

TEST(IntrusiveList, StopsAtABrokenNeighbour) {
    List list;
    Item a{1};
    Item b{2};
    list.push_back(a);
    list.push_back(b);
    ListNode stray;
    b.prev = &stray;
    EXPECT_THROW(List::remove(a), debug::PanicCalled);
}

constinit List g_list;
TEST(IntrusiveList, NeedsNoStartUpCode) {
    EXPECT_TRUE(g_list.empty());
}

}  // namespace
}  // namespace phx
