// File systems in memory under another name, for those that fill one themselves.
#pragma once

#include <concepts>
#include <string_view>

#include <base/result.hpp>
#include <fs/interfaces/file.hpp>

namespace phx::fs {

// Thread context; may sleep.
//   make(type, options)  an empty one, as mount(2) of tmpfs with these options would; `type` is what /proc/mounts says, and stays. ENOMEM, EINVAL
//   make_file(label, sealable)  an empty file without a name, open for reading and writing; listings show "/LABEL (deleted)". F_ADD_SEALS (fcntl(2)) is for
//                        those that are sealable. ENOMEM
template <class T>
concept MemoryFileSystem = requires(T& files, std::string_view type, std::string_view options) {
    { files.make(type, options) } -> std::same_as<Result<Ref<SuperBlock>>>;
    { files.make_file(type, true) } -> std::same_as<Result<Ref<File>>>;
};

}  // namespace phx::fs
