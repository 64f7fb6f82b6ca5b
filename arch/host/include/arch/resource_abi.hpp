// What a program and the kernel agree on about limits and usage: the target's uapi headers, on the host too. The C library's come first, so that they
// do not come later and find the macros.
#pragma once
#pragma GCC system_header

#include <sys/resource.h>
#include <sys/time.h>

#include <linux/types.h>

#include <arch/time_abi.hpp>  // linux/time.h is in the same namespace

namespace phx::uapi {

#include <aarch64-linux-gnu/include/linux/resource.h>

}  // namespace phx::uapi
