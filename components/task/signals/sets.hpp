// What signals do by default (signal(7), "Standard signals").
#pragma once

#include <task/interfaces/signal.hpp>

namespace phx::task {

inline constexpr SignalSet k_unmaskable = signal_bit(SIGKILL) | signal_bit(SIGSTOP);
inline constexpr SignalSet k_stop_signals = signal_bit(SIGSTOP) | signal_bit(SIGTSTP) | signal_bit(SIGTTIN) | signal_bit(SIGTTOU);
inline constexpr SignalSet k_ignored_by_default = signal_bit(SIGCHLD) | signal_bit(SIGCONT) | signal_bit(SIGURG) | signal_bit(SIGWINCH);
inline constexpr SignalSet k_not_fatal = k_stop_signals | k_ignored_by_default;
// By what a thread did itself: handled before all others, so that their handlers do not run on top of it.
inline constexpr SignalSet k_synchronous = signal_bit(SIGSEGV) | signal_bit(SIGBUS) | signal_bit(SIGILL) | signal_bit(SIGTRAP) | signal_bit(SIGFPE) |
                                           signal_bit(SIGSYS);

}  // namespace phx::task
