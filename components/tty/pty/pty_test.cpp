// pty(7), ioctl_tty(2), and the file system devpts, from both sides of pseudo-terminals.
#include <algorithm>
#include <deque>
#include <random>
#include <set>

#include <linux/magic.h>
#include <tty/terminal/session_test.hpp>

namespace phx::tty {
namespace {

constexpr fs::Device k_ptmx = fs::make_device(5, 2);
constexpr std::uint32_t k_slaves = 136;

class PtyTest : public SessionTest {
protected:
    struct Pair {
        Ref<fs::File> master;
        Ref<fs::File> slave;
        std::uint32_t number = 0;
    };
    static Result<Ref<fs::File>> open_master(std::uint32_t flags = O_RDWR) { return wiring::pty.open(k_ptmx, inode(), flags); }
    static Result<Ref<fs::File>> open_slave(std::uint32_t number, std::uint32_t flags = O_RDWR | O_NOCTTY) {
        return wiring::pty.open(fs::make_device(k_slaves, number), inode(), flags);
    }
    static Pair open(std::uint32_t flags = O_RDWR | O_NONBLOCK) {
        Pair pair;
        pair.master = *open_master(flags);
        EXPECT_EQ(tell(*pair.master, TIOCSPTLCK, 0), 0);
        pair.number = ask<std::uint32_t>(*pair.master, TIOCGPTN);
        pair.slave = *open_slave(pair.number, flags | O_NOCTTY);
        return pair;
    }
    static Ref<fs::Inode> root() { return (*wiring::pty.mount("", ""))->root(); }
    static std::set<std::string> list() {
        struct Names final : fs::EntrySink {
            bool entry(std::string_view name, std::uint64_t, std::uint8_t, std::uint64_t) override {
                if (names.size() == most) {
                    return false;
                }
                EXPECT_TRUE(names.emplace(name).second) << name << " comes twice";
                return true;
            }
            std::set<std::string> names;
            std::size_t most = 0;
        } names;
        const Ref<fs::Inode> directory = root();
        const Ref<fs::File> file = *directory->open(O_RDONLY);
        std::uint64_t position = 0;
        do {
            ++names.most;  // in as many reads as there are names
            EXPECT_TRUE(file->read_entries(position, names));
        } while (names.names.size() == names.most);
        return names.names;
    }
};

TEST_F(PtyTest, BytesGoBothWays) {
    run([] {
        const Pair pair = open();
        EXPECT_EQ(read(*pair.master, 10), "EAGAIN");
        EXPECT_EQ(read(*pair.slave, 10), "EAGAIN");
        EXPECT_EQ(write(*pair.master, "typed\r"), 6);
        EXPECT_EQ(read(*pair.slave, 100), "typed\n");
        EXPECT_EQ(read(*pair.master, 100), "typed\r\n") << "the echo";
        EXPECT_EQ(write(*pair.slave, "shown\n"), 6);
        EXPECT_EQ(ask<int>(*pair.master, FIONREAD), 7);
        EXPECT_EQ(read(*pair.master, 3), "sho");
        EXPECT_EQ(read(*pair.master, 100), "wn\r\n");
        write(*pair.slave, "dropped");
        EXPECT_EQ(ioctl(*pair.master, TCFLSH, TCIFLUSH), 0);
        EXPECT_EQ(read(*pair.master, 100), "EAGAIN");
    });
}

TEST_F(PtyTest, EachSideWaitsForTheOther) {
    run([this] {
        const Pair pair = open(O_RDWR);
        const std::int64_t start = now();
        later(10, [&] { write(*pair.slave, "x"); });
        EXPECT_EQ(read(*pair.master, 10), "x");
        EXPECT_EQ(now() - start, 10);
        later(10, [&] { write(*pair.master, "y\n"); });
        EXPECT_EQ(read(*pair.slave, 10), "y\n");
        EXPECT_EQ(now() - start, 20);
        task::Thread& self = task::current();
        ioctl(*pair.master, TCFLSH, TCIFLUSH);
        later(5, [&] { sync::interrupt(self, arch::k_signal_pending); });
        EXPECT_EQ(read(*pair.master, 10), k_interrupted);
        task::current().user_work = 0;
        // More than all that is between them holds.
        make_raw(*pair.slave);
        const std::string text(20'000, 'z');
        const auto drain = [&](fs::File& file) {
            std::string got;
            while (got.size() < text.size()) {
                got += read(file, 3000);
            }
            EXPECT_EQ(got, text);
        };
        later(10, [&] { drain(*pair.master); });
        EXPECT_EQ(write(*pair.slave, text), 20'000);
        pass(50);
        later(10, [&] { drain(*pair.slave); });
        EXPECT_EQ(write(*pair.master, text), 20'000);
        pass(50);
        EXPECT_EQ(ask<int>(*pair.slave, FIONREAD), 0);
        EXPECT_EQ(ask<int>(*pair.master, FIONREAD), 0);
    });
}

// Raw: two queues of bytes. What one side took the other reads, in order; each holds at least 4095 bytes, and never takes less than it could.
TEST_F(PtyTest, RawBytesAreTwoQueues) {
    run([] {
        const Pair pair = open();
        make_raw(*pair.slave);
        std::mt19937 random{11};
        std::deque<char> queues[2];
        unsigned char next = 0;
        for (int i = 0; i < 3000; ++i) {
            const unsigned to = random() % 2;
            fs::File& from_file = to == 0 ? *pair.master : *pair.slave;
            fs::File& to_file = to == 0 ? *pair.slave : *pair.master;
            std::deque<char>& queue = queues[to];
            const std::size_t size = random() % 8 == 0 ? random() % 6000 : random() % 200;
            if (random() % 2 == 0) {
                std::string text(size, '\0');
                std::ranges::generate(text, [&] { return static_cast<char>(next++); });
                const std::int64_t took = write(from_file, text);
                if (took < 0) {
                    ASSERT_EQ(took, -EAGAIN);
                    ASSERT_GE(queue.size(), 4095U);
                    ASSERT_GT(size, 0U);
                    continue;
                }
                ASSERT_LE(static_cast<std::size_t>(took), size);
                if (static_cast<std::size_t>(took) < size) {
                    ASSERT_GE(queue.size() + static_cast<std::size_t>(took), 4095U);
                }
                queue.insert(queue.end(), text.begin(), text.begin() + took);
            } else {
                const std::string got = read(to_file, size);
                if (queue.empty() && size != 0) {
                    ASSERT_EQ(got, "EAGAIN");
                    continue;
                }
                ASSERT_LE(got.size(), queue.size());
                ASSERT_TRUE(std::equal(got.begin(), got.end(), queue.begin())) << i;
                ASSERT_GE(got.size(), std::min(size, std::min<std::size_t>(queue.size(), 4095)));
                queue.erase(queue.begin(), queue.begin() + static_cast<std::ptrdiff_t>(got.size()));
            }
            const bool there = (pair.slave->poll(nullptr) & POLLIN) != 0;
            ASSERT_EQ(there, !queues[0].empty());
            ASSERT_EQ((pair.master->poll(nullptr) & POLLIN) != 0, !queues[1].empty());
            ASSERT_EQ(ask<int>(*pair.slave, FIONREAD), static_cast<int>(queues[0].size()));
        }
    });
}

// Canonical: lines, which come one a read and whole; erasing takes from the line that is not complete, and only from that.
TEST_F(PtyTest, CanonicalInputIsLines) {
    run([] {
        const Pair pair = open();
        change(*pair.slave, [](Termios& t) { t.c_lflag &= ~tcflag_t{ECHO}; });
        std::mt19937 random{12};
        std::deque<std::string> lines;
        std::string line;
        for (int i = 0; i < 5000; ++i) {
            switch (random() % 8) {
            case 0:
                write(*pair.master, "\r");
                lines.push_back(std::exchange(line, {}) + "\n");
                break;
            case 1:
                write(*pair.master, "\x7f");
                line = line.substr(0, line.size() - (line.empty() ? 0 : 1));
                break;
            case 2:
                write(*pair.master, "\x15");
                line.clear();
                break;
            case 3:
                write(*pair.master, "\x04");
                lines.push_back(std::exchange(line, {}));
                break;
            case 4: {
                const std::size_t size = 1 + random() % 12;
                const std::string got = read(*pair.slave, size);
                if (lines.empty()) {
                    ASSERT_EQ(got, "EAGAIN");
                    break;
                }
                ASSERT_EQ(got, lines.front().substr(0, size)) << i;
                lines.front().erase(0, got.size());
                if (lines.front().empty()) {
                    lines.pop_front();
                }
                break;
            }
            default: {
                const std::string word(1 + random() % 9, static_cast<char>('a' + random() % 26));
                if (line.size() < 100 && lines.size() < 30) {
                    ASSERT_EQ(write(*pair.master, word), static_cast<std::int64_t>(word.size()));
                    line += word;
                }
                break;
            }
            }
            while (lines.size() > 20) {
                ASSERT_EQ(read(*pair.slave, 4096), lines.front());
                lines.pop_front();
            }
            std::size_t count = 0;
            for (const std::string& each : lines) {
                count += each.size();
            }
            ASSERT_EQ(ask<int>(*pair.slave, FIONREAD), static_cast<int>(count)) << i;
        }
    });
}

TEST_F(PtyTest, ASlaveIsLockedAtFirst) {
    run([] {
        const auto master = *open_master();
        const auto number = ask<std::uint32_t>(*master, TIOCGPTN);
        EXPECT_EQ(ask<int>(*master, TIOCGPTLCK), 1);
        EXPECT_EQ(open_slave(number).error(), Errno::io);
        EXPECT_EQ(tell(*master, TIOCSPTLCK, 0), 0);
        EXPECT_EQ(ask<int>(*master, TIOCGPTLCK), 0);
        EXPECT_TRUE(open_slave(number));
        EXPECT_EQ(tell(*master, TIOCSPTLCK, 7), 0);
        EXPECT_EQ(open_slave(number).error(), Errno::io);
        EXPECT_EQ(ioctl(*master, TIOCSPTLCK, k_nowhere), -EFAULT);
        EXPECT_EQ(ioctl(*master, TIOCGPTN, k_nowhere), -EFAULT);
        EXPECT_EQ(open_slave(number + 1).error(), Errno::io) << "there is none";
        EXPECT_EQ(open_slave(1000).error(), Errno::io);
    });
}

TEST_F(PtyTest, AMasterWithoutSlavesReadsAnError) {
    run([this] {
        Pair pair;
        pair.master = *open_master(O_RDWR | O_NONBLOCK);
        EXPECT_EQ(read(*pair.master, 10), "EAGAIN") << "none has been opened yet";
        EXPECT_EQ(pair.master->poll(nullptr) & POLLHUP, 0U);
        tell(*pair.master, TIOCSPTLCK, 0);
        pair.number = ask<std::uint32_t>(*pair.master, TIOCGPTN);
        pair.slave = *open_slave(pair.number);
        auto other = *open_slave(pair.number);
        write(*pair.slave, "last");
        pair.slave = {};
        EXPECT_EQ(pair.master->poll(nullptr) & POLLHUP, 0U);
        other = {};
        EXPECT_EQ(pair.master->poll(nullptr) & (POLLHUP | POLLIN), fs::PollEvents{POLLHUP | POLLIN});
        EXPECT_EQ(read(*pair.master, 10), "last");
        EXPECT_EQ(read(*pair.master, 10), "EIO");
        pair.slave = *open_slave(pair.number);
        EXPECT_EQ(read(*pair.master, 10), "EAGAIN") << "it is there again";
        pair.master->set_flags(O_RDWR);
        later(10, [&] { pair.slave = {}; });
        EXPECT_EQ(read(*pair.master, 10), "EIO") << "who waits is told";
    });
}

TEST_F(PtyTest, ASlaveHangsUpWithItsMaster) {
    run([this] {
        Pair pair = open(O_RDWR);
        pair.slave = *open_slave(pair.number, O_RDWR);
        EXPECT_EQ(ask<int>(*pair.slave, TIOCGSID), k_leader);
        write(*pair.master, "lost\n");
        read(*pair.slave, 10);
        later(10, [&] { pair.master = {}; });
        EXPECT_EQ(read(*pair.slave, 10), "");
        EXPECT_EQ(signals(), "1>p100 18>p100 1>100");
        EXPECT_EQ(write(*pair.slave, "x"), -EIO);
        EXPECT_EQ(pair.slave->poll(nullptr) & (POLLHUP | POLLERR), fs::PollEvents{POLLHUP | POLLERR});
        EXPECT_EQ(open_slave(pair.number).error(), Errno::io);
        EXPECT_EQ(root()->lookup(std::to_string(pair.number)).error(), Errno::noent);
        EXPECT_NE(ask<std::uint32_t>(**open_master(), TIOCGPTN), pair.number) << "its number is in use as long as it is open";
        const auto number = pair.number;
        pair.slave = {};
        EXPECT_EQ(ask<std::uint32_t>(**open_master(), TIOCGPTN), number);
    });
}

TEST_F(PtyTest, PacketsSayWhatHappened) {
    run([] {
        const Pair pair = open();
        EXPECT_EQ(ask<int>(*pair.master, TIOCGPKT), 0);
        ioctl(*pair.slave, TCFLSH, TCOFLUSH);  // before anybody wants to know
        EXPECT_EQ(tell(*pair.master, TIOCPKT, 1), 0);
        EXPECT_EQ(ask<int>(*pair.master, TIOCGPKT), 1);
        const auto packet = [&] { return read(*pair.master, 100); };
        EXPECT_EQ(packet(), "EAGAIN");
        write(*pair.slave, "data");
        EXPECT_EQ(packet(), std::string("\0data", 5));
        ioctl(*pair.slave, TCFLSH, TCIFLUSH);
        EXPECT_EQ(pair.master->poll(nullptr) & (POLLPRI | POLLIN), fs::PollEvents{POLLPRI | POLLIN});
        EXPECT_EQ(tell(*pair.master, TIOCPKT, 1), 0) << "and no news is lost by asking for it again";
        EXPECT_EQ(packet(), std::string(1, TIOCPKT_FLUSHREAD));
        EXPECT_EQ(pair.master->poll(nullptr) & POLLPRI, 0U);
        ioctl(*pair.slave, TCFLSH, TCIOFLUSH);
        EXPECT_EQ(packet(), std::string(1, TIOCPKT_FLUSHREAD | TIOCPKT_FLUSHWRITE));
        ioctl(*pair.slave, TCXONC, TCOOFF);
        EXPECT_EQ(packet(), std::string(1, TIOCPKT_STOP));
        write(*pair.slave, "x");
        EXPECT_EQ(packet(), "EAGAIN");
        ioctl(*pair.slave, TCXONC, TCOON);
        EXPECT_EQ(packet(), std::string(1, TIOCPKT_START)) << "before the data";
        EXPECT_EQ(packet(), std::string("\0x", 2));
        ioctl(*pair.slave, TCXONC, TCOOFF);
        ioctl(*pair.slave, TCXONC, TCOON);
        EXPECT_EQ(packet(), std::string(1, TIOCPKT_START)) << "only the later of two";
        change(*pair.slave, [](Termios& t) { t.c_iflag &= ~tcflag_t{IXON}; });
        EXPECT_EQ(packet(), std::string(1, TIOCPKT_NOSTOP));
        change(*pair.slave, [](Termios& t) { t.c_iflag |= IXON; });
        EXPECT_EQ(packet(), std::string(1, TIOCPKT_DOSTOP));
        change(*pair.slave, [](Termios& t) { t.c_cc[VSTOP] = 'x'; });
        EXPECT_EQ(packet(), std::string(1, TIOCPKT_NOSTOP));
        change(*pair.slave, [](Termios& t) { t.c_cc[VSTART] = 'y'; });
        EXPECT_EQ(packet(), "EAGAIN");
        EXPECT_EQ(tell(*pair.master, TIOCPKT, 0), 0);
        write(*pair.slave, "plain");
        EXPECT_EQ(packet(), "plain");
    });
}

// Somebody who polls one side.
class Watcher final : public fs::PollWatch, public fs::PollRegistrar {
public:
    explicit Watcher(fs::File& file) { file.poll(this); }
    ~Watcher() { source_->detach(*this); }
    void watch(fs::PollSource& source) override {
        source_ = &source;
        source.attach(*this);
    }
    void on_events(fs::PollEvents events) override { events_ |= events; }
    fs::PollEvents take() { return std::exchange(events_, 0); }

private:
    fs::PollSource* source_ = nullptr;
    fs::PollEvents events_ = 0;
};

TEST_F(PtyTest, WhoPollsIsTold) {
    run([] {
        Pair pair = open();
        Watcher slave{*pair.slave};
        {
            Watcher master{*pair.master};
            change(*pair.slave, [](Termios& t) { t.c_lflag &= ~tcflag_t{ECHO}; });
            write(*pair.slave, "x");
            EXPECT_EQ(master.take() & POLLIN, fs::PollEvents{POLLIN});
            write(*pair.master, "y");
            EXPECT_EQ(slave.take() & POLLIN, 0U) << "no line yet";
            write(*pair.master, "\r");
            EXPECT_EQ(slave.take() & POLLIN, fs::PollEvents{POLLIN});
            make_raw(*pair.slave);
            while (write(*pair.slave, std::string(1000, 'z')) > 0) {
            }
            EXPECT_EQ(pair.slave->poll(nullptr) & POLLOUT, 0U);
            slave.take();
            while (read(*pair.master, 1000) != "EAGAIN") {
            }
            EXPECT_EQ(slave.take() & POLLOUT, fs::PollEvents{POLLOUT});
            while (write(*pair.master, std::string(1000, 'z')) > 0) {
            }
            EXPECT_EQ(pair.master->poll(nullptr) & POLLOUT, 0U);
            master.take();
            read(*pair.slave, 4096);
            EXPECT_EQ(master.take() & POLLOUT, fs::PollEvents{POLLOUT});
            EXPECT_EQ(pair.master->poll(nullptr) & POLLOUT, fs::PollEvents{POLLOUT});
            tell(*pair.master, TIOCPKT, 1);
            ioctl(*pair.slave, TCFLSH, TCOFLUSH);
            EXPECT_EQ(master.take() & POLLPRI, fs::PollEvents{POLLPRI});
            auto other = *open_slave(pair.number);
            master.take();
            other = {};
            EXPECT_EQ(master.take() & POLLHUP, 0U) << "one is left";
        }
        slave.take();
        pair.master = {};
        EXPECT_EQ(slave.take() & POLLHUP, fs::PollEvents{POLLHUP});
    });
}

TEST_F(PtyTest, TheMasterRulesTheSlave) {
    run([this] {
        Pair pair = open();
        EXPECT_EQ(ask<int>(*pair.master, TIOCGPGRP), 0);
        EXPECT_EQ(ioctl(*pair.master, TIOCGSID, k_at), -ENOTTY) << "it is nobody's yet";
        pair.slave = *open_slave(pair.number, O_RDWR);
        EXPECT_EQ(ask<int>(*pair.master, TIOCGPGRP), k_leader);
        EXPECT_EQ(ask<int>(*pair.master, TIOCGSID), k_leader);
        task::Process& other = wiring::processes.add(300);
        as(other, [&] {
            EXPECT_EQ(ask<int>(*pair.master, TIOCGSID), k_leader) << "whoever asks";
            EXPECT_EQ(ioctl(*pair.slave, TIOCGSID, k_at), -ENOTTY);
            EXPECT_EQ(tell(*pair.master, TIOCSWINSZ, WindowSize{50, 132, 0, 0}), 0);
            EXPECT_EQ(signals(), "28>100");
            EXPECT_EQ(ioctl(*pair.master, TIOCSIG, SIGINT), 0);
            EXPECT_EQ(ioctl(*pair.master, TIOCSIG, SIGQUIT), 0);
            EXPECT_EQ(ioctl(*pair.master, TIOCSIG, SIGTSTP), 0);
            EXPECT_EQ(signals(), "2>100 3>100 20>100");
            EXPECT_EQ(ioctl(*pair.master, TIOCSIG, SIGKILL), -EINVAL);
            EXPECT_EQ(ioctl(*pair.master, TIOCSIG, 0), -EINVAL);
            write(*pair.master, "\x03");
            EXPECT_EQ(signals(), "2>100");
            change(*pair.master, [](Termios& t) { t.c_lflag &= ~tcflag_t{ECHO}; });
        });
        EXPECT_EQ(ask<WindowSize>(*pair.slave, TIOCGWINSZ).columns, 132);
        EXPECT_EQ(ask<Termios>(*pair.slave, TCGETS2).c_lflag & ECHO, 0U);
        // Its holder's process may be in the background of the slave's session.
        as(background(), [&] { change(*pair.master, [](Termios& t) { t.c_lflag |= ECHO; }); });
        EXPECT_EQ(signals(), "");
    });
}

TEST_F(PtyTest, ModesAreThoseThatAPseudoTerminalCanHave) {
    run([] {
        const Pair pair = open();
        EXPECT_EQ(ask<Termios>(*pair.slave, TCGETS2).c_cflag, tcflag_t{B38400 | CS8 | CREAD});
        change(*pair.slave, [](Termios& t) { t.c_cflag = B9600 | CS7 | PARENB | CSTOPB; });
        EXPECT_EQ(ask<Termios>(*pair.slave, TCGETS2).c_cflag, tcflag_t{B9600 | CS8 | CREAD | CSTOPB});
    });
}

TEST_F(PtyTest, NamesAreThoseOfOpenMasters) {
    run([] {
        EXPECT_EQ(list(), (std::set<std::string>{".", "..", "ptmx"}));
        const Pair first = open();
        Pair second = open();
        const Pair third = open();
        EXPECT_EQ(list(), (std::set<std::string>{".", "..", "ptmx", "0", "1", "2"}));
        second = {};
        EXPECT_EQ(list(), (std::set<std::string>{".", "..", "ptmx", "0", "2"}));
        for (const char* name : {"1", "00", "02", "+2", "2x", "-1", "", "4", "99999999999"}) {
            EXPECT_EQ(root()->lookup(name).error(), Errno::noent) << name;
        }
        const auto node = *root()->lookup("2");
        const fs::Attributes found = node->attributes();
        EXPECT_EQ(found.device, fs::make_device(k_slaves, 2));
        EXPECT_EQ(found.mode & S_IFMT, fs::Mode{S_IFCHR});
        EXPECT_EQ((*root()->lookup("ptmx"))->attributes().device, k_ptmx);
        EXPECT_EQ(root()->super().stats().magic, std::uint64_t{DEVPTS_SUPER_MAGIC});
        EXPECT_EQ(root()->super().type(), "devpts");
    });
}

TEST_F(PtyTest, ThereAreNoMoreThanItsParameterSays) {
    run([] {
        Pair pairs[4] = {open(), open(), open(), open()};
        EXPECT_EQ(open_master().error(), Errno::nospc);
        pairs[2] = {};
        EXPECT_EQ(open().number, 2U) << "the lowest that is free";
    });
    // Without memory nothing is left behind.
    run([] {
        const std::size_t before = wiring::fake_heap.stats().live_objects;
        for (std::uint64_t successes = 0;; ++successes) {
            wiring::fake_heap.fail_after(successes);
            const auto master = open_master();
            wiring::fake_heap.fail_after(~std::uint64_t{0});
            if (master) {
                EXPECT_EQ(ask<std::uint32_t>(**master, TIOCGPTN), 0U);
                EXPECT_GE(successes, 2U);
                break;
            }
            EXPECT_EQ(master.error(), Errno::nomem);
            EXPECT_EQ(wiring::fake_heap.stats().live_objects, before) << successes;
        }
        EXPECT_EQ(wiring::fake_heap.stats().live_objects, before);
    });
}

TEST_F(PtyTest, MountOptionsSayWhoseNewSlavesAre) {
    run([] {
        const auto shown = [](std::string_view options) -> std::string {
            const auto super = wiring::pty.mount("", options);
            if (!super) {
                return std::string{errno_name(super.error())};
            }
            std::array<char, 100> text{};
            return {text.data(), (*super)->options(text.data(), text.size())};
        };
        EXPECT_EQ(shown("gid=5,mode=620,ptmxmode=666"), ",gid=5,mode=620,ptmxmode=666");
        const Pair pair = open();
        EXPECT_EQ(wiring::pty.node(0)->attributes().mode, fs::Mode{S_IFCHR | 0620});
        EXPECT_EQ(shown("uid=7,gid=5,mode=620"), ",uid=7,gid=5,mode=620,ptmxmode=000");
        const auto master = *open_master();
        const auto slave = wiring::pty.node(1);
        EXPECT_EQ(slave->attributes().uid, 7U);
        EXPECT_EQ(slave->attributes().gid, 5U);
        EXPECT_EQ(slave->attributes().mode, fs::Mode{S_IFCHR | 0620});
        for (const char* bad : {"gid=x", "mode=9", "nothing=1", "mode", "gid=-1"}) {
            EXPECT_EQ(shown(bad), "EINVAL") << bad;
        }
        EXPECT_EQ(shown("newinstance,max=10"), ",mode=600,ptmxmode=000");
    });
}

}  // namespace
}  // namespace phx::tty
