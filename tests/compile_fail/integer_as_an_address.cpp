// expect: no known conversion from 'int' to 'phx::PhysAddr'
#include <base/types.hpp>

void map(phx::PhysAddr);

void run() {
    map(4096);  // wrong
    map(phx::PhysAddr{4096});
}
