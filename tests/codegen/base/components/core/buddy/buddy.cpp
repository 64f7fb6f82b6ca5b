#include <core/buddy/buddy.hpp>

#include <ports/buddy.hpp>
