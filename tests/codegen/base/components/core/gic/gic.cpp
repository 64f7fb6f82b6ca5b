#include <core/gic/gic.hpp>

#include <ports/gic.hpp>
