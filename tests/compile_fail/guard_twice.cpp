// expect: acquiring context 'interrupts_off' that is already held
#include <base/interrupt_guard.hpp>

void run() {
    const phx::InterruptGuard outer;
    const phx::InterruptGuard inner;  // wrong
}
