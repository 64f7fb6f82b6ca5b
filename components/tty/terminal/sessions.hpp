// Which session has which terminal, and which of its process groups is in the foreground (credentials(7), tty_ioctl(4)). Under one lock, taken inside a
// terminal's and before those of processes.
#pragma once

#include <base/ref.hpp>
#include <base/result.hpp>
#include <fs/interfaces/inode.hpp>
#include <task/interfaces/process.hpp>

namespace phx::tty {

class Tty;

class Sessions {
public:
    // The running process leads a session that has no terminal, and the terminal has no session: from now on they have each other.
    static void on_open(Tty& tty);
    // TIOCSCTTY; `steal`: from another session. EPERM
    static Result<void> take(Tty& tty, bool steal);
    // TIOCNOTTY: the running process's session lets go of its terminal, if the process leads it. ENOTTY: it has another one, or none
    static Result<void> let_go(Tty& tty);
    // The session's leader ends, or lets go: the foreground gets SIGHUP and SIGCONT.
    static void leave(task::Session& session);
    // The terminal's line is gone.
    static void hang_up(Tty& tty);

    [[nodiscard]] static bool is_controlling(Tty& tty);  // of the running process
    [[nodiscard]] static Ref<Tty> controlling();         // of the running process; none: it has none
    // Any session's, for /proc: 0 and -1 if it has none.
    [[nodiscard]] static fs::Device device_of(task::Session& session, task::Pid& foreground);
    // ENOTTY: it is not the running process's controlling terminal
    static Result<task::Pid> foreground(Tty& tty);
    static Result<void> set_foreground(Tty& tty, task::Pid group);
    static Result<task::Pid> session(Tty& tty);
};

}  // namespace phx::tty
