#include <fs/descriptors/fs_context.hpp>

#include <memory/interfaces/context.hpp>
#include <ports/descriptors.hpp>

namespace phx::fs {

void FsContext::end() {
    memory::destroy(ports::descriptors::heap(), this);
}

}  // namespace phx::fs
