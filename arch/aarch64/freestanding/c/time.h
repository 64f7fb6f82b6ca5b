// ISO C 7.27 and POSIX <time.h>: the types that <chrono> and <ctime> name.
#pragma once

#include <stddef.h>

typedef long time_t;
typedef long clock_t;

// By this name <linux/time.h> knows that there is one.
#define _STRUCT_TIMESPEC
struct timespec {
    time_t tv_sec;
    long tv_nsec;
};

struct tm {
    int tm_sec;
};
