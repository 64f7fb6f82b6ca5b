#include <core/time_command/time_command.hpp>

#include <ports/time_command.hpp>
