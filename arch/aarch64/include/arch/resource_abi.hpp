// What a program and the kernel agree on about limits and usage (getrlimit(2), getrusage(2)): Linux's uapi headers, in a namespace, as the C library
// has such names too.
#pragma once

#include <linux/types.h>

#include <arch/time_abi.hpp>  // linux/time.h is in the same namespace

namespace phx::uapi {

#include <linux/resource.h>

}  // namespace phx::uapi
