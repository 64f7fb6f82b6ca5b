#include <base/panic.hpp>

#include <arch/cpu.hpp>
#include <ports/base.hpp>

namespace phx {

void panic(std::string_view reason, std::source_location where) {
    if (auto* sink = ports::base::panic()) {
        sink->panic(reason, where);
    }
    arch::halt();
}

}  // namespace phx
