// /dev/tty (tty(4)), and what processes tell terminals and ask of them.
#include <tty/terminal/session_test.hpp>

namespace phx::tty {
namespace {

constexpr fs::Device k_tty = fs::make_device(5, 0);

class TerminalsTest : public SessionTest {
protected:
    // A pseudo-terminal whose slave somebody has opened.
    struct Pair {
        Ref<fs::File> master;
        Ref<fs::File> slave;
        std::uint32_t number = 0;
    };
    static Pair open(std::uint32_t flags) {
        Pair pair;
        pair.master = *wiring::pty.open(fs::make_device(5, 2), inode(), O_RDWR | O_NONBLOCK);
        tell(*pair.master, TIOCSPTLCK, 0);
        pair.number = ask<std::uint32_t>(*pair.master, TIOCGPTN);
        pair.slave = *wiring::pty.open(fs::make_device(136, pair.number), inode(), flags);
        return pair;
    }
    static Result<Ref<fs::File>> open_own(std::uint32_t flags = O_RDWR) { return wiring::terminals.open(k_tty, inode(), flags); }
};

TEST_F(TerminalsTest, TheNodeIsWhereLinuxHasIt) {
    ASSERT_EQ(wiring::terminals.nodes().size(), 1U);
    EXPECT_EQ(wiring::terminals.nodes()[0].name, "tty");
    EXPECT_EQ(wiring::terminals.nodes()[0].mode, 0666U);
    EXPECT_EQ(wiring::terminals.nodes()[0].device, k_tty);
    EXPECT_TRUE(wiring::terminals.serves(k_tty));
    EXPECT_FALSE(wiring::terminals.serves(fs::make_device(5, 1))) << "the console";
    EXPECT_FALSE(wiring::terminals.serves(fs::make_device(5, 2))) << "/dev/ptmx";
}

TEST_F(TerminalsTest, IsTheProcesssOwnTerminal) {
    run([this] {
        EXPECT_EQ(open_own().error(), Errno::nxio);
        const Pair others = open(O_RDWR | O_NOCTTY);
        EXPECT_EQ(open_own().error(), Errno::nxio);
        const Pair pair = open(O_RDWR);
        const auto own = *open_own();
        EXPECT_EQ(own->flags(), std::uint32_t{O_RDWR});
        EXPECT_EQ(write(*own, "hello"), 5);
        EXPECT_EQ(read(*pair.master, 10), "hello");
        EXPECT_EQ(read(*others.master, 10), "EAGAIN");
        write(*pair.master, "typed\n");
        EXPECT_EQ(read(*own, 10), "typed\n");
        EXPECT_EQ(ask<int>(*own, TIOCGPGRP), k_leader);
        as(background(), [] { EXPECT_TRUE(open_own()); });
        as(wiring::processes.add(300), [] { EXPECT_EQ(open_own().error(), Errno::nxio) << "another session"; });
        EXPECT_EQ(ioctl(*own, TIOCNOTTY), 0);
        EXPECT_EQ(open_own().error(), Errno::nxio);
    });
}

TEST_F(TerminalsTest, OpeningItGivesNobodyATerminal) {
    run([] {
        Pair pair = open(O_RDWR);
        const auto own = *open_own();
        task::Process& other = wiring::processes.add(300);
        as(other, [&] {
            EXPECT_EQ(open_own().error(), Errno::nxio);
            EXPECT_EQ(ioctl(*own, TIOCGPGRP, k_at), -ENOTTY);
        });
    });
}

TEST_F(TerminalsTest, HangsUpWithTheLine) {
    run([] {
        Pair pair = open(O_RDWR);
        const auto own = *open_own(O_RDWR | O_NONBLOCK);
        pair.master = {};
        EXPECT_EQ(read(*own, 10), "");
        EXPECT_EQ(write(*own, "x"), -EIO);
        EXPECT_EQ(open_own().error(), Errno::nxio);
    });
}

TEST_F(TerminalsTest, ASessionsEndFreesItsTerminal) {
    run([this] {
        const Pair pair = open(O_RDWR);
        task::Session& session = *leader_->session;
        const ControllingTerminal had = wiring::terminals.of(session);
        EXPECT_EQ(had.device, fs::make_device(136, pair.number));
        EXPECT_EQ(had.foreground, k_leader);
        background();
        EXPECT_EQ(tell(*pair.slave, TIOCSPGRP, 200), 0);
        EXPECT_EQ(wiring::terminals.of(session).foreground, 200);
        signals();
        wiring::terminals.on_session_end(session);
        EXPECT_EQ(signals(), "1>200 18>200");
        const ControllingTerminal has = wiring::terminals.of(session);
        EXPECT_EQ(has.device, 0U);
        EXPECT_EQ(has.foreground, -1);
        EXPECT_EQ(open_own().error(), Errno::nxio);
        wiring::terminals.on_session_end(session);
        EXPECT_EQ(signals(), "") << "once";
        // Who has it open may go on with it; the next session may have it.
        EXPECT_EQ(write(*pair.slave, "still"), 5);
        task::Process& next = wiring::processes.add(300);
        as(next, [&] {
            EXPECT_EQ(ioctl(*pair.slave, TIOCSCTTY), 0);
            EXPECT_TRUE(open_own());
        });
        wiring::terminals.on_session_end(*next.session);
    });
}

TEST_F(TerminalsTest, WithoutMemoryItIsNotOpened) {
    run([] {
        const Pair pair = open(O_RDWR);
        wiring::fake_heap.fail_after(0);
        EXPECT_EQ(open_own().error(), Errno::nomem);
        wiring::fake_heap.fail_after(~std::uint64_t{0});
        EXPECT_TRUE(open_own());
    });
}

}  // namespace
}  // namespace phx::tty
