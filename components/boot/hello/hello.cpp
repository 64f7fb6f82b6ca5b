#include "hello.hpp"

#include <params/hello.hpp>
#include <ports/hello.hpp>

namespace phx::boot {

int Hello::run() {
    ports::hello::console().write(params::hello::text);
    ports::hello::console().write("\n");
    return static_cast<int>(params::hello::status);
}

}  // namespace phx::boot
