// expect: while context 'interrupts_off' is held
#include <sync/completion.hpp>
#include <sync/rw_lock.hpp>
#include <sync/semaphore.hpp>
#include <sync/spinlock.hpp>

void run(phx::SpinLock& lock, phx::Completion& done, phx::Semaphore& permits, phx::RwMutex& mutex) {
    {
        const phx::SpinGuard guard{lock};
        done.wait();                           // wrong
        permits.acquire();                     // wrong
        const phx::ReadGuard reader{mutex};    // wrong
        done.complete();
        permits.release();
    }
    {
        const phx::InterruptGuard guard;
        const phx::WriteGuard writer{mutex};  // wrong
    }
    done.wait();
    permits.acquire();
    const phx::WriteGuard writer{mutex};
}
