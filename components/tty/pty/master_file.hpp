// The open file of a pseudo-terminal's master.
#pragma once

#include <base/ref.hpp>
#include <base/result.hpp>
#include <fs/interfaces/file.hpp>
#include <tty/pty/pty.hpp>

namespace phx::tty {

// Takes over the slave's first reference, if it can be made: ENOMEM.
Result<Ref<fs::File>> make_master_file(Pty& pty, fs::Inode& inode, std::uint32_t flags);

}  // namespace phx::tty
