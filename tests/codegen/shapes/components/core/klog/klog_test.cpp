#include <wiring.hpp>
#include <core/interfaces/log.hpp>
