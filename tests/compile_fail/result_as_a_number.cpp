// expect: no viable conversion from 'phx::Result<int>' to 'const int'
#include <base/result.hpp>

phx::Result<int> attempt();

int run() {
    const int careless = attempt();  // wrong
    return attempt().value_or(0);
}
