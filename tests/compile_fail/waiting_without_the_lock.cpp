// expect: requires holding context 'interrupts_off' exclusively
#include <sync/spinlock.hpp>
#include <sync/wait_queue.hpp>

void run(phx::SpinLock& lock, phx::WaitQueue& queue, bool& ready) {
    phx::SpinGuard guard{lock};
    queue.wait(guard, [&] { return ready; });
    guard.unlock();
    queue.wait(guard, [&] { return ready; });  // wrong
    guard.relock();
}
