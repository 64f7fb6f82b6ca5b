#include <tty/terminal/sessions.hpp>

#include <linux/capability.h>
#include <ports/terminal.hpp>
#include <tty/terminal/tty.hpp>
#include <sync/learnt_lock_class.hpp>

namespace phx::tty {
namespace {

constexpr sync::LockClass k_class = sync::LearntLockClass::make("terminals' sessions");
constinit SpinLock sessions_lock{k_class};

[[nodiscard]] bool leads(const task::Process& process) { return process.session && process.session->id == process.pid; }

void send_group(task::Pid group, int number) {
    if (auto* signals = ports::terminal::signals(); signals != nullptr && group > 0) {
        static_cast<void>(signals->send_group(group, task::kernel_signal(number)));
    }
}

}  // namespace

void Tty::join(task::Session& session, task::Pid group) {
    session.retain();
    retain();
    session_ = &session;
    session.controlling_tty = this;
    foreground_ = group;
}

Tty::Pair Tty::part() {
    Pair pair;
    if (session_ != nullptr) {
        session_->controlling_tty = nullptr;
        pair.session = Ref<task::Session>::adopt(session_);
        pair.tty = Ref<Tty>::adopt(this);
    }
    session_ = nullptr;
    foreground_ = 0;
    return pair;
}

void Sessions::on_open(Tty& tty) {
    task::Process& process = task::current_process();
    const SpinGuard guard{sessions_lock};
    if (leads(process) && process.session->controlling_tty == nullptr && tty.session_ == nullptr) {
        tty.join(*process.session, process.group);
    }
}

Result<void> Sessions::take(Tty& tty, bool steal) {
    task::Process& process = task::current_process();
    Tty::Pair before;
    const SpinGuard guard{sessions_lock};
    if (leads(process) && tty.session_ == process.session.get()) {
        return {};
    }
    if (!leads(process) || process.session->controlling_tty != nullptr) {
        return Errno::perm;
    }
    if (tty.session_ != nullptr) {
        if (!steal || !task::current_user().credentials.load(std::memory_order_relaxed)->has(CAP_SYS_ADMIN)) {
            return Errno::perm;
        }
        before = tty.part();
    }
    tty.join(*process.session, process.group);
    return {};
}

Result<void> Sessions::let_go(Tty& tty) {
    if (!is_controlling(tty)) {
        return Errno::notty;
    }
    if (leads(task::current_process())) {
        leave(*task::current_process().session);
    }
    return {};
}

void Sessions::leave(task::Session& session) {
    Tty::Pair before;
    task::Pid group = 0;
    {
        const SpinGuard guard{sessions_lock};
        if (session.controlling_tty == nullptr) {
            return;
        }
        group = session.controlling_tty->foreground_;
        before = session.controlling_tty->part();
    }
    send_group(group, SIGHUP);
    send_group(group, SIGCONT);
}

// The leader hears of it; what is in the foreground goes with it.
void Sessions::hang_up(Tty& tty) {
    Tty::Pair before;
    task::Pid group = 0;
    {
        const SpinGuard guard{sessions_lock};
        if (tty.session_ == nullptr) {
            return;
        }
        group = tty.foreground_;
        before = tty.part();
    }
    auto* signals = ports::terminal::signals();
    auto* processes = ports::terminal::processes();
    if (signals != nullptr && processes != nullptr) {
        if (const Ref<task::Process> leader = processes->find(before.session->id)) {
            static_cast<void>(signals->send(*leader, task::kernel_signal(SIGHUP)));
            static_cast<void>(signals->send(*leader, task::kernel_signal(SIGCONT)));
        }
    }
    send_group(group, SIGHUP);
}

bool Sessions::is_controlling(Tty& tty) { return controlling().get() == &tty; }

Ref<Tty> Sessions::controlling() {
    const task::Process& process = task::current_process();
    const SpinGuard guard{sessions_lock};
    return Ref<Tty>{process.session ? process.session->controlling_tty : nullptr};
}

fs::Device Sessions::device_of(task::Session& session, task::Pid& foreground) {
    const SpinGuard guard{sessions_lock};
    foreground = session.controlling_tty != nullptr ? session.controlling_tty->foreground_ : -1;
    return session.controlling_tty != nullptr ? session.controlling_tty->device() : 0;
}

Result<task::Pid> Sessions::foreground(Tty& tty) {
    const task::Process& process = task::current_process();
    const SpinGuard guard{sessions_lock};
    if (tty.session_ == nullptr || tty.session_ != process.session.get()) {
        return Errno::notty;
    }
    return tty.foreground_;
}

Result<void> Sessions::set_foreground(Tty& tty, task::Pid group) {
    const task::Process& process = task::current_process();
    if (group < 0) {
        return Errno::inval;
    }
    auto* processes = ports::terminal::processes();
    const task::Pid session = processes != nullptr ? processes->session_of(group) : 0;
    const SpinGuard guard{sessions_lock};
    if (tty.session_ == nullptr || tty.session_ != process.session.get()) {
        return Errno::notty;
    }
    if (session == 0) {
        return Errno::srch;
    }
    if (session != process.session->id) {
        return Errno::perm;
    }
    tty.foreground_ = group;
    return {};
}

Result<task::Pid> Sessions::session(Tty& tty) {
    const task::Process& process = task::current_process();
    const SpinGuard guard{sessions_lock};
    if (tty.session_ == nullptr || tty.session_ != process.session.get()) {
        return Errno::notty;
    }
    return tty.session_->id;
}

task::Pid Tty::foreground_group() {
    const SpinGuard guard{sessions_lock};
    return foreground_;
}

task::Pid Tty::session_number() {
    const SpinGuard guard{sessions_lock};
    return session_ != nullptr ? session_->id : 0;
}

void Tty::send_foreground(int number) { send_group(foreground_group(), number); }

// Job control (tty(4), POSIX 11.1.4): who reads from the background gets SIGTTIN, who changes the terminal SIGTTOU, and comes again once it is in the
// foreground; unless it does not want to hear of it, or nobody could ever put it there.
Result<void> Tty::check_background(Mode mode) {
    const task::Process& process = task::current_process();
    {
        const SpinGuard guard{sessions_lock};
        if (session_ == nullptr || session_ != process.session.get() || foreground_ == 0 || foreground_ == process.group) {
            return {};
        }
    }
    if (mode == Mode::write) {
        const SpinGuard guard{lock_};
        if ((discipline_.termios().c_lflag & TOSTOP) == 0) {
            return {};
        }
    }
    auto* signals = ports::terminal::signals();
    auto* processes = ports::terminal::processes();
    if (signals == nullptr || processes == nullptr) {
        return {};
    }
    const int number = mode == Mode::read ? SIGTTIN : SIGTTOU;
    if (signals->is_ignored_or_blocked(task::current_user(), number)) {
        return mode == Mode::read ? Result<void>{Errno::io} : Result<void>{};
    }
    if (processes->is_orphaned(process.group)) {
        return Errno::io;
    }
    send_group(process.group, number);
    return Errno::restart_sys;
}

}  // namespace phx::tty
