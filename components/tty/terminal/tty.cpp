#include <tty/terminal/tty.hpp>

#include <algorithm>

#include <linux/capability.h>
#include <ports/terminal.hpp>
#include <tty/terminal/sessions.hpp>

namespace phx::tty {
namespace {

constexpr fs::PollEvents k_input_events = POLLIN | POLLRDNORM;
constexpr fs::PollEvents k_output_events = POLLOUT | POLLWRNORM;

// What a write leaves for the echo of what is typed meanwhile.
constexpr std::size_t k_for_echo = 256;
// A part of what is read or written, on the stack between the program's memory, which may fault, and the lock.
constexpr std::size_t k_part = 256;

[[nodiscard]] Nanoseconds now() {
    auto* clock = ports::terminal::clock();
    return clock != nullptr ? clock->now() : Nanoseconds{};
}

}  // namespace

// --- Effects: with the lock held

[[clang::no_thread_safety_analysis]] void Tty::show(std::span<const char> text) { queue(text); }

void Tty::queue(std::span<const char> text) {
    for (const char c : text) {
        output_.push(c);
    }
}

[[clang::no_thread_safety_analysis]] void Tty::signal(KeySignal signal, bool flush) {
    if (flush) {
        output_.clear();
        driver_.drop_output();
        driver_.on_input_dropped();
    }
    switch (signal) {
    case KeySignal::interrupt:
        send_foreground(SIGINT);
        break;
    case KeySignal::quit:
        send_foreground(SIGQUIT);
        break;
    case KeySignal::suspend:
        send_foreground(SIGTSTP);
        break;
    }
}

[[clang::no_thread_safety_analysis]] void Tty::stop_output(bool stopped) {
    stopped_by_key_ = stopped;
    driver_.on_stopped(stopped);
}

void Tty::drain() {
    while (output_.size() != 0 && !stopped_by_key_ && !stopped_by_call_) {
        const std::size_t sent = driver_.send(output_.front());
        if (sent == 0) {
            return;
        }
        output_.drop(sent);
    }
}

// --- the driver's side

std::size_t Tty::receive(std::span<const char> typed) {
    std::size_t taken = 0;
    {
        SpinGuard guard{lock_};
        taken = discipline_.receive(typed, *this);
        drain();
        input_was_full_ = taken < typed.size();
        if (!discipline_.readable()) {
            return taken;
        }
        readers_.wake_all(guard);
    }
    source_.notify(k_input_events);
    return taken;
}

void Tty::receive_break() {
    SpinGuard guard{lock_};
    discipline_.receive_break(*this);
    drain();
    readers_.wake_all(guard);
}

void Tty::on_room() {
    {
        SpinGuard guard{lock_};
        drain();
        if (output_.room() < k_for_echo) {
            return;
        }
        writers_.wake_all(guard);
    }
    source_.notify(k_output_events);
}

void Tty::hang_up() {
    generation_.fetch_add(1, std::memory_order_relaxed);
    {
        SpinGuard guard{lock_};
        discipline_.flush();
        output_.clear();
        stopped_by_key_ = stopped_by_call_ = false;
        readers_.wake_all(guard);
    }
    {
        SpinGuard guard{lock_};
        writers_.wake_all(guard);
    }
    source_.notify(k_input_events | k_output_events | POLLHUP | POLLERR);
    Sessions::hang_up(*this);
}

bool Tty::is_open() {
    const SpinGuard guard{lock_};
    return open_files_ != 0;
}

WindowSize Tty::window_size() {
    const SpinGuard guard{lock_};
    return window_;
}

void Tty::set_window_size(const WindowSize& size) {
    {
        const SpinGuard guard{lock_};
        if (size.rows == window_.rows && size.columns == window_.columns && size.width == window_.width && size.height == window_.height) {
            return;
        }
        window_ = size;
    }
    send_foreground(SIGWINCH);
}

// --- reading

Result<std::size_t> Tty::read(fs::Transfer& to, bool nonblocking, std::uint32_t generation) {
    if (is_hung_up(generation) || to.left() == 0) {
        return std::size_t{0};
    }
    TRY(check_background(Mode::read));
    bool canonical = false;
    {
        const SpinGuard guard{lock_};
        canonical = discipline_.canonical();
    }
    const Result<std::size_t> size = canonical ? read_line(to, nonblocking, generation) : read_raw(to, nonblocking, generation);
    bool was_full = false;
    {
        const SpinGuard guard{lock_};
        was_full = std::exchange(input_was_full_, false);
    }
    if (was_full) {
        driver_.on_input_room();
    }
    return size;
}

Result<bool> Tty::wait_for_input(bool nonblocking, std::uint32_t generation, std::size_t least, Nanoseconds limit) {
    SpinGuard guard{lock_};
    const auto is_there = [&]() __attribute__((no_thread_safety_analysis)) { return discipline_.readable(least) || is_hung_up(generation); };
    if (is_there()) {
        return !is_hung_up(generation);
    }
    if (nonblocking) {
        return Errno::again;
    }
    if (limit == Nanoseconds{}) {
        if (!readers_.wait_interruptible(guard, is_there)) {
            return Errno::restart_sys;
        }
        return !is_hung_up(generation);
    }
    switch (readers_.wait_interruptible_until(guard, now() + limit, is_there)) {
    case WaitEnd::woken:
        return !is_hung_up(generation);
    case WaitEnd::timed_out:
        return false;
    case WaitEnd::interrupted:
        break;
    }
    return Errno::restart_sys;
}

// A part of what has been typed to the program. `ends`: the line, or nothing more is there.
Result<std::size_t> Tty::move_out(fs::Transfer& to, bool& ends) {
    std::array<char, k_part> part;
    LineDiscipline::Read read;
    {
        const SpinGuard guard{lock_};
        read = discipline_.read(std::span{part}.first(std::min(part.size(), to.left())));
        ends = read.ends || !discipline_.readable();
    }
    return to.put(part.data(), read.size);
}

Result<std::size_t> Tty::read_line(fs::Transfer& to, bool nonblocking, std::uint32_t generation) {
    if (!TRY(wait_for_input(nonblocking, generation, 1, {}))) {
        return std::size_t{0};
    }
    std::size_t done = 0;
    for (bool ends = false; !ends && to.left() != 0;) {
        const Result<std::size_t> moved = move_out(to, ends);
        if (!moved) {
            return done != 0 ? Result<std::size_t>{done} : moved;
        }
        done += *moved;
    }
    return done;
}

Tty::Patience Tty::patience() {
    const SpinGuard guard{lock_};
    const unsigned char least = discipline_.termios().c_cc[VMIN];
    const Nanoseconds limit{discipline_.termios().c_cc[VTIME] * std::int64_t{100'000'000}};
    return {.least = least, .limit = limit, .from_first = least != 0};
}

Result<std::size_t> Tty::read_raw(fs::Transfer& to, bool nonblocking, std::uint32_t generation) {
    const Patience patience = this->patience();
    const std::size_t least = std::min(patience.least, to.left());
    std::size_t done = 0;
    do {
        // With neither, what is there is all.
        const bool wait = patience.least != 0 || patience.limit != Nanoseconds{};
        const Nanoseconds limit = patience.from_first && done == 0 ? Nanoseconds{} : patience.limit;
        const Result<bool> there = wait_for_input(nonblocking || !wait, generation, 1, limit);
        if (!there || !*there) {
            if (done != 0 || (there && !*there) || !wait) {
                return done;
            }
            return there.error();
        }
        for (bool ends = false; !ends && to.left() != 0;) {
            const Result<std::size_t> moved = move_out(to, ends);
            if (!moved) {
                return done != 0 ? Result<std::size_t>{done} : moved;
            }
            done += *moved;
        }
    } while (done < least && to.left() != 0);
    return done;
}

// --- writing

// As much of the text as there is room for.
void Tty::put_processed(std::span<const char> text, std::size_t& taken) {
    const bool processes = discipline_.processes_output();
    while (taken < text.size() && output_.room() > k_for_echo) {
        if (!processes) {
            const std::span<const char> rest = text.subspan(taken).first(std::min(text.size() - taken, output_.room() - k_for_echo));
            queue(rest);
            taken += rest.size();
            continue;
        }
        std::array<char, LineDiscipline::k_most_output> shown;
        const std::size_t size = discipline_.show(text[taken], shown);
        queue(std::span{shown}.first(size));
        ++taken;
    }
}

Result<std::size_t> Tty::write(fs::Transfer& from, bool nonblocking, std::uint32_t generation) {
    if (is_hung_up(generation)) {
        return Errno::io;
    }
    TRY(check_background(Mode::write));
    std::size_t done = 0;
    while (from.left() != 0) {
        std::array<char, k_part> part;
        const Result<std::size_t> size = from.take(part.data(), std::min(part.size(), from.left()));
        if (!size) {
            return done != 0 ? Result<std::size_t>{done} : size;
        }
        for (std::size_t taken = 0; taken < *size;) {
            SpinGuard guard{lock_};
            // Looked at under the lock, which the hang-up takes after it has counted: what is queued before that is dropped.
            if (is_hung_up(generation)) {
                return done != 0 ? Result<std::size_t>{done} : Errno::io;
            }
            const std::size_t before = taken;
            put_processed(std::span{part}.first(*size), taken);
            drain();
            done += taken - before;
            if (taken == *size) {
                break;
            }
            const auto has_room = [&]() __attribute__((no_thread_safety_analysis)) { return output_.room() > k_for_echo || is_hung_up(generation); };
            if (!has_room() && (nonblocking || !writers_.wait_interruptible(guard, has_room))) {
                return done != 0 ? Result<std::size_t>{done} : Result<std::size_t>{nonblocking ? Errno::again : Errno::restart_sys};
            }
        }
    }
    return done;
}

// --- polling

fs::PollEvents Tty::poll(fs::PollRegistrar* registrar, std::uint32_t generation) {
    if (registrar != nullptr) {
        registrar->watch(source_);
    }
    if (is_hung_up(generation)) {
        return k_input_events | k_output_events | POLLHUP | POLLERR;
    }
    const SpinGuard guard{lock_};
    const unsigned char least = discipline_.termios().c_cc[VMIN];
    const bool waits_for_least = discipline_.termios().c_cc[VTIME] == 0 && least != 0;
    fs::PollEvents events = discipline_.readable(waits_for_least ? least : 1) ? k_input_events : 0;
    events |= output_.room() > k_for_echo ? k_output_events : 0;
    return events;
}

// --- opening and closing

Result<std::uint32_t> Tty::on_open(std::uint32_t flags, bool may_control) {
    {
        const SpinGuard guard{lock_};
        if (exclusive_ && open_files_ != 0 && !task::current_user().credentials.load(std::memory_order_relaxed)->has(CAP_SYS_ADMIN)) {
            return Errno::busy;
        }
        ++open_files_;
    }
    if (may_control && (flags & O_NOCTTY) == 0 && (flags & O_ACCMODE) != O_WRONLY) {
        Sessions::on_open(*this);
    }
    return generation_.load(std::memory_order_relaxed);
}

void Tty::on_close() {
    bool last = false;
    {
        const SpinGuard guard{lock_};
        last = --open_files_ == 0;
        if (last) {
            exclusive_ = false;
            stopped_by_key_ = stopped_by_call_ = false;
            drain();
        }
    }
    if (last) {
        driver_.on_last_close();
    }
}

}  // namespace phx::tty
