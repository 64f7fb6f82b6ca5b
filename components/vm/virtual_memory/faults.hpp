// Page faults.
#pragma once

#include <vm/virtual_memory/address_space.hpp>

namespace phx::vm {

// So that the area below or in which `page` lies contains it; false: it may not. No lock is held.
[[nodiscard]] bool grow_stack(AddressSpace& space, UserAddr page);

// What lies there can be executed from now on. With the page tables' lock held.
void make_executable(Area& area, UserAddr at, const Translation& to);

}  // namespace phx::vm
