#include <fs/vfs/vfs.hpp>

#include <ports/vfs.hpp>

namespace phx::fs {

// The first mount is made by mount() of "/", which has no target yet.
Result<void> VirtualFiles::init() {
    return cache_.init();
}

void VirtualFiles::end(Dentry& dentry) {
    cache_.end(dentry);
}

// A page holds about thirty names.
std::size_t VirtualFiles::reclaim(std::size_t frames_wanted) {
    constexpr std::size_t per_frame = k_page_size / sizeof(Dentry);
    const std::size_t count = cache_.evict(frames_wanted * per_frame);
    cache_.flush();
    return (count + per_frame - 1) / per_frame;
}

void VirtualFiles::visit_types(FileSystemVisitor& visitor) {
    for (FileSystem* const type : ports::vfs::types()) {
        visitor.file_system(*type);
    }
}

}  // namespace phx::fs
