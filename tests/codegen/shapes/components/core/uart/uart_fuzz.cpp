#include <wiring.hpp>
