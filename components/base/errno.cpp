#include <base/errno.hpp>

namespace phx {
namespace {

struct Name {
    Errno error;
    char text[12];
};

constexpr Name k_names[] = {
    {Errno::perm, "EPERM"},
    {Errno::noent, "ENOENT"},
    {Errno::intr, "EINTR"},
    {Errno::io, "EIO"},
    {Errno::nxio, "ENXIO"},
    {Errno::toobig, "E2BIG"},
    {Errno::badf, "EBADF"},
    {Errno::again, "EAGAIN"},
    {Errno::nomem, "ENOMEM"},
    {Errno::fault, "EFAULT"},
    {Errno::busy, "EBUSY"},
    {Errno::exist, "EEXIST"},
    {Errno::nodev, "ENODEV"},
    {Errno::inval, "EINVAL"},
    {Errno::nospc, "ENOSPC"},
    {Errno::range, "ERANGE"},
    {Errno::nosys, "ENOSYS"},
    {Errno::nodata, "ENODATA"},
    {Errno::overflow, "EOVERFLOW"},
    {Errno::illseq, "EILSEQ"},
    {Errno::opnotsupp, "EOPNOTSUPP"},
    {Errno::timedout, "ETIMEDOUT"},
    {Errno::canceled, "ECANCELED"},
};

}  // namespace

std::string_view errno_name(Errno error) {
    for (const Name& name : k_names) {
        if (name.error == error) {
            return name.text;
        }
    }
    return "E?";
}

}  // namespace phx
