#include <fs/vfs/graveyard.hpp>

#include <ports/vfs.hpp>

namespace phx::fs {

void Graveyard::bury(sync::RcuHead& head, sync::RcuFunction free) {
    head.function = free;
    SpinGuard guard{lock_};
    head.next.store(waiting_, std::memory_order_relaxed);
    waiting_ = &head;
    ++count_;
    if (count_ >= k_batch && !sent_) {
        batch_.graveyard = this;
        batch_.first = waiting_;
        waiting_ = nullptr;
        count_ = 0;
        sent_ = true;
        guard.unlock();
        ports::vfs::rcu().call(batch_, &on_period);
    }
}

void Graveyard::free_all(sync::RcuHead* list) {
    while (list != nullptr) {
        sync::RcuHead& head = *list;
        list = static_cast<sync::RcuHead*>(head.next.load(std::memory_order_relaxed));
        head.function(head);
    }
}

void Graveyard::on_period(sync::RcuHead& head) {
    auto& batch = static_cast<Batch&>(head);
    Graveyard& self = *batch.graveyard;
    free_all(batch.first);
    const SpinGuard guard{self.lock_};
    self.sent_ = false;
}

void Graveyard::flush() {
    sync::RcuHead* list = nullptr;
    {
        const SpinGuard guard{lock_};
        list = waiting_;
        waiting_ = nullptr;
        count_ = 0;
    }
    ports::vfs::rcu().barrier();
    ports::vfs::rcu().synchronize();
    free_all(list);
}

}  // namespace phx::fs
