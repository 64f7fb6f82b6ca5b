#include <smp/smp/smp.hpp>

#include <atomic>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include <arch/cpu.hpp>
#include <arch/interrupts.hpp>
#include <params/smp.hpp>
#include <wiring.hpp>

namespace phx::smp {
namespace {

namespace ipis = params::smp::ipis;

struct Halted {};
std::atomic<bool> g_end{false};
std::atomic<unsigned> g_deaf{0};       // CPUs that are to keep interrupts masked
std::atomic<unsigned> g_deafened{0};  // and those that do
std::vector<std::thread> g_threads;

// What a CPU does that an interrupt reaches.
void take_interrupts() {
    auto& irq = wiring::fake_irq_controller;
    while (const auto line = irq.acknowledge()) {
        irq.complete(*line);
        arch::mask_interrupts();
        if (*line == ipis::call) {
            wiring::dut.on_call();
        } else if (*line == ipis::reschedule) {
            wiring::dut.on_reschedule();
        } else {
            wiring::dut.on_stop();
        }
        arch::unmask_interrupts();
    }
}

// Four CPUs in two clusters; CPU 0 is the test itself, the others are threads that serve interrupts until the test ends.
class SmpTest : public ::testing::Test {
protected:
    static constexpr std::uint64_t k_mpidr[] = {0x100, 0, 1, 0x101};

    void SetUp() override {
        g_end = false;
        g_deaf = g_deafened = 0;
        wiring::fake_log.reset();
        wiring::fake_irq_controller.reset();
        wiring::fake_cpu_power.reset();
        wiring::fake_secondary_main.reset();
        wiring::fake_init_sequence.reset();
        wiring::fake_boot_info.reset();
        std::destroy_at(&wiring::dut);
        std::construct_at(&wiring::dut);
        set_cpus(boot::CpuStart::psci);
        arch::host::mpidr = k_mpidr[0] | 1U << 31;
        arch::host::on_halt = [] { throw Halted{}; };
        wiring::fake_cpu_power.on_start([](const power::FakeCpuPower::Start& start) {
            g_threads.emplace_back([start] { play(start); });
        });
        wiring::fake_secondary_main.on_run([](unsigned cpu) {
            arch::unmask_interrupts();
            while (!g_end) {
                const unsigned self = g_deaf & 1U << cpu;
                g_deafened.fetch_or(self);
                if (self == 0) {
                    take_interrupts();
                }
                std::this_thread::yield();
            }
        });
        ASSERT_TRUE(smp_.init());
    }
    void TearDown() override {
        end();
        arch::host::on_halt = nullptr;
        arch::host::mpidr = 0;
        arch::unmask_interrupts();
    }
    static void end() {
        g_end = true;
        for (std::thread& thread : g_threads) {
            thread.join();
        }
        g_threads.clear();
    }
    static void deafen(unsigned cpu) {
        g_deaf = 1U << cpu;
        while (g_deafened == 0) {
            std::this_thread::yield();
        }
    }
    static void play(const power::FakeCpuPower::Start& start) {
        arch::host::mpidr = start.mpidr;
        arch::mask_interrupts();
        arch::current()->cpu = static_cast<std::uint32_t>(start.context);
        EXPECT_TRUE(wiring::fake_irq_controller.init_cpu());  // as the init sequence would
        EXPECT_TRUE(wiring::dut.init_cpu());
        try {
            wiring::fake_secondary_entry.begin(start.context);
        } catch (const SecondaryEnded&) {
        } catch (const power::CpuStopped&) {
        } catch (const Halted&) {
        }
    }
    static void set_cpus(boot::CpuStart how) {
        std::vector<boot::BootCpu> cpus;
        for (const std::uint64_t mpidr : k_mpidr) {
            cpus.push_back({mpidr, how});
        }
        wiring::fake_boot_info.set_cpus(std::move(cpus));
    }

    Smp& smp_ = wiring::dut;
};

TEST_F(SmpTest, IsOneCpuAtFirst) {
    EXPECT_EQ(smp_.online(), 1U);
    EXPECT_EQ(smp_.count(), 1U);
    EXPECT_EQ(Smp::max_cpus, 4U);
    for (const IrqLine line : {ipis::reschedule, ipis::call, ipis::stop}) {
        EXPECT_TRUE(wiring::fake_irq_controller.is_enabled(line));
    }
}

TEST_F(SmpTest, PassesTheControllersErrorOn) {
    wiring::fake_irq_controller.refuse_enable(Errno::io);
    EXPECT_EQ(smp_.init_cpu().error(), Errno::io);
}

TEST_F(SmpTest, StartsAllThatTheTreeLists) {
    smp_.start_all();
    EXPECT_EQ(smp_.online(), 0xfU);
    EXPECT_EQ(smp_.count(), 4U);
    const auto& started = wiring::fake_cpu_power.started();
    ASSERT_EQ(started.size(), 3U);
    EXPECT_EQ(started[0].mpidr, 0U);
    EXPECT_EQ(started[2].mpidr, 0x101U);
    EXPECT_EQ(started[0].entry, boot::FakeSecondaryEntry::k_address);
    end();
    EXPECT_EQ(wiring::fake_secondary_main.ran(), 0xeU);
    EXPECT_EQ(wiring::fake_init_sequence.cpu_runs(), 3U);
    EXPECT_TRUE(wiring::fake_log.contains(log::Level::info, "4 of 4 CPUs"));
}

TEST_F(SmpTest, TakesNoMoreThanItIsMadeFor) {
    std::vector<boot::BootCpu> cpus;
    for (std::uint64_t mpidr = 0; mpidr < 7; ++mpidr) {
        cpus.push_back({mpidr, boot::CpuStart::psci});
    }
    wiring::fake_boot_info.set_cpus(cpus);
    arch::host::mpidr = 5;
    smp_.start_all();
    EXPECT_EQ(smp_.count(), 4U);
    EXPECT_TRUE(wiring::fake_log.contains(log::Level::info, "4 of 7 CPUs"));
}

TEST_F(SmpTest, LeavesOutThoseThatPsciDoesNotStart) {
    set_cpus(boot::CpuStart::unknown);
    smp_.start_all();
    EXPECT_EQ(smp_.online(), 1U);
    EXPECT_TRUE(wiring::fake_log.contains(log::Level::warning, "CPU 0x101 stays off"));
}

TEST_F(SmpTest, GivesTheNumberOfOneThatTheFirmwareRefusesToTheNext) {
    wiring::fake_cpu_power.refuse(1, Errno::perm);
    smp_.start_all();
    EXPECT_EQ(smp_.online(), 7U);
    EXPECT_TRUE(wiring::fake_log.contains(log::Level::error, "CPU 0x1 stays off: EPERM"));
}

TEST_F(SmpTest, LeavesOutAllWithoutStacks) {
    wiring::fake_secondary_main.refuse(Errno::nomem);
    smp_.start_all();
    EXPECT_TRUE(wiring::fake_cpu_power.started().empty());
    EXPECT_TRUE(wiring::fake_log.contains(log::Level::error, "no stack: ENOMEM"));
}

TEST_F(SmpTest, GoesOnWithoutOneThatDoesNotCome) {
    wiring::fake_cpu_power.on_start([](const power::FakeCpuPower::Start& start) {
        if (start.mpidr != 1) {
            g_threads.emplace_back([start] { play(start); });
        }
    });
    smp_.start_all();
    EXPECT_EQ(smp_.online(), 0xbU);
    EXPECT_TRUE(wiring::fake_log.contains(log::Level::error, "of 3 CPUs started, 2 came"));
}

TEST_F(SmpTest, TurnsOffACpuWhoseStartUpFails) {
    wiring::fake_boot_info.set_cpus({{k_mpidr[0], boot::CpuStart::psci}, {1, boot::CpuStart::psci}});
    wiring::fake_init_sequence.fail({"timer", "arm_timer", true}, Errno::io);
    smp_.start_all();
    end();
    EXPECT_EQ(smp_.online(), 1U);
    EXPECT_EQ(wiring::fake_secondary_main.ran(), 0U);
    EXPECT_TRUE(wiring::fake_log.contains(log::Level::error, "CPU 1 stays off: instance timer (component arm_timer): EIO"));
}

TEST_F(SmpTest, GoesOnWithoutWhatMayFail) {
    wiring::fake_boot_info.set_cpus({{k_mpidr[0], boot::CpuStart::psci}, {1, boot::CpuStart::psci}});
    wiring::fake_init_sequence.fail({"timer", "arm_timer", false}, Errno::io);
    smp_.start_all();
    EXPECT_EQ(smp_.online(), 3U);
    EXPECT_TRUE(wiring::fake_log.contains(log::Level::warning, "CPU 1 goes on without instance timer"));
}

TEST_F(SmpTest, ReschedulesItselfAtOnce) {
    arch::current()->need_resched = 0;
    smp_.reschedule(0);
    EXPECT_EQ(arch::current()->need_resched, 1U);
    EXPECT_TRUE(wiring::fake_irq_controller.sent(0).empty());
    arch::current()->need_resched = 0;
}

TEST_F(SmpTest, ReschedulesAnotherByAnInterrupt) {
    smp_.start_all();
    deafen(2);
    smp_.reschedule(2);
    EXPECT_EQ(wiring::fake_irq_controller.sent(2), (std::set<IrqLine>{ipis::reschedule}));
    g_deaf = 0;
    while (!wiring::fake_irq_controller.sent(2).empty()) {
        std::this_thread::yield();
    }
    end();
    EXPECT_EQ(wiring::fake_secondary_entry.start(1).head->need_resched, 0U);
    EXPECT_EQ(wiring::fake_secondary_entry.start(2).head->need_resched, 1U);
}

struct Where {
    std::atomic<unsigned> cpus{0};
    std::atomic<bool> masked{true};
};
void note(void* where) {
    auto* at = static_cast<Where*>(where);
    at->cpus.fetch_or(1U << Smp::this_cpu());
    at->masked = at->masked && arch::interrupts_masked();
}

TEST_F(SmpTest, CallsThere) {
    smp_.start_all();
    for (unsigned cpu = 0; cpu < 4; ++cpu) {
        Where where;
        smp_.call(cpu, note, &where);
        EXPECT_EQ(where.cpus, 1U << cpu);
        EXPECT_TRUE(where.masked);
    }
    EXPECT_FALSE(arch::interrupts_masked());
}

TEST_F(SmpTest, CallsAllOthers) {
    Where nobody;
    smp_.call_others(note, &nobody);
    EXPECT_EQ(nobody.cpus, 0U);
    smp_.start_all();
    Where where;
    smp_.call_others(note, &where);
    EXPECT_EQ(where.cpus, 0xeU);
}

TEST_F(SmpTest, ServesInTheOrderOfCalls) {
    smp_.start_all();
    deafen(1);
    static std::vector<int> order;
    order.clear();
    std::vector<std::thread> callers;
    for (int n = 0; n < 3; ++n) {
        callers.emplace_back([this, n] {
            arch::current()->cpu = 3;  // any but 1; its own calls are served by the thread that plays it
            arch::mask_interrupts();
            int mine = n;
            smp_.call(1, [](void* number) { order.push_back(*static_cast<int*>(number)); }, &mine);
        });
        std::this_thread::sleep_for(std::chrono::milliseconds{50});
    }
    g_deaf = 0;
    for (std::thread& caller : callers) {
        caller.join();
    }
    EXPECT_EQ(order, (std::vector<int>{0, 1, 2}));
}

// Every CPU calls every other, with interrupts masked and from within calls, and all end.
TEST_F(SmpTest, CallsInCirclesEnd) {
    static std::atomic<unsigned> served;
    served = 0;
    constexpr unsigned k_rounds = 500;
    smp_.start_all();
    static constexpr auto inner = [](void*) { served.fetch_add(1); };
    static constexpr auto outer = [](void*) { wiring::dut.call((Smp::this_cpu() + 1) % 4, inner, nullptr); };
    static constexpr auto storm = [](void*) {
        for (unsigned n = 0; n < k_rounds; ++n) {
            wiring::dut.call((Smp::this_cpu() + n) % 4, outer, nullptr);
            wiring::dut.call_others(inner, nullptr);
        }
    };
    smp_.call_others(storm, nullptr);
    EXPECT_EQ(served, 3 * k_rounds * 4);
    static std::atomic<unsigned> busy;
    busy = 3;
    std::vector<std::thread> starters;
    for (unsigned cpu = 1; cpu < 4; ++cpu) {  // all four at once
        starters.emplace_back([this] {
            arch::current()->cpu = 0;
            arch::mask_interrupts();
            smp_.call_others([](void*) {}, nullptr);
            busy.fetch_sub(1);
        });
    }
    storm(nullptr);
    for (std::thread& starter : starters) {
        starter.join();
    }
    EXPECT_EQ(busy, 0U);
}

TEST_F(SmpTest, StopsAllOthers) {
    smp_.start_all();
    smp_.stop_others();
    EXPECT_EQ(smp_.online(), 1U);
}

TEST_F(SmpTest, DoesNotWaitLongForOneThatIsDeaf) {
    smp_.start_all();
    deafen(3);
    smp_.stop_others();
    EXPECT_EQ(smp_.online(), 9U);
}

}  // namespace
}  // namespace phx::smp
