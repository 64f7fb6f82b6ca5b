// What the root begins with.
#pragma once

#include <concepts>

#include <base/result.hpp>
#include <fs/interfaces/path.hpp>

namespace phx::fs {

// unpack(root)  thread context; may sleep. Makes the image's files below `root`, the root of a file system in memory that nobody has looked into yet:
//               it goes past the cache of names. The image's memory stays in use, as files' pages. What is whole is there even if it fails, and the
//               log says where it ended and why. ENOENT: there is no image; EBADMSG: it is damaged; EOPNOTSUPP: nobody here can read it; ENOMEM, ENOSPC
template <class T>
concept RootImage = requires(T& image, const Path& root) {
    { image.unpack(root) } -> std::same_as<Result<void>>;
};

}  // namespace phx::fs
