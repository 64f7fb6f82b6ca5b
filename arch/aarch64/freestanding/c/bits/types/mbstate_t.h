// Where glibc keeps it, which is where libc++'s <__mbstate_t.h> looks first.
#pragma once

typedef struct {
    int state;
} mbstate_t;
