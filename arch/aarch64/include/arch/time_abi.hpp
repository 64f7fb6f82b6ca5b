// What a program and the kernel agree on about time: Linux's uapi headers, in a namespace, as the C library has such names too. Those that begin with
// __kernel are nobody else's.
#pragma once

#include <linux/time_types.h>
#include <linux/types.h>

namespace phx::uapi {

#include <linux/time.h>
#include <linux/timex.h>

}  // namespace phx::uapi
