#include <core/bump/bump.hpp>

#include <ports/bump.hpp>
