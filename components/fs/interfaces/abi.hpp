// Linux's numbers for files, from its own headers: O_*, F_*, S_*, DT_*, AT_*, POLL*, MS_*.
#pragma once

#include <asm/fcntl.h>
#include <asm/poll.h>
#include <linux/fcntl.h>
#include <linux/fs.h>
#include <linux/mount.h>

// On the host the C library's headers are about, in whose favour this one leaves the S_* out.
#pragma push_macro("__GLIBC__")
#undef __GLIBC__
#include <linux/stat.h>
#pragma pop_macro("__GLIBC__")
