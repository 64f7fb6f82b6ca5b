#include <sync/mpsc_queue.hpp>

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <deque>
#include <vector>

namespace phx {
namespace {

struct Item : MpscNode {
    std::size_t number = 0;
};

// Items come back into the queue after they were popped, the last one with the stub in its place, too.
RC_GTEST_PROP(MpscQueueProperty, IsAQueue, (const std::vector<bool>& pushes)) {
    std::vector<Item> items(5);
    std::deque<Item*> outside;
    for (std::size_t i = 0; i < items.size(); ++i) {
        items[i].number = i;
        outside.push_back(&items[i]);
    }
    std::deque<Item*> model;
    MpscQueue<Item> queue;
    for (const bool push : pushes) {
        if (push && !outside.empty()) {
            queue.push(*outside.front());
            model.push_back(outside.front());
            outside.pop_front();
        } else {
            Item* const popped = queue.pop();
            RC_ASSERT(popped == (model.empty() ? nullptr : model.front()));
            if (popped != nullptr) {
                model.pop_front();
                outside.push_back(popped);
            }
        }
        RC_ASSERT(queue.empty() == model.empty());
    }
}

}  // namespace
}  // namespace phx
