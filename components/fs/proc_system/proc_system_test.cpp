// The files of proc(5) that are about the whole system, as procps and C libraries read them.
#include <functional>
#include <regex>
#include <sstream>
#include <string>

#include <gtest/gtest.h>

#include <linux/capability.h>
#include <task/interfaces/fiber_machine.hpp>

namespace phx::fs {
namespace {

class Text final : public TextSink {
public:
    void write(std::string_view text) override { all += text; }
    std::string all;
};

std::string show(std::string_view path) {
    const auto files = wiring::system.files();
    for (std::size_t i = 0; i < files.size(); ++i) {
        if (files[i].path == path) {
            Text text;
            EXPECT_TRUE(wiring::system.show(i, text));
            return text.all;
        }
    }
    ADD_FAILURE() << path << " is not there";
    return {};
}

// Of "NAME:   VALUE kB" or "NAME VALUE".
std::int64_t field(const std::string& text, const std::string& name) {
    std::smatch found;
    if (!std::regex_search(text, found, std::regex{"(?:^|\n)" + name + ":? +([0-9]+)"})) {
        ADD_FAILURE() << name << " is not in\n" << text;
        return -1;
    }
    return std::stoll(found[1]);
}

void pass(std::int64_t ns) {
    wiring::fake_clock.set(wiring::fake_clock.now() + Nanoseconds{ns});
    wiring::clocks.advance(Nanoseconds{ns});
}

class ProcSystemTest : public ::testing::Test {
protected:
    void SetUp() override { wiring::clocks.reset(); }
    void TearDown() override { wiring::processes.reset(); }
};

TEST_F(ProcSystemTest, Memory) {
    const std::string text = show("meminfo");
    const memory::PageStats pages = wiring::pages.stats();
    EXPECT_EQ(field(text, "MemTotal"), static_cast<std::int64_t>(pages.total_frames * k_page_size / 1024));
    EXPECT_EQ(field(text, "MemFree"), static_cast<std::int64_t>(pages.free_frames * k_page_size / 1024));
    EXPECT_EQ(text.substr(0, text.find('\n')).size(), std::string{"MemTotal:       12345678 kB"}.size()) << "in columns";
    std::istringstream lines{text};
    for (std::string line; std::getline(lines, line);) {
        EXPECT_TRUE(std::regex_match(line, std::regex{R"([A-Za-z_()]+: +[0-9]+ kB)"})) << line;
    }
    for (const char* name : {"MemAvailable", "Buffers", "Cached", "SwapTotal", "SwapFree", "Shmem", "SReclaimable", "Slab", "Dirty"}) {
        field(text, name);
    }
    EXPECT_EQ(field(show("vmstat"), "nr_free_pages"), static_cast<std::int64_t>(pages.free_frames));
    EXPECT_EQ(field(show("phoenix/memory"), "free_pages"), static_cast<std::int64_t>(pages.free_frames));
}

TEST_F(ProcSystemTest, TimesOfProcessors) {
    task::FiberMachine::run([] {
        pass(5'000'000'000);
        ASSERT_TRUE(wiring::clocks.set_realtime(Nanoseconds{1'700'000'005'000'000'000}));
        wiring::processes.add(41);
        const std::string text = show("stat");
        std::smatch found;
        ASSERT_TRUE(std::regex_search(text, found, std::regex{"^cpu  ([0-9]+) 0 0 ([0-9]+) 0 0 0 0 0 0\ncpu0 ([0-9]+) 0 0 ([0-9]+) 0 0 0 0 0 0\n"})) << text;
        EXPECT_EQ(std::stoll(found[1]) + std::stoll(found[2]), 500) << "a hundred ticks a second, busy or idle";
        EXPECT_EQ(found[1], found[3]) << "the only one";
        EXPECT_EQ(field(text, "btime"), 1'700'000'000);
        EXPECT_GE(field(text, "procs_running"), 1);
        EXPECT_EQ(field(text, "procs_blocked"), 0);
        EXPECT_NE(text.find("\nintr "), text.npos);
        EXPECT_NE(text.find("\nctxt "), text.npos);
        EXPECT_TRUE(std::regex_match(show("uptime"), std::regex{"5\\.00 [0-9]+\\.[0-9]{2}\n"})) << show("uptime");
        pass(60'000'000);
        EXPECT_EQ(show("uptime").substr(0, 5), "5.06 ");
    });
}

// The averages go up while somebody else is ready, by what uptime(1) expects of them.
TEST_F(ProcSystemTest, LoadAverages) {
    task::FiberMachine::run([] {
        const auto averages = [] {
            double one = 0;
            double five = 0;
            double fifteen = 0;
            const std::string text = show("loadavg");
            EXPECT_TRUE(std::regex_match(text, std::regex{R"([0-9]+\.[0-9]{2} [0-9]+\.[0-9]{2} [0-9]+\.[0-9]{2} [0-9]+/[0-9]+ [0-9]+\n)"})) << text;
            EXPECT_EQ(std::sscanf(text.c_str(), "%lf %lf %lf", &one, &five, &fifteen), 3);
            return std::array{one, five, fifteen};
        };
        averages();
        pass(3600'000'000'000);
        EXPECT_EQ(averages(), (std::array{0.0, 0.0, 0.0})) << "nobody else";
        std::vector<task::Thread*> made;
        for (int i = 0; i < 2; ++i) {
            const auto thread = wiring::dut.create({.name = "ready", .held = true}, [](void*) {}, nullptr);
            ASSERT_TRUE(thread);
            (*thread)->detached = false;
            wiring::dut.start(**thread);
            made.push_back(*thread);
        }
        EXPECT_EQ(averages(), (std::array{0.0, 0.0, 0.0})) << "not at once";
        pass(60'000'000'000);
        const auto [one, five, fifteen] = averages();
        EXPECT_NEAR(one, 2 * (1 - 0.3679), 0.02) << "1 - 1/e of two after its minute";
        EXPECT_NEAR(five, 2 * (1 - 0.8187), 0.02);
        EXPECT_NEAR(fifteen, 2 * (1 - 0.9355), 0.02);
        pass(36'000'000'000'000);
        EXPECT_NEAR(averages()[2], 2, 0.02) << "after ten hours";
        for (task::Thread* thread : made) {
            wiring::dut.join(*thread);
        }
    });
}

TEST_F(ProcSystemTest, Processors) {
    task::FiberMachine::run([] {
        const std::string text = show("cpuinfo");
        EXPECT_TRUE(text.starts_with("processor\t: 0\nBogoMIPS\t: ")) << text;
        EXPECT_NE(text.find("\nFeatures\t: fp asimd evtstrm aes pmull sha1 sha2 crc32 cpuid\n"), text.npos) << text;
        EXPECT_NE(text.find("\nCPU implementer\t: 0x41\nCPU architecture: 8\nCPU variant\t: 0x1\nCPU part\t: 0xd07\nCPU revision\t: 0\n\n"), text.npos) << text;
    });
}

TEST_F(ProcSystemTest, WhatItWasStartedWith) {
    wiring::boot_info.set_bootargs("console=ttyAMA0 quiet");
    EXPECT_EQ(show("cmdline"), "console=ttyAMA0 quiet\n");
    wiring::boot_info.set_bootargs("");
    EXPECT_EQ(show("cmdline"), "\n");
    EXPECT_NE(show("filesystems").find("nodev\ttmpfs\n"), std::string::npos);
    const std::string devices = show("devices");
    EXPECT_TRUE(std::regex_match(devices, std::regex{"Character devices:\n( *[0-9]+ [^\n]+\n)+\nBlock devices:\n"})) << devices;
}

TEST_F(ProcSystemTest, NumbersThatAreThisBootsAlone) {
    const std::regex form{"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}\n"};  // RFC 4122, version 4
    const std::string boot = show("sys/kernel/random/boot_id");
    EXPECT_TRUE(std::regex_match(boot, form)) << boot;
    EXPECT_EQ(show("sys/kernel/random/boot_id"), boot);
    const std::string first = show("sys/kernel/random/uuid");
    EXPECT_TRUE(std::regex_match(first, form)) << first;
    EXPECT_NE(show("sys/kernel/random/uuid"), first);
    EXPECT_NE(first, boot);
}

TEST_F(ProcSystemTest, Limits) {
    EXPECT_EQ(show("sys/kernel/cap_last_cap"), std::to_string(CAP_LAST_CAP) + '\n');
    for (const char* path : {"sys/kernel/random/entropy_avail", "sys/vm/overcommit_memory", "sys/vm/max_map_count", "sys/fs/file-max", "sys/fs/nr_open",
                             "sys/fs/pipe-max-size"}) {
        EXPECT_TRUE(std::regex_match(show(path), std::regex{"[0-9]+\n"})) << path;
    }
    EXPECT_EQ(show("modules"), "");
    EXPECT_EQ(show("swaps").substr(0, 8), "Filename");
    EXPECT_EQ(show("partitions"), "major minor  #blocks  name\n\n");
}

TEST_F(ProcSystemTest, WhatTheKernelIsMadeOf) {
    EXPECT_EQ(show("phoenix/graph"), R"({"graph": "made-up", "instances": [
  {"name": "uart", "component": "pl011", "domain": "console", "wires": []},
  {"name": "shell", "component": "monitor", "domain": "debug", "wires": [{"port": "commands", "provider": "cmd_log"}, {"port": "commands", "provider": "cmd_mem"}, {"port": "console", "provider": "uart"}]}
]}
)");
}

TEST_F(ProcSystemTest, CallsThatAreNotThereAreCounted) {
    EXPECT_EQ(show("phoenix/unimplemented"), "");
    arch::UserFrame frame{};
    frame.call = 451;
    wiring::unknown.refuse(frame);
    wiring::unknown.refuse(frame);
    EXPECT_EQ(show("phoenix/unimplemented"), "451 2\n");
}

}  // namespace
}  // namespace phx::fs
