// expect: calling function 'step' requires holding context 'interrupts_off' exclusively
#include <base/interrupt_guard.hpp>

[[clang::requires_capability(phx::interrupts_off)]] void step();

void run() {
    step();  // wrong
    const phx::InterruptGuard guard;
    step();
}
