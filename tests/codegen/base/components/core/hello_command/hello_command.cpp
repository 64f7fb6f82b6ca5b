#include <core/hello_command/hello_command.hpp>

#include <ports/hello_command.hpp>
