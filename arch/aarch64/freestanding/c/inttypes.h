// ISO C 7.8, the part that <cinttypes> names.
#pragma once

#include <stdint.h>

typedef struct {
    intmax_t quot;
    intmax_t rem;
} imaxdiv_t;
