#include <core/timer/timer.hpp>

#include <ports/timer.hpp>
