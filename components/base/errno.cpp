#include <base/errno.hpp>

#include <cstring>

namespace phx {
namespace {

// Of the numbers from 1 to ELOOP, which have no gaps, in their order.
constexpr char k_first[] =
    "EPERM\0ENOENT\0ESRCH\0EINTR\0EIO\0ENXIO\0E2BIG\0ENOEXEC\0EBADF\0ECHILD\0EAGAIN\0ENOMEM\0EACCES\0EFAULT\0ENOTBLK\0EBUSY\0EEXIST\0"
    "EXDEV\0ENODEV\0ENOTDIR\0EISDIR\0EINVAL\0ENFILE\0EMFILE\0ENOTTY\0ETXTBSY\0EFBIG\0ENOSPC\0ESPIPE\0EROFS\0EMLINK\0EPIPE\0EDOM\0"
    "ERANGE\0EDEADLK\0ENAMETOOLONG\0ENOLCK\0ENOSYS\0ENOTEMPTY\0ELOOP";

struct Name {
    Errno error;
    char text[12];
};
constexpr Name k_others[] = {
    {Errno::nodata, "ENODATA"},
    {Errno::badmsg, "EBADMSG"},
    {Errno::overflow, "EOVERFLOW"},
    {Errno::ilseq, "EILSEQ"},
    {Errno::opnotsupp, "EOPNOTSUPP"},
    {Errno::timedout, "ETIMEDOUT"},
    {Errno::canceled, "ECANCELED"},
};

}  // namespace

std::string_view errno_name(Errno error) {
    const int number = static_cast<int>(error);
    if (number >= 1 && number <= ELOOP) {
        const char* name = k_first;
        for (int i = 1; i < number; ++i) {
            name += std::strlen(name) + 1;
        }
        return name;
    }
    for (const Name& name : k_others) {
        if (name.error == error) {
            return name.text;
        }
    }
    return "E?";
}

}  // namespace phx
