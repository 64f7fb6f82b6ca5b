// What processes must tell terminals, and ask of them.
#pragma once

#include <concepts>
#include <cstdint>

#include <task/interfaces/process.hpp>

namespace phx::tty {

struct ControllingTerminal {
    std::uint64_t device = 0;     // fs::Device; 0: none
    std::int32_t foreground = -1; // process group
};

// Thread context.
//   on_session_end(session)  its leader ends: it loses its terminal, whose foreground gets SIGHUP and SIGCONT (exit(3)). No lock is held
//   of(session)              for /proc/PID/stat; any context
template <class T>
concept Terminals = requires(T& terminals, task::Session& session) {
    { terminals.on_session_end(session) } -> std::same_as<void>;
    { terminals.of(session) } -> std::same_as<ControllingTerminal>;
};

}  // namespace phx::tty
