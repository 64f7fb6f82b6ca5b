#include "zlib_settings.h"

#include <zlib/inffast.c>
