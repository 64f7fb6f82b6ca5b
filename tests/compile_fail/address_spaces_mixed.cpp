// expect: no known conversion from 'Address<PhysTag>' to 'Address<VirtTag>'
#include <base/types.hpp>

void map(phx::VirtAddr);

void run(phx::PhysAddr address) {
    map(address);  // wrong
    map(phx::VirtAddr{address.value()});
}
