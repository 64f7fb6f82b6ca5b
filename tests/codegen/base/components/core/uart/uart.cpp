#include <core/uart/uart.hpp>

#include <ports/uart.hpp>
