// Opening named pipes (fifo(7)).
#pragma once

#include <concepts>
#include <cstdint>

#include <base/result.hpp>
#include <fs/interfaces/file.hpp>

namespace phx::fs {

// open(inode, flags): thread context; may sleep until the other side comes. ENXIO: O_WRONLY | O_NONBLOCK, and nobody reads; restart_sys
template <class T>
concept Fifos = requires(T& fifos, Inode& inode, std::uint32_t flags) {
    { fifos.open(inode, flags) } -> std::same_as<Result<Ref<File>>>;
};

}  // namespace phx::fs
