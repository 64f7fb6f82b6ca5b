// expect: cannot initialize return object of type 'int' with an rvalue of type 'Errno'
#include <base/result.hpp>

phx::Result<int> attempt();

int careless() {
    return TRY(attempt());  // wrong
    return 0;
}
phx::Result<int> careful() { return TRY(attempt()); }
