#include <core/shell/shell.hpp>

#include <ports/shell.hpp>
