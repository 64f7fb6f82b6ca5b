#include <base/panic.hpp>

#include <cstddef>
#include <new>

#include <arch/cpu.hpp>
#include <base/errno.hpp>
#include <ports/base.hpp>

namespace phx {

void panic(std::string_view reason, std::source_location where) {
    if (auto* sink = ports::base::panic()) {
        sink->panic(reason, where);
    }
    arch::halt();
}

std::string_view errno_name(Errno error) {
    switch (error) {
    case Errno::perm: return "EPERM";
    case Errno::noent: return "ENOENT";
    case Errno::intr: return "EINTR";
    case Errno::io: return "EIO";
    case Errno::nxio: return "ENXIO";
    case Errno::toobig: return "E2BIG";
    case Errno::badf: return "EBADF";
    case Errno::again: return "EAGAIN";
    case Errno::nomem: return "ENOMEM";
    case Errno::fault: return "EFAULT";
    case Errno::busy: return "EBUSY";
    case Errno::exist: return "EEXIST";
    case Errno::nodev: return "ENODEV";
    case Errno::inval: return "EINVAL";
    case Errno::nospc: return "ENOSPC";
    case Errno::range: return "ERANGE";
    case Errno::nosys: return "ENOSYS";
    case Errno::nodata: return "ENODATA";
    case Errno::overflow: return "EOVERFLOW";
    case Errno::illseq: return "EILSEQ";
    case Errno::opnotsupp: return "EOPNOTSUPP";
    case Errno::timedout: return "ETIMEDOUT";
    case Errno::canceled: return "ECANCELED";
    }
    return "E?";
}

}  // namespace phx
