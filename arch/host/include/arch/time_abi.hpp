// What a program and the kernel agree on about time: uapi headers, which are the target's too. The C library's come first, so that they do not come
// later and find the macros.
#pragma once
#pragma GCC system_header

#include <sys/time.h>
#include <sys/timex.h>

#include <linux/time_types.h>
#include <linux/types.h>

// By which the two agree on who defines struct timespec: both do.
#pragma push_macro("_STRUCT_TIMESPEC")
#undef _STRUCT_TIMESPEC

namespace phx::uapi {

#include <linux/time.h>
#include <linux/timex.h>

}  // namespace phx::uapi

#pragma pop_macro("_STRUCT_TIMESPEC")
