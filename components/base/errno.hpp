// Linux's error numbers, taken from its own uapi header so that they cannot be mistyped.
#pragma once

#include <asm-generic/errno.h>
#include <string_view>

namespace phx {

enum class Errno : int {
    perm = EPERM,
    noent = ENOENT,
    intr = EINTR,
    io = EIO,
    nxio = ENXIO,
    toobig = E2BIG,
    badf = EBADF,
    again = EAGAIN,
    nomem = ENOMEM,
    fault = EFAULT,
    busy = EBUSY,
    exist = EEXIST,
    nodev = ENODEV,
    inval = EINVAL,
    nospc = ENOSPC,
    range = ERANGE,
    nosys = ENOSYS,
    nodata = ENODATA,
    overflow = EOVERFLOW,
    illseq = EILSEQ,
    opnotsupp = EOPNOTSUPP,
    timedout = ETIMEDOUT,
    canceled = ECANCELED,
};

// "EINVAL" and so on; "E?" for a number that the enumeration does not name.
[[nodiscard]] std::string_view errno_name(Errno error);

}  // namespace phx
