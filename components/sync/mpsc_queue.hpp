// A queue without locks: any number of producers, in any context, one consumer. Items are linked through themselves.
#pragma once

#include <atomic>

namespace phx {

struct MpscNode {
    std::atomic<MpscNode*> next{nullptr};
};

// T derives from MpscNode; an item is in one queue at a time. Dmitry Vyukov's design (intrusive MPSC node-based queue, 1024cores.net):
//
// A list of nodes from `first_`, the consumer's end, to `last_`, the producers'. A producer makes its item the last with one exchange, and only
// then links it behind the one that was last before; between these two steps the list is cut in front of its item, and the consumer can go no
// further than there. So pushing never waits, and popping may miss items of producers that have not returned from push() yet, and items
// behind those. A stub takes the place of the last item when that is popped, so that the list never runs empty.
template <class T>
class MpscQueue {
public:
    constexpr MpscQueue() = default;
    MpscQueue(const MpscQueue&) = delete;
    MpscQueue& operator=(const MpscQueue&) = delete;

    // Any context.
    void push(T& item) { link(item); }
    // By one consumer at a time. Null: empty, but for items whose push() has not returned and what came after them.
    [[nodiscard]] T* pop() {
        MpscNode* first = first_;
        MpscNode* next = first->next.load(std::memory_order_acquire);
        if (first == &stub_) {
            if (next == nullptr) {
                return nullptr;
            }
            first_ = first = next;
            next = next->next.load(std::memory_order_acquire);
        }
        if (next == nullptr) {
            if (first != last_.load(std::memory_order_acquire)) {
                return nullptr;  // a producer is between its two steps
            }
            link(stub_);
            next = first->next.load(std::memory_order_acquire);
            if (next == nullptr) {
                return nullptr;  // another came before the stub, and is
            }
        }
        first_ = next;
        return static_cast<T*>(first);
    }
    // By the consumer; false may be wrong while somebody pushes.
    [[nodiscard]] bool empty() const {
        return first_ == &stub_ && last_.load(std::memory_order_relaxed) == &stub_;
    }

private:
    void link(MpscNode& node) {
        node.next.store(nullptr, std::memory_order_relaxed);
        MpscNode* const before = last_.exchange(&node, std::memory_order_acq_rel);
        before->next.store(&node, std::memory_order_release);
    }

    std::atomic<MpscNode*> last_{&stub_};
    MpscNode* first_ = &stub_;
    MpscNode stub_;
};

}  // namespace phx
