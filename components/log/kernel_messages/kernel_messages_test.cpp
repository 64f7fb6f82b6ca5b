// syslog(2) and /dev/kmsg (Linux Documentation/ABI/testing/dev-kmsg), as a program meets them.
#include <random>

#include <fs/file_calls/program_test.hpp>
#include <linux/capability.h>
#include <linux/fcntl.h>

namespace phx::log {
namespace {

enum Action : int { k_close, k_open, k_read, k_read_all, k_read_clear, k_clear, k_off, k_on, k_level, k_size_unread, k_size_buffer };

class KernelMessagesOfAProgram : public fs::Program {
protected:
    void SetUp() override {
        Program::SetUp();
        const fs::DeviceNode& node = wiring::messages.nodes()[0];
        ASSERT_EQ(make_node(node.name, node.mode, node.device), 0);
        EXPECT_EQ(syslog(k_clear), 0);
        take_new();
    }

    static std::int64_t syslog(int action, std::uint64_t at = 0, int size = 0) { return value(wiring::messages.sys_syslog(action, UserPtr<char>{at}, size)); }
    // What syslog(2) gives of so much; or its error's name.
    std::string take(int action, int size) {
        const std::uint64_t at = next_room(size);
        const auto got = wiring::messages.sys_syslog(action, UserPtr<char>{at}, size);
        return got ? bytes(at, static_cast<std::size_t>(*got)) : std::string{errno_name(got.error())};
    }
    std::string take_new() { return syslog(k_size_unread) == 0 ? "" : take(k_read, 8000); }
    static void log(std::string_view text, Level level = Level::info) {
        const std::array args{make_format_arg(text)};
        wiring::log.write(level, "tag", "{}", args);
    }
    void become(std::uint64_t capabilities) {
        task::CredentialFields fields{};
        fields.uid = fields.euid = fields.fsuid = 1000;
        fields.effective = capabilities;
        ASSERT_TRUE(wiring::processes.become(fields));
    }
    std::int64_t open_end() {
        const std::int64_t fd = open("kmsg", O_RDWR | O_NONBLOCK);
        EXPECT_EQ(seek(fd, 0, SEEK_END), 0);
        return fd;
    }
    // The next message, without the number and the time in it.
    std::string next(std::int64_t fd) {
        std::string line = read(fd, 1000);
        const std::size_t first = line.find(',');
        const std::size_t last = line.find(",-;");
        return first == line.npos || last == line.npos ? line : line.substr(0, first) + line.substr(last + 2);
    }

private:
    // The same room again and again: a test reads more than a program's memory holds.
    std::uint64_t next_room(int size) {
        EXPECT_LE(static_cast<std::size_t>(size), 8192U);
        return arch::host::k_user_base + 60 * arch::host::k_user_page;
    }
};

TEST_F(KernelMessagesOfAProgram, KmsgIsWhereLinuxHasIt) {
    ASSERT_EQ(wiring::messages.nodes().size(), 1U);
    EXPECT_EQ(wiring::messages.nodes()[0].name, "kmsg");
    EXPECT_EQ(wiring::messages.nodes()[0].mode, 0644U);
    EXPECT_EQ(wiring::messages.nodes()[0].device, fs::make_device(1, 11));
    EXPECT_TRUE(wiring::messages.serves(fs::make_device(1, 11)));
    EXPECT_FALSE(wiring::messages.serves(fs::make_device(1, 10)));
}

TEST_F(KernelMessagesOfAProgram, AReadGivesOneMessage) {
    const std::int64_t fd = open_end();
    EXPECT_EQ(read(fd, 1000), "EAGAIN");
    log("first");
    log("second", Level::error);
    log("third", Level::debug);
    log("fourth", Level::warning);
    EXPECT_EQ(next(fd), "6;tag: first\n");
    EXPECT_EQ(next(fd), "3;tag: second\n");
    EXPECT_EQ(next(fd), "7;tag: third\n");
    EXPECT_EQ(next(fd), "4;tag: fourth\n");
    EXPECT_EQ(read(fd, 1000), "EAGAIN");
}

TEST_F(KernelMessagesOfAProgram, MessagesAreNumberedAndTimed) {
    const std::int64_t fd = open_end();
    wiring::fake_clock.set(Nanoseconds{5'140'900'700});
    log("a");
    log("b");
    const std::string first = read(fd, 1000);
    const std::string second = read(fd, 1000);
    unsigned long long numbers[2];
    unsigned long long microseconds = 0;
    ASSERT_EQ(std::sscanf(first.c_str(), "6,%llu,%llu,-;tag: a", &numbers[0], &microseconds), 2) << first;
    ASSERT_EQ(std::sscanf(second.c_str(), "6,%llu,", &numbers[1]), 1) << second;
    EXPECT_EQ(microseconds, 5'140'900U);
    EXPECT_EQ(numbers[1], numbers[0] + 1);
    EXPECT_EQ(take(k_read_all, 4000), "<6>[    5.140900] tag: a\n<6>[    5.140900] tag: b\n");
}

TEST_F(KernelMessagesOfAProgram, AMessageIsALineWhateverIsInIt) {
    const std::int64_t fd = open_end();
    log("two\nlines\\ \xff\x7f");
    EXPECT_EQ(next(fd), "6;tag: two\\x0alines\\x5c \\xff\\x7f\n");
    log(std::string(200, '\n'));
    std::string expected = "6;tag: ";
    for (int i = 0; i < 200; ++i) {
        expected += "\\x0a";
    }
    EXPECT_EQ(next(fd), expected + "\n");
}

TEST_F(KernelMessagesOfAProgram, WhatDoesNotFitIsLost) {
    const std::int64_t fd = open_end();
    log("long enough");
    log("next");
    EXPECT_EQ(read(fd, 10), "EINVAL");
    EXPECT_EQ(next(fd), "6;tag: next\n");
    log("unseen");
    EXPECT_EQ(value(wiring::dut.sys_read(static_cast<int>(fd), UserPtr<void>{0x10}, 1000)), -EFAULT);
}

TEST_F(KernelMessagesOfAProgram, WhoIsTooSlowIsToldOnceAndMissesNoMore) {
    const std::int64_t fd = open_end();
    for (int i = 0; i < 100; ++i) {
        log("number " + std::to_string(100 + i));
    }
    EXPECT_EQ(read(fd, 1000), "EPIPE");
    const std::string oldest = next(fd);
    const std::int64_t other = open("kmsg", O_RDONLY | O_NONBLOCK);
    EXPECT_EQ(next(other), oldest) << "who opens it now begins with the oldest, and is told nothing";
    int last = std::stoi(oldest.substr(14));
    for (std::string line = next(fd); line != "EAGAIN"; line = next(fd)) {
        EXPECT_EQ(line, "6;tag: number " + std::to_string(++last) + "\n");
    }
    EXPECT_EQ(last, 199);
}

TEST_F(KernelMessagesOfAProgram, SeeksGoToTheOldestTheLastClearingOrTheEnd) {
    log("before");
    ASSERT_EQ(syslog(k_clear), 0);
    log("after");
    const std::int64_t fd = open("kmsg", O_RDONLY | O_NONBLOCK);
    const std::string oldest = next(fd);
    EXPECT_EQ(seek(fd, 0, SEEK_DATA), 0);
    EXPECT_EQ(next(fd), "6;tag: after\n");
    EXPECT_EQ(seek(fd, 0, SEEK_SET), 0);
    EXPECT_EQ(next(fd), oldest);
    EXPECT_EQ(seek(fd, 0, SEEK_END), 0);
    EXPECT_EQ(read(fd, 1000), "EAGAIN");
    EXPECT_EQ(seek(fd, 1, SEEK_SET), -ESPIPE);
    EXPECT_EQ(seek(fd, 0, SEEK_CUR), -EINVAL);
}

TEST_F(KernelMessagesOfAProgram, WritingAddsAMessageOfItsLevel) {
    const std::int64_t fd = open_end();
    const auto wrote = [&](std::string_view what) {
        EXPECT_EQ(write(fd, what), static_cast<std::int64_t>(what.size()));
        std::string line = next(fd);
        const std::size_t tag = line.find(": ");
        return tag == line.npos ? line : line.substr(0, 2) + line.substr(tag + 2);
    };
    EXPECT_EQ(wrote("plain\n"), "4;plain\n");
    EXPECT_EQ(wrote("<3>bad"), "3;bad\n");
    EXPECT_EQ(wrote("<6>good"), "6;good\n");
    EXPECT_EQ(wrote("<14>of a facility"), "6;of a facility\n");
    EXPECT_EQ(wrote("<7>detail"), "7;detail\n");
    EXPECT_EQ(wrote("<b>bold"), "4;<b>bold\n") << "no number";
    EXPECT_EQ(wrote("<6 x"), "4;<6 x\n");
    EXPECT_EQ(wrote("<"), "4;<\n");
    EXPECT_EQ(wrote("{}"), "4;{}\n") << "it is no format";
    EXPECT_EQ(write(fd, std::string(1025, 'x')), -EINVAL);
    EXPECT_EQ(value(wiring::dut.sys_write(static_cast<int>(fd), UserPtr<const char>{0x10}, 5)), -EFAULT);
    EXPECT_EQ(read(fd, 1000), "EAGAIN") << "and neither is a message";
}

TEST_F(KernelMessagesOfAProgram, PollTellsWhetherThereIsMore) {
    const std::int64_t fd = open_end();
    const fs::HeldFile file = wiring::descriptors.get(static_cast<int>(fd));
    EXPECT_EQ(file->poll(nullptr) & POLLIN, 0U);
    log("x");
    EXPECT_EQ(file->poll(nullptr) & (POLLIN | POLLRDNORM), fs::PollEvents{POLLIN | POLLRDNORM});
    next(fd);
    EXPECT_EQ(file->poll(nullptr) & POLLIN, 0U);
}

TEST_F(KernelMessagesOfAProgram, SyslogReadsEachMessageOnce) {
    wiring::fake_clock.set(Nanoseconds{0});
    EXPECT_EQ(syslog(k_size_unread), 0);
    log("one");
    log("two", Level::error);
    const std::string both = "<6>[    0.000000] tag: one\n<3>[    0.000000] tag: two\n";
    EXPECT_EQ(syslog(k_size_unread), static_cast<std::int64_t>(both.size()));
    EXPECT_EQ(take_new(), both);
    EXPECT_EQ(take_new(), "");
    EXPECT_EQ(take(k_read_all, 4000), both) << "which does not count";
}

// However small the buffers, all that was logged comes, once and in order.
TEST_F(KernelMessagesOfAProgram, ALineIsReadInPartsWhereItDoesNotFit) {
    wiring::fake_clock.set(Nanoseconds{0});
    std::mt19937 random{3};
    std::string expected;
    std::string got;
    for (int i = 0; i < 500; ++i) {
        if (random() % 3 == 0 && expected.size() - got.size() < 500) {
            const std::string text(random() % 60, static_cast<char>('a' + i % 26));
            log(text);
            expected += "<6>[    0.000000] tag: " + text + "\n";
        }
        ASSERT_EQ(syslog(k_size_unread), static_cast<std::int64_t>(expected.size() - got.size()));
        const std::size_t size = expected.size() == got.size() ? 0 : random() % 40;  // with nothing there it would wait
        const std::string part = take(k_read, static_cast<int>(size));
        ASSERT_EQ(part, expected.substr(got.size(), size));
        got += part;
    }
    EXPECT_GT(got.size(), 3000U);
}

TEST_F(KernelMessagesOfAProgram, ReadAllGivesTheNewestThatFitWhole) {
    wiring::fake_clock.set(Nanoseconds{0});
    log("aa");
    log("bb");
    log("cc");
    const std::string line = "<6>[    0.000000] tag: cc\n";
    const auto size = static_cast<int>(line.size());
    EXPECT_EQ(take(k_read_all, size), line);
    EXPECT_EQ(take(k_read_all, 2 * size - 1), line);
    EXPECT_EQ(take(k_read_all, 2 * size), "<6>[    0.000000] tag: bb\n" + line);
    EXPECT_EQ(take(k_read_all, size - 1), "");
    EXPECT_EQ(take(k_read_all, 0), "");
    EXPECT_EQ(take(k_read_clear, 4 * size).size(), 3U * line.size());
    EXPECT_EQ(take(k_read_all, 4 * size), "") << "cleared";
    log("dd");
    EXPECT_EQ(take(k_read_all, 4 * size), "<6>[    0.000000] tag: dd\n");
    EXPECT_EQ(syslog(k_clear), 0);
    EXPECT_EQ(take(k_read_all, 4 * size), "");
    EXPECT_EQ(take_new().size(), 4U * line.size()) << "clearing takes nothing from who reads each message once";
}

TEST_F(KernelMessagesOfAProgram, SyslogSaysWhatIsWrong) {
    log("x");
    for (const int action : {k_read, k_read_all, k_read_clear}) {
        EXPECT_EQ(syslog(action, 0, 100), -EINVAL);
        EXPECT_EQ(syslog(action, arch::host::k_user_base, -1), -EINVAL);
        EXPECT_EQ(syslog(action, 0x10, 100), -EFAULT);
    }
    EXPECT_NE(take(k_read_all, 1000), "") << "what could not be read was not cleared";
    EXPECT_NE(take_new(), "") << "nor is it lost";
    EXPECT_EQ(syslog(11), -EINVAL);
    EXPECT_EQ(syslog(-1), -EINVAL);
    for (const int level : {0, 9, -1}) {
        EXPECT_EQ(syslog(k_level, 0, level), -EINVAL);
    }
    EXPECT_EQ(syslog(k_level, 0, 1), 0);
    EXPECT_EQ(syslog(k_level, 0, 8), 0);
    for (const int action : {k_close, k_open, k_off, k_on}) {
        EXPECT_EQ(syslog(action), 0);
    }
    EXPECT_EQ(syslog(k_size_buffer), 64 * 1024);
}

TEST_F(KernelMessagesOfAProgram, MostIsForThePrivileged) {
    log("for everybody");
    become(0);
    EXPECT_NE(take(k_read_all, 1000).find("for everybody"), std::string::npos);
    EXPECT_GT(syslog(k_size_buffer), 0);
    for (const int action : {k_close, k_open, k_read, k_read_clear, k_clear, k_off, k_on, k_level, k_size_unread, Action{11}}) {
        EXPECT_EQ(syslog(action, arch::host::k_user_base, 1), -EPERM) << action;
    }
    for (const int capability : {CAP_SYSLOG, CAP_SYS_ADMIN}) {
        become(std::uint64_t{1} << capability);
        EXPECT_EQ(syslog(k_open), 0);
    }
}

class Told final : public fs::PollWatch {
public:
    explicit Told(fs::PollSource& source) : source_{source} { source_.attach(*this); }
    ~Told() { source_.detach(*this); }
    void on_events(fs::PollEvents events) override {
        ++times;
        last = events;
    }
    int times = 0;
    fs::PollEvents last = 0;

private:
    fs::PollSource& source_;
};

TEST_F(KernelMessagesOfAProgram, WhoFollowsIsToldOfWhatIsNew) {
    Followers& followers = wiring::messages.followers();
    std::array<char, 200> text;
    std::uint64_t end = 0;
    while (const auto record = wiring::log.next(end, text)) {
        end = record->sequence + 1;
    }
    followers.join(end);
    Told told{followers.poll_source()};
    Nanoseconds now{1};
    const auto look = [&now] { wiring::timers.set_now(now = now + Followers::k_period); };
    look();
    EXPECT_EQ(told.times, 0) << "nothing is new";
    log("a");
    log("b");
    EXPECT_EQ(told.times, 0) << "not by who writes";
    look();
    EXPECT_EQ(told.times, 1);
    EXPECT_EQ(told.last, fs::PollEvents{POLLIN | POLLRDNORM});
    EXPECT_TRUE(followers.wait(end));
    look();
    EXPECT_EQ(told.times, 1) << "not again of the same";
    followers.join(0);
    followers.leave();
    look();
    EXPECT_EQ(told.times, 1) << "nor because another joins";
    followers.leave();
    look();
    EXPECT_EQ(wiring::timers.pending(), 0U) << "nobody looks for nobody";
}

}  // namespace
}  // namespace phx::log
