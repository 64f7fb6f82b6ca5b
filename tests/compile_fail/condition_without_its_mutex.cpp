// expect: requires holding mutex 'mutex' exclusively
#include <sync/condition_variable.hpp>

void run(phx::ConditionVariable& changed, phx::Mutex& mutex) {
    changed.wait(mutex);  // wrong
    const phx::MutexGuard guard{mutex};
    changed.wait(mutex);
}
