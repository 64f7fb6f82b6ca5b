// Where the path of a call begins: the `int dirfd` of the ...at calls (open(2), "Rationale for openat()").
#pragma once

#include <optional>
#include <string_view>

#include <fs/interfaces/descriptors.hpp>
#include <fs/interfaces/vfs.hpp>
#include <ports/path_calls.hpp>

namespace phx::fs {

class Start {
public:
    Start() = default;
    Start(const Start&) = delete;
    Start& operator=(const Start&) = delete;

    // A path that is absolute begins at the root, whatever `directory` is. EBADF, ENOTDIR (it has no place in the tree)
    [[gnu::always_inline]] Result<Base> at(int directory, std::string_view path) {
        if (directory == AT_FDCWD || (!path.empty() && path.front() == '/')) [[likely]] {
            return Base{nullptr};
        }
        return held(directory);
    }

private:
    Result<Base> held(int directory) {
        file_.emplace(ports::path_calls::descriptors().get_any(directory));
        if (!*file_) {
            return Errno::badf;
        }
        if (!(*file_)->path()) {
            path_ = TRY(ports::path_calls::vfs().path_of(**file_));
            return Base{&path_};
        }
        return Base{&(*file_)->path()};
    }

    std::optional<HeldFile> file_;
    Path path_;  // of a file without one
};

}  // namespace phx::fs
