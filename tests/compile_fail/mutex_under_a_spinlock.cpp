// expect: while context 'interrupts_off' is held
#include <sync/mutex.hpp>
#include <sync/spinlock.hpp>

void run(phx::SpinLock& spinlock, phx::Mutex& mutex) {
    {
        const phx::SpinGuard guard{spinlock};
        const phx::MutexGuard inner{mutex};  // wrong
    }
    const phx::MutexGuard guard{mutex};
    const phx::SpinGuard inner{spinlock};
}
