// expect: writing variable 'count_' requires holding context 'interrupts_off' exclusively
#include <base/interrupt_guard.hpp>

class Counter {
public:
    void add_unguarded() {
        ++count_;  // wrong
    }
    void add() {
        const phx::InterruptGuard guard;
        ++count_;
    }

private:
    int count_ __attribute__((guarded_by(phx::interrupts_off))) = 0;
};

void run(Counter& counter) { counter.add(); }
