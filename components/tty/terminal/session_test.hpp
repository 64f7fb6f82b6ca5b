// Programs at a terminal, as fibers of one host thread: a session's leader runs the test, others act beside it or in its place.
#pragma once

#include <cstring>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include <arch/user_access.hpp>
#include <asm/ioctls.h>
#include <fs/interfaces/file.hpp>
#include <sync/parking.hpp>
#include <task/interfaces/fiber_machine.hpp>
#include <task/interfaces/process.hpp>
#include <tty/terminal/sessions.hpp>
#include <tty/terminal/tty.hpp>
#include <wiring.hpp>

namespace phx::tty {

constexpr std::int64_t k_ms = 1'000'000;
constexpr std::uint64_t k_at = arch::host::k_user_base;
constexpr std::uint64_t k_nowhere = 0x10;
constexpr task::Pid k_leader = 100;
constexpr std::string_view k_interrupted = "interrupted";  // to be tried again after the signal

class SessionTest : public ::testing::Test {
protected:
    // The body is the leader of session 100, which has no terminal yet.
    void run(std::function<void()> body) {
        arch::host::user_memory.reset();
        sent().clear();
        wiring::signals.ignore(0);
        task::FiberMachine::run([&] {
            leader_ = &wiring::processes.add(k_leader);
            task::UserThread& user = *leader_->leader;
            const auto thread = wiring::dut.create({.name = "leader", .user = &user, .held = true}, &call, &body);
            ASSERT_TRUE(thread);
            user.thread = *thread;
            (*thread)->detached = false;
            wiring::dut.start(**thread);
            wiring::dut.join(**thread);
            Sessions::leave(*leader_->session);
            user.thread = nullptr;
        });
        wiring::processes.reset();
    }
    // Does it after so long, as the leader's, beside whoever waits.
    void later(std::int64_t milliseconds, std::function<void()> body) {
        auto* const task = new std::function<void()>{[this, milliseconds, body = std::move(body)] {
            pass(milliseconds);
            as(*leader_, body);
        }};
        ASSERT_TRUE(wiring::dut.create({.name = "later", .detached = true},
                                       [](void* argument) {
                                           call(argument);
                                           delete static_cast<std::function<void()>*>(argument);
                                       },
                                       task));
    }
    static void pass(std::int64_t milliseconds) { wiring::dut.sleep_until(wiring::fake_clock.now() + Nanoseconds{milliseconds * k_ms}); }
    static std::int64_t now() { return wiring::fake_clock.now().count() / k_ms; }
    // What the body does is another process's doing.
    static void as(task::Process& process, const std::function<void()>& body) {
        task::UserThread* const mine = std::exchange(task::current().user, process.leader);
        body();
        task::current().user = mine;
    }
    // Of the leader's session, in a process group of its own.
    task::Process& background(task::Pid pid = 200) {
        task::Process& process = wiring::processes.add(pid, leader_);
        wiring::processes.set_group(process, pid);
        return process;
    }
    static void drop_capabilities(task::Process& process) {
        task::CredentialFields fields{};
        fields.effective = 0;
        as(process, [&] { EXPECT_TRUE(wiring::processes.become(fields)); });
    }

    static std::vector<task::FakeSignals::Sent>& sent() { return wiring::signals.sent(); }
    // Signals since the last look: "2>100", number and group, or "1>p100", and process.
    static std::string signals() {
        std::string text;
        for (const auto& each : std::exchange(sent(), {})) {
            text += (text.empty() ? "" : " ") + std::to_string(each.info.si_signo) + '>' +
                    (each.process != nullptr ? "p" + std::to_string(each.process->pid) : std::to_string(each.group));
        }
        return text;
    }

    // What was read, or the error's name.
    static std::string read(fs::File& file, std::size_t size) {
        std::string text(size, '?');
        fs::Transfer to{text.data(), size};
        const auto got = file.read(to, 0);
        if (!got) {
            return name_of(got.error());
        }
        text.resize(*got);
        return text;
    }
    static std::int64_t write(fs::File& file, std::string_view text) {
        std::string copy{text};
        fs::Transfer from{copy.data(), copy.size()};
        std::uint64_t offset = 0;
        return value(file.write(from, offset));
    }
    static std::int64_t ioctl(fs::File& file, std::uint32_t request, std::uint64_t argument = 0) { return value(file.ioctl(request, argument)); }
    template <class T>
    static std::int64_t tell(fs::File& file, std::uint32_t request, const T& what) {
        std::memcpy(arch::host::user_memory.at(k_at), &what, sizeof what);
        return ioctl(file, request, k_at);
    }
    template <class T>
    static T ask(fs::File& file, std::uint32_t request) {
        EXPECT_EQ(ioctl(file, request, k_at), 0);
        T got;
        std::memcpy(&got, arch::host::user_memory.at(k_at), sizeof got);
        return got;
    }
    static void change(fs::File& file, const std::function<void(Termios&)>& change, std::uint32_t request = TCSETS2) {
        auto termios = ask<Termios>(file, TCGETS2);
        change(termios);
        EXPECT_EQ(tell(file, request, termios), 0);
    }
    static void make_raw(fs::File& file, unsigned least = 1, unsigned tenths = 0) {
        change(file, [&](Termios& t) {
            t.c_iflag = t.c_oflag = t.c_lflag = 0;
            t.c_cc[VMIN] = static_cast<cc_t>(least);
            t.c_cc[VTIME] = static_cast<cc_t>(tenths);
        });
    }
    template <class T>
    static std::int64_t value(const Result<T>& result) {
        return result ? static_cast<std::int64_t>(*result) : -static_cast<std::int64_t>(result.error());
    }
    static std::string name_of(Errno error) { return std::string{error == Errno::restart_sys ? k_interrupted : errno_name(error)}; }

    // Some inode for an open file: that of /dev/pts/ptmx.
    static fs::Inode& inode() {
        static const Ref<fs::Inode> ptmx = *(*wiring::pty.mount("", ""))->root()->lookup("ptmx");
        return *ptmx;
    }

    task::Process* leader_ = nullptr;

private:
    static void call(void* argument) { (*static_cast<std::function<void()>*>(argument))(); }
};

}  // namespace phx::tty
