// The files of /proc/PID as procps, C libraries and shells read them (proc(5)), through /proc itself: in pieces, from files that are open
// while the process ends, by those who may and those who may not.
#include <random>
#include <regex>
#include <sstream>

#include <fs/file_calls/program_test.hpp>
#include <linux/capability.h>
#include <linux/fcntl.h>
#include <sys/mman.h>

namespace phx::fs {
namespace {

constexpr std::uint64_t k_no_limit = ~std::uint64_t{0};

class ProcProcessesTest : public Program {
protected:
    void SetUp() override {
        Program::SetUp();
        if (!wiring::vfs.resolve(nullptr, "/proc", {Walk::follow_last})) {
            ASSERT_TRUE(wiring::vfs.make(nullptr, "/proc", S_IFDIR | 0755, 0));
        }
        ASSERT_TRUE(wiring::vfs.mount("none", *wiring::vfs.resolve(nullptr, "/proc", {Walk::follow_last}), "proc", 0, ""));
        task::Process& process = wiring::processes.add(41, &own());
        other_ = process.leader;
        other_->thread = &thread_;
        other_->set_name("a (b) c)\nd");
        thread_.thread_state = task::ThreadState::waiting;
        thread_.interrupted_by = 1;
        thread_.waits_for = "pipe_read";
        space_ = *wiring::memory.create();
        other_->space = space_;
    }
    void TearDown() override {
        ASSERT_TRUE(wiring::processes.become({}));
        user_->space = nullptr;
        if (other_ != nullptr) {
            forget();
        }
        ASSERT_TRUE(wiring::vfs.unmount(*wiring::vfs.resolve(nullptr, "/proc", {Walk::follow_last}), 2));
        Program::TearDown();
        EXPECT_EQ(wiring::memory.live(), 0U);
    }
    // It has ended: its memory goes, its thread, too.
    void forget() {
        other_->space = nullptr;
        wiring::memory.release(*space_);
        other_->thread = nullptr;
        other_ = nullptr;
    }
    task::Process& own() { return *user_->process; }
    task::Process& other() { return *other_->process; }

    std::string all(const std::string& path, std::size_t piece = 4096) {
        const std::int64_t fd = open(path, O_RDONLY);
        if (fd < 0) {
            return std::string{errno_name(static_cast<Errno>(-fd))};
        }
        const std::uint64_t at = room(piece);
        std::string whole;
        for (;;) {
            const auto got = wiring::dut.sys_read(static_cast<int>(fd), UserPtr<void>{at}, piece);
            if (!got) {
                whole = errno_name(got.error());
                break;
            }
            if (*got == 0) {
                break;
            }
            whole += bytes(at, *got);
        }
        close(fd);
        return whole;
    }
    // "NAME:\tVALUE"
    static std::string line(const std::string& text, const std::string& name) {
        std::smatch found;
        const bool is_there = std::regex_search(text, found, std::regex{"(?:^|\n)" + name + ":[ \t]*([^\n]*)"});
        EXPECT_TRUE(is_there) << name << " is not in\n" << text;
        return is_there ? found[1].str() : "";
    }
    // As procps reads it: what follows the last parenthesis, from the third field on.
    static std::vector<std::string> stat_fields(const std::string& text) {
        std::istringstream words{text.substr(text.rfind(')') + 2)};
        std::vector<std::string> found{"", "", ""};
        for (std::string word; words >> word;) {
            found.push_back(word);
        }
        return found;
    }
    void put_strings(std::uint64_t at, std::string_view strings) {
        wiring::memory.write(*space_, UserAddr{at}, std::as_bytes(std::span{strings}));
    }
    static task::CredentialFields somebody(task::Uid uid) {
        task::CredentialFields fields{};
        fields.uid = fields.euid = fields.suid = fields.fsuid = uid;
        fields.gid = fields.egid = fields.sgid = fields.fsgid = uid;
        fields.permitted = fields.effective = 0;
        return fields;
    }

    task::UserThread* other_ = nullptr;
    vm::AddressSpace* space_ = nullptr;
    task::Thread thread_;
};

TEST_F(ProcProcessesTest, StatHasItsFieldsInTheirPlaces) {
    wiring::processes.set_group(other(), 41);
    other().started = Nanoseconds{12'340'000'000};
    other().children_usage = {.user_time = Nanoseconds{30'000'000}, .system_time = Nanoseconds{40'000'000}, .minor_faults = 9, .major_faults = 8};
    other().ended = {.user_time = Nanoseconds{1'500'000'000}, .system_time = Nanoseconds{250'000'000}, .minor_faults = 77, .major_faults = 5};
    thread_.own_attributes = {.policy = sched::Policy::batch, .nice = -5};
    space_->usage = {.size = 300, .resident = 120, .shared = 20, .text = 30, .data = 50, .stack = 33};
    space_->layout.code_begin = UserAddr{0x1000};
    space_->layout.code_end = UserAddr{0x5000};
    space_->layout.stack_begin = UserAddr{0x7ff0};
    const std::string text = all("/proc/41/stat");
    EXPECT_TRUE(text.starts_with("41 (a (b) c)\nd) S 7 41 ")) << text;
    EXPECT_TRUE(text.ends_with("\n"));
    const auto fields = stat_fields(text);
    ASSERT_EQ(fields.size(), 53U) << "52, counted from 1";
    EXPECT_EQ(fields[10], "77");                    // minflt
    EXPECT_EQ(fields[11], "9");                     // cminflt
    EXPECT_EQ(fields[12], "5");                     // majflt
    EXPECT_EQ(fields[14] + " " + fields[15], "150 25") << "utime and stime in hundredths of a second";
    EXPECT_EQ(fields[16] + " " + fields[17], "3 4");
    EXPECT_EQ(fields[18] + " " + fields[19], "15 -5") << "priority and nice";
    EXPECT_EQ(fields[20], "1");                     // num_threads
    EXPECT_EQ(fields[22], "1234");                  // starttime
    EXPECT_EQ(fields[23] + " " + fields[24], "1228800 120") << "bytes, then pages";
    EXPECT_EQ(fields[26] + " " + fields[27] + " " + fields[28], "4096 20480 32752");
    EXPECT_EQ(fields[41], "3") << "SCHED_BATCH";
    EXPECT_EQ(all("/proc/41/statm"), "300 120 20 30 0 83 0\n");
    EXPECT_EQ(all("/proc/41/wchan"), "pipe_read");
}

TEST_F(ProcProcessesTest, StatusNamesWhatStatCounts) {
    space_->usage = {.size = 300, .resident = 120, .shared = 20, .locked = 4, .peak_size = 310, .peak_resident = 130, .tables = 3};
    thread_.affinity = 0b1101;
    other_->signals.blocked = task::signal_bit(2) | task::signal_bit(34);
    ASSERT_NE(other_->credentials.load(), nullptr);
    const std::string text = all("/proc/41/status");
    EXPECT_EQ(line(text, "Name"), "a (b) c)\\nd") << "in one line";
    EXPECT_EQ(line(text, "State"), "S (sleeping)");
    EXPECT_EQ(line(text, "Pid") + line(text, "PPid") + line(text, "Tgid"), "41741");
    EXPECT_EQ(line(text, "Uid"), "0\t0\t0\t0");
    EXPECT_EQ(line(text, "VmPeak"), "1240 kB");
    EXPECT_EQ(line(text, "VmSize"), "1200 kB");
    EXPECT_EQ(line(text, "VmRSS"), "480 kB");
    EXPECT_EQ(line(text, "RssAnon") + line(text, "RssFile"), "400 kB80 kB");
    EXPECT_EQ(line(text, "VmLck"), "16 kB");
    EXPECT_EQ(line(text, "SigBlk"), "0000000200000002");
    EXPECT_EQ(line(text, "Cpus_allowed"), "d");
    EXPECT_EQ(line(text, "Cpus_allowed_list"), "0,2-3");
    std::istringstream lines{text};
    for (std::string each; std::getline(lines, each);) {
        EXPECT_TRUE(std::regex_match(each, std::regex{"[A-Za-z_]+:\t.*"})) << each;
    }
}

TEST_F(ProcProcessesTest, StatesAreLettersOfTheirOwn) {
    const auto state = [this] { return stat_fields(all("/proc/41/stat"))[3]; };
    EXPECT_EQ(state(), "S");
    thread_.interrupted_by = 0;
    EXPECT_EQ(state(), "D");
    other_->signals.stopped = true;
    EXPECT_EQ(state(), "T");
    thread_.thread_state = task::ThreadState::runnable;
    EXPECT_EQ(state(), "R") << "not stopped yet";
    EXPECT_EQ(all("/proc/41/wchan"), "0");
    other().state = task::ProcessState::zombie;
    other().thread_count = 0;
    EXPECT_EQ(state(), "Z");
}

TEST_F(ProcProcessesTest, MapsAreInColumnsAndSmapsCountsPages) {
    const std::int64_t fd = open("a file", O_CREAT | O_RDWR);
    ASSERT_GE(fd, 0);
    const HeldFile file = wiring::descriptors.get(static_cast<int>(fd));
    space_->areas = {{.begin = UserAddr{0x400000}, .end = UserAddr{0x452000}, .protection = PROT_READ | PROT_EXEC, .offset = 0x2000, .file = &*file,
                      .name = {}, .resident = 10, .shared_pages = 10},
                     {.begin = UserAddr{0x10000000000}, .end = UserAddr{0x10000004000}, .protection = PROT_READ | PROT_WRITE, .locked = true,
                      .name = "[stack]", .resident = 3, .anonymous = 3, .shared_pages = 1},
                     {.begin = UserAddr{0x20000000000}, .end = UserAddr{0x20000001000}, .shared = true, .name = {}}};
    const std::string text = all("/proc/41/maps");
    std::istringstream lines{text};
    std::string first;
    std::string second;
    std::string third;
    std::getline(lines, first);
    std::getline(lines, second);
    std::getline(lines, third);
    EXPECT_TRUE(std::regex_match(first, std::regex{"00400000-00452000 r-xp 00002000 [0-9a-f]{2}:[0-9a-f]{2} [1-9][0-9]* +/a file"})) << first;
    EXPECT_EQ(first.find('/'), 73U);
    EXPECT_EQ(second, "10000000000-10000004000 rw-p 00000000 00:00 0" + std::string(73 - 45, ' ') + "[stack]");
    EXPECT_EQ(third, "20000000000-20000001000 ---s 00000000 00:00 0");

    const std::string details = all("/proc/41/smaps");
    const std::string stack = details.substr(details.find("[stack]"));
    EXPECT_EQ(line(details, "Size"), "328 kB");
    EXPECT_EQ(line(details, "Rss"), "40 kB");
    EXPECT_EQ(line(details, "Shared_Clean") + line(details, "Private_Dirty"), "40 kB0 kB");
    EXPECT_EQ(line(stack, "Rss") + line(stack, "Anonymous") + line(stack, "Locked"), "12 kB12 kB12 kB");
    EXPECT_EQ(line(stack, "Private_Dirty") + line(stack, "Shared_Dirty") + line(stack, "Private_Clean"), "8 kB4 kB0 kB");
    space_->areas.clear();
    EXPECT_EQ(all("/proc/41/maps"), "");
    close(fd);
}

TEST_F(ProcProcessesTest, ArgumentsAndEnvironmentAreReadFromTheProgram) {
    using namespace std::string_view_literals;
    space_->layout.arguments_begin = UserAddr{0x9000};
    space_->layout.arguments_end = UserAddr{0x9000 + 12};
    space_->layout.environment_begin = UserAddr{0xa000};
    space_->layout.environment_end = UserAddr{0xa000 + 700};
    put_strings(0x9000, "ls\0-l\0a b\0x\0"sv);
    std::string environment;
    while (environment.size() < 700) {
        environment += "VARIABLE=" + std::to_string(environment.size()) + '\0';
    }
    put_strings(0xa000, environment);
    EXPECT_EQ(all("/proc/41/cmdline"), "ls\0-l\0a b\0x\0"sv);
    EXPECT_EQ(all("/proc/41/environ"), environment.substr(0, 700));
    space_->layout.arguments_end = UserAddr{0x8000};  // a program may say what it likes (prctl(2), PR_SET_MM)
    EXPECT_EQ(all("/proc/41/cmdline"), "");
    forget();
    EXPECT_EQ(all("/proc/41/cmdline"), "") << "a zombie has none";
}

// Whatever is read in whatever pieces is what is read at once; the text stays that of the open file.
TEST_F(ProcProcessesTest, PiecesMakeTheWhole) {
    space_->usage = {.size = 300, .resident = 120};
    std::mt19937 random{5};
    for (const char* name : {"stat", "statm", "status", "comm", "limits", "mounts", "mountinfo", "cgroup", "oom_score"}) {
        const std::string path = std::string{"/proc/41/"} + name;
        const std::string whole = all(path);
        ASSERT_FALSE(whole.empty()) << path;
        EXPECT_EQ(all(path, 1 + random() % 7), whole) << path;
        const std::int64_t fd = open(path, O_RDONLY);
        for (int i = 0; i < 20; ++i) {
            const std::size_t at = random() % (whole.size() + 3);
            const std::size_t size = 1 + random() % 40;
            EXPECT_EQ(seek(fd, static_cast<std::int64_t>(at), SEEK_SET), static_cast<std::int64_t>(at));
            EXPECT_EQ(read(fd, size), at < whole.size() ? whole.substr(at, size) : "") << path << " at " << at;
        }
        close(fd);
    }
}

TEST_F(ProcProcessesTest, LimitsAreATable) {
    other().limits[RLIMIT_NOFILE] = {1024, 4096};
    other().limits[RLIMIT_CORE] = {0, k_no_limit};
    const std::string text = all("/proc/41/limits");
    EXPECT_TRUE(text.starts_with("Limit                     Soft Limit           Hard Limit           Units     \n")) << text;
    EXPECT_NE(text.find("\nMax open files            1024                 4096                 files     \n"), text.npos) << text;
    EXPECT_NE(text.find("\nMax core file size        0                    unlimited            bytes     \n"), text.npos) << text;
    EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 17);
}

TEST_F(ProcProcessesTest, MountsAreWordsThatStayWords) {
    ASSERT_EQ(value(wiring::path_calls.sys_mkdirat(AT_FDCWD, this->text("a place\\here"), 0755)), 0);
    const Path place = *wiring::vfs.resolve(nullptr, "/a place\\here", {Walk::follow_last});
    ASSERT_TRUE(wiring::vfs.mount("my source", place, "tmpfs", 1 /* MS_RDONLY */ | 2 /* MS_NOSUID */, ""));
    const std::string mounts = all("/proc/41/mounts");
    EXPECT_NE(mounts.find("\nmy\\040source /a\\040place\\134here tmpfs ro,nosuid"), mounts.npos) << mounts;
    EXPECT_NE(mounts.find("none /proc proc rw"), mounts.npos) << mounts;
    const std::string info = all("/proc/self/mountinfo");
    EXPECT_TRUE(std::regex_search(info, std::regex{"\n[0-9]+ [0-9]+ [0-9]+:[0-9]+ / /a\\\\040place\\\\134here ro,nosuid,relatime - tmpfs my\\\\040source rw"})) << info;
    ASSERT_TRUE(wiring::vfs.unmount(*wiring::vfs.resolve(nullptr, "/a place\\here", {Walk::follow_last}), 2));
}

TEST_F(ProcProcessesTest, ANameIsWrittenByItsProcessAlone) {
    std::int64_t fd = open("/proc/self/comm", O_RDWR);
    EXPECT_EQ(write(fd, "a name that is too long\n"), 24);
    EXPECT_EQ(all("/proc/self/comm"), "a name that is \n") << "15 bytes of it";
    close(fd);
    fd = open("/proc/41/comm", O_WRONLY);
    EXPECT_EQ(write(fd, "x"), -static_cast<std::int64_t>(Errno::inval));
    close(fd);
    EXPECT_EQ(all("/proc/41/comm"), "a (b) c)\nd\n");
}

TEST_F(ProcProcessesTest, AdjustmentsGoDownOnlyForThoseWhoMay) {
    const std::int64_t fd = open("/proc/self/oom_score_adj", O_RDWR);
    EXPECT_EQ(write(fd, "300\n"), 4);
    EXPECT_EQ(all("/proc/self/oom_score_adj"), "300\n");
    for (const char* wrong : {"1001", "-1001", "", "3x", "0x10", "99999999999999"}) {
        EXPECT_EQ(write(fd, wrong), -static_cast<std::int64_t>(Errno::inval)) << wrong;
    }
    EXPECT_EQ(write(fd, "-1000"), 5);
    ASSERT_TRUE(wiring::processes.become(somebody(5)));
    EXPECT_EQ(write(fd, "-1000"), 5) << "as it is";
    EXPECT_EQ(write(fd, "10"), 2) << "up is for everybody";
    EXPECT_EQ(write(fd, "9"), -static_cast<std::int64_t>(Errno::acces));
    EXPECT_EQ(all("/proc/self/oom_score_adj"), "10\n");
    close(fd);
}

TEST_F(ProcProcessesTest, WhatAProgramHoldsIsNotForOthers) {
    space_->layout.environment_begin = UserAddr{0xa000};
    space_->layout.environment_end = UserAddr{0xa004};
    put_strings(0xa000, "A=B");
    ASSERT_TRUE(wiring::processes.become(somebody(5)));
    EXPECT_EQ(all("/proc/41/environ"), "EACCES");
    EXPECT_FALSE(all("/proc/41/stat").empty());
    EXPECT_EQ(all("/proc/41/cgroup"), "0::/\n");
}

TEST_F(ProcProcessesTest, AFileOfAProcessThatIsGoneSaysSo) {
    const std::int64_t open_before = open("/proc/41/status", O_RDONLY);
    const std::int64_t folder = open("/proc/41", O_RDONLY | O_DIRECTORY);
    ASSERT_GE(open_before, 0);
    forget();
    task::Process& process = *wiring::processes.find(41);
    process.state = task::ProcessState::zombie;
    process.thread_count = 0;
    EXPECT_TRUE(read(open_before, 30).starts_with("Name:\t")) << "a zombie still has a name";
    EXPECT_EQ(line(all("/proc/41/status"), "State"), "Z (zombie)");
    EXPECT_EQ(all("/proc/41/status").find("VmSize"), std::string::npos);
    EXPECT_EQ(all("/proc/41/maps"), "");
    EXPECT_EQ(all("/proc/41/statm"), "0 0 0 0 0 0 0\n");
    close(folder);
    close(open_before);
}

}  // namespace
}  // namespace phx::fs
