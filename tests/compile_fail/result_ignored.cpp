// expect: ignoring return value of function declared with 'nodiscard' attribute
#include <base/result.hpp>

phx::Result<int> attempt();

bool run() {
    attempt();  // wrong
    return static_cast<bool>(attempt());
}
