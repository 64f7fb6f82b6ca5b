// ISO C 7.21: named by libc++ headers, never defined; text goes through the kernel's own formatting.
#pragma once

#include <stdarg.h>
#include <stddef.h>

#define EOF (-1)

typedef struct phx_no_file FILE;

extern "C" {
int snprintf(char*, size_t, const char*, ...);
int vsnprintf(char*, size_t, const char*, va_list);
}
