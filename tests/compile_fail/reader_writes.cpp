// expect: writing variable 'count_' requires holding
#include <sync/rw_lock.hpp>

class Counter {
public:
    int count() {
        const phx::SpinReadGuard guard{lock_};
        ++count_;  // wrong
        return count_;
    }
    void add() {
        const phx::SpinWriteGuard guard{lock_};
        ++count_;
    }
    void reset() {
        const phx::ReadGuard guard{mutex_};
        count_ = 0;  // wrong
    }

private:
    phx::RwSpinLock lock_;
    phx::RwMutex mutex_{"counter"};
    int count_ __attribute__((guarded_by(lock_))) = 0;
};

void run(Counter& counter) { counter.add(); }
