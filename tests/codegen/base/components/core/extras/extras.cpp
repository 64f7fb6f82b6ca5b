#include <ports/extras.hpp>
