#include <fs/file_objects/user_path.hpp>

#include <memory/interfaces/context.hpp>
#include <ports/file_objects.hpp>

namespace phx::fs {

Result<std::string_view> UserPath::read_long(UserPtr<const char> from) {
    auto* const heap = ports::file_objects::heap();
    if (heap == nullptr) {
        return Errno::nametoolong;
    }
    long_ = static_cast<char*>(TRY(memory::allocate(*heap, k_long_size, 1, memory::MaySleep{})));
    return vm::string_in({long_, k_long_size}, from);
}

void UserPath::free_long() {
    if (auto* const heap = ports::file_objects::heap()) {
        heap->free(long_, k_long_size);
    }
}

}  // namespace phx::fs
