#include "zlib_settings.h"

#include <zlib/inftrees.c>
