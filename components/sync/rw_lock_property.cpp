#include <sync/rw_lock.hpp>

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <memory>
#include <vector>

#include <task/interfaces/fiber_machine.hpp>

namespace phx {
namespace {

// What a thread does: it comes after some turns of the others, and stays for some.
struct Visit {
    bool writes = false;
    int comes_after = 0;
    int stays = 0;
};

struct Visitor {
    Visit visit;
    int came = -1;  // its place in the order of coming
    bool inside = false;
    bool has_left = false;
};

class House {
public:
    explicit House(const std::vector<Visit>& visits) {
        for (const Visit& visit : visits) {
            visitors_.push_back({visit});
        }
    }

    void run() {
        task::FiberMachine::run([this] {
            std::vector<task::Thread*> threads;
            std::vector<std::pair<House*, std::size_t>> arguments;
            for (std::size_t i = 0; i < visitors_.size(); ++i) {
                arguments.emplace_back(this, i);
            }
            for (auto& argument : arguments) {
                threads.push_back(*wiring::dut.create({.name = "visitor"}, [](void* both) {
                    const auto& [house, number] = *static_cast<std::pair<House*, std::size_t>*>(both);
                    house->visit(house->visitors_[number]);
                }, &argument));
            }
            for (task::Thread* thread : threads) {
                wiring::dut.join(*thread);
            }
        });
        RC_ASSERT(!wrong_);
    }

private:
    static void pass(int turns) {
        for (int i = 0; i < turns; ++i) {
            wiring::dut.yield();
        }
    }
    [[clang::no_thread_safety_analysis]] void visit(Visitor& me) {
        pass(me.visit.comes_after);
        me.came = ++arrivals_;
        me.visit.writes ? mutex_.lock() : mutex_.lock_shared();
        me.inside = true;
        check(me);
        pass(me.visit.stays);
        check(me);
        me.inside = false;
        me.has_left = true;
        me.visit.writes ? mutex_.unlock() : mutex_.unlock_shared();
    }
    // Nobody is there with a writer. Whoever came before me and is not compatible with me has been and gone.
    void check(const Visitor& me) {
        for (const Visitor& other : visitors_) {
            if (&other == &me || (!me.visit.writes && !other.visit.writes)) {
                continue;
            }
            const bool before = other.came >= 0 && other.came < me.came;
            wrong_ |= other.inside || (before && !other.has_left);
        }
    }

    std::vector<Visitor> visitors_;
    RwMutex mutex_{"house"};
    int arrivals_ = 0;
    bool wrong_ = false;
};

RC_GTEST_PROP(RwMutexProperty, AWriterIsAloneAndNobodyIsPassed, ()) {
    const auto visits = *rc::gen::container<std::vector<Visit>>(
        rc::gen::build<Visit>(rc::gen::set(&Visit::writes, rc::gen::weightedElement<bool>({{2, false}, {1, true}})),
                              rc::gen::set(&Visit::comes_after, rc::gen::inRange(0, 12)), rc::gen::set(&Visit::stays, rc::gen::inRange(0, 6))));
    House{visits}.run();
}

enum class Step { read, end_read, write, end_write };

RC_GTEST_PROP(RwTicketsProperty, TryingFollowsTheModel, ()) {
    const auto steps = *rc::gen::container<std::vector<Step>>(rc::gen::element(Step::read, Step::end_read, Step::write, Step::end_write));
    sync::RwTickets lock;
    int readers = 0;
    bool writes = false;
    for (const Step step : steps) {
        if (step == Step::read) {
            RC_ASSERT(lock.try_lock_shared() == !writes);
            readers += writes ? 0 : 1;
        } else if (step == Step::write) {
            const bool free = !writes && readers == 0;
            RC_ASSERT(lock.try_lock() == free);
            writes |= free;
        } else if (step == Step::end_read && readers > 0) {
            lock.unlock_shared();
            --readers;
        } else if (step == Step::end_write && writes) {
            lock.unlock();
            writes = false;
        }
    }
}

}  // namespace
}  // namespace phx
