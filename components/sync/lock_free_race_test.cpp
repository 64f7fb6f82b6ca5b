// Real threads as CPUs, for ThreadSanitizer: what it protects is plain memory.
#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <memory>
#include <thread>
#include <vector>

#include <arch/thread_head.hpp>
#include <sync/interfaces/test_lock_class.hpp>
#include <sync/mpsc_queue.hpp>
#include <sync/mutex.hpp>
#include <sync/per_cpu_counter.hpp>
#include <sync/rw_lock.hpp>
#include <sync/seqlock.hpp>
#include <sync/tickets.hpp>

namespace phx {
namespace {

constexpr unsigned k_threads = 4;
constexpr int k_rounds = 3000;

void on_all(const std::function<void(unsigned)>& body) {
    std::vector<std::thread> threads;
    for (unsigned i = 0; i < k_threads; ++i) {
        threads.emplace_back([&, i] {
            arch::current()->cpu = i % types::CpuModel::max_cpus;
            body(i);
        });
    }
    for (auto& thread : threads) {
        thread.join();
    }
}

TEST(TicketsRace, KeepsThreadsApart) {
    sync::Tickets lock;
    long sum = 0;
    on_all([&](unsigned) {
        for (int i = 0; i < k_rounds; ++i) {
            if (i % 7 != 0 || !lock.try_lock()) {
                lock.lock();
            }
            ++sum;
            lock.unlock();
        }
    });
    EXPECT_EQ(sum, static_cast<long>(k_threads) * k_rounds);
}

// Without threads of the kernel it is the CPUs that wait.
TEST(MutexRace, KeepsCpusApart) {
    static constexpr sync::LockClass k_class = sync::TestLockClass::make("sum");
    Mutex mutex{k_class};
    long sum = 0;
    on_all([&](unsigned) {
        for (int i = 0; i < k_rounds; ++i) {
            const MutexGuard guard{mutex};
            ++sum;
        }
    });
    EXPECT_EQ(sum, static_cast<long>(k_threads) * k_rounds);
}

TEST(RwTicketsRace, ReadersSeeWholeWrites) {
    sync::RwTickets lock;
    long a = 0;
    long b = 0;
    std::atomic<int> readers_at_once{0};
    on_all([&](unsigned me) {
        for (int i = 0; i < k_rounds; ++i) {
            if (me == 0 || (me == 1 && i % 4 == 0)) {
                if (i % 5 != 0 || !lock.try_lock()) {
                    lock.lock();
                }
                EXPECT_EQ(readers_at_once.load(std::memory_order_relaxed), 0);
                ++a;
                --b;
                lock.unlock();
            } else {
                if (i % 5 != 0 || !lock.try_lock_shared()) {
                    lock.lock_shared();
                }
                readers_at_once.fetch_add(1, std::memory_order_relaxed);
                EXPECT_EQ(a, -b);
                readers_at_once.fetch_sub(1, std::memory_order_relaxed);
                lock.unlock_shared();
            }
        }
    });
    EXPECT_EQ(a, k_rounds + (k_rounds + 3) / 4);
}

struct Reading {
    std::uint64_t number;
    std::uint64_t twice;
    std::uint64_t inverse;
};

TEST(SeqLockedRace, ReadersSeeWholeWritesInOrder) {
    SeqLocked<Reading> value;
    value.write({0, 0, ~std::uint64_t{0}});
    on_all([&](unsigned me) {
        std::uint64_t last = 0;
        for (std::uint64_t i = 1; i <= k_rounds; ++i) {
            if (me == 0) {
                value.write({i, 2 * i, ~i});
                continue;
            }
            const Reading seen = value.read();
            EXPECT_EQ(seen.twice, 2 * seen.number);
            EXPECT_EQ(seen.inverse, ~seen.number);
            EXPECT_GE(seen.number, last);
            last = seen.number;
        }
    });
}

struct Message : MpscNode {
    unsigned producer = 0;
    int number = 0;
};

TEST(MpscQueueRace, KeepsEachProducersOrderAndLosesNothing) {
    MpscQueue<Message> queue;
    std::vector<std::unique_ptr<Message[]>> messages;
    for (unsigned i = 0; i < k_threads; ++i) {
        messages.push_back(std::make_unique<Message[]>(k_rounds));
    }
    on_all([&](unsigned me) {
        if (me != 0) {
            for (int i = 0; i < k_rounds; ++i) {
                messages[me][static_cast<std::size_t>(i)].producer = me;
                messages[me][static_cast<std::size_t>(i)].number = i;
                queue.push(messages[me][static_cast<std::size_t>(i)]);
            }
            return;
        }
        std::array<int, k_threads> next{};
        for (int left = (static_cast<int>(k_threads) - 1) * k_rounds; left > 0;) {
            if (const Message* const message = queue.pop()) {
                EXPECT_EQ(message->number, next[message->producer]++);
                --left;
            }
        }
    });
    EXPECT_EQ(queue.pop(), nullptr);
    EXPECT_TRUE(queue.empty());
}

TEST(PerCpuCounterRace, LosesNothing) {
    PerCpuCounter counter;
    on_all([&](unsigned) {
        for (int i = 0; i < k_rounds; ++i) {
            counter.add(3);
            arch::current()->cpu = (arch::current()->cpu + 1) % types::CpuModel::max_cpus;
            counter.add(-1);
        }
    });
    EXPECT_EQ(counter.sum(), 2L * k_threads * k_rounds);
}

}  // namespace
}  // namespace phx
