// fcntl(2) and flock(2) as processes see them.
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <arch/user_access.hpp>
#include <task/interfaces/fiber_machine.hpp>

namespace phx::fs {
namespace {

using task::FiberMachine;

task::KernelThreads& threads() { return wiring::dut; }

class Locking : public ::testing::Test {
protected:
    // In thread main: a file, and processes with it open.
    void run(std::function<void()> body) {
        FiberMachine::run([&] {
            arch::host::user_memory.reset();
            if (!wiring::vfs.root()) {
                ASSERT_TRUE(wiring::vfs.init());
                ASSERT_TRUE(wiring::vfs.mount("", Path{}, "tmpfs", 0, ""));
                ASSERT_TRUE(wiring::vfs.make(nullptr, "/f", S_IFREG | 0600, 0));
            }
            objects_ = wiring::fake_heap.stats().live_objects;
            file_ = open();
            for (task::Pid pid = 1; pid <= 4; ++pid) {
                processes_.push_back(&wiring::processes.add(pid));
                processes_.back()->leader->files = *wiring::descriptors.create_table();
            }
            body();
            for (task::Process* process : processes_) {
                wiring::descriptors.release(*process->leader->files);
                release(*process);
            }
            file_ = {};
            EXPECT_EQ(locks_of(), nullptr) << "nothing is left";
            task::current().user = nullptr;
            wiring::processes.reset();
            processes_.clear();
        });
    }
    static Ref<File> open(std::uint32_t flags = O_RDWR) { return *wiring::vfs.open(nullptr, "/f", flags, 0, {}); }
    FileLocks* locks_of() {
        const Ref<File> file = open();
        return file->inode().locks.load();
    }
    void release(task::Process& process) {
        if (file_->inode().locks.load() != nullptr) {
            wiring::locks.release(file_->inode(), process.leader->files);
        }
    }
    void as(int process) {
        task::current().user = processes_[static_cast<std::size_t>(process)]->leader;
        task::current().user->thread = &task::current();
    }
    static constexpr std::uint64_t at(int process) { return arch::host::k_user_base + static_cast<std::uint64_t>(process) * 64; }

    std::string lock(int process, int command, short type, std::int64_t start, std::int64_t size, File* file = nullptr, short whence = SEEK_SET) {
        as(process);
        struct flock asked{};
        asked.l_type = type;
        asked.l_whence = whence;
        asked.l_start = start;
        asked.l_len = size;
        std::memcpy(arch::host::user_memory.at(at(process)), &asked, sizeof asked);
        const Result<void> done = wiring::locks.record_lock(file != nullptr ? *file : *file_, command, UserPtr<void>{at(process)});
        if (!done) {
            return std::string{errno_name(done.error())};
        }
        if (command != F_GETLK && command != F_OFD_GETLK) {
            return "ok";
        }
        std::memcpy(&asked, arch::host::user_memory.at(at(process)), sizeof asked);
        if (asked.l_type == F_UNLCK) {
            return "free";
        }
        return std::string{asked.l_type == F_WRLCK ? "write" : "read"} + " " + std::to_string(asked.l_start) + "+" + std::to_string(asked.l_len) +
               " of " + std::to_string(asked.l_pid);
    }
    std::string whole(int process, File& file, int operation) {
        as(process);
        const Result<void> done = wiring::locks.whole_lock(file, operation);
        return done ? "ok" : std::string{errno_name(done.error())};
    }
    // In a thread of its own, as that process.
    void start(int process, std::function<void()> body) {
        bodies_.push_back(std::make_unique<std::function<void()>>([this, process, body = std::move(body)] {
            as(process);
            body();
            task::current().user = nullptr;
        }));
        const auto made = threads().create({.name = "waiter"}, [](void* argument) { (*static_cast<std::function<void()>*>(argument))(); },
                                           bodies_.back().get());
        ASSERT_TRUE(made);
        crew_.push_back(*made);
        threads().yield();
    }
    void join() {
        for (task::Thread* thread : crew_) {
            threads().join(*thread);
        }
        crew_.clear();
    }

    std::vector<task::Process*> processes_;
    Ref<File> file_;

private:
    std::uint64_t objects_ = 0;
    std::vector<std::unique_ptr<std::function<void()>>> bodies_;
    std::vector<task::Thread*> crew_;
};

TEST_F(Locking, KeepsOthersOut) {
    run([&] {
        EXPECT_EQ(lock(0, F_SETLK, F_WRLCK, 10, 10), "ok");
        EXPECT_EQ(lock(1, F_SETLK, F_RDLCK, 15, 1), "EAGAIN");
        EXPECT_EQ(lock(1, F_SETLK, F_RDLCK, 20, 0), "ok");
        EXPECT_EQ(lock(1, F_GETLK, F_RDLCK, 0, 0), "write 10+10 of 1");
        EXPECT_EQ(lock(0, F_GETLK, F_WRLCK, 0, 0), "read 20+0 of 2");
        EXPECT_EQ(lock(0, F_GETLK, F_RDLCK, 0, 0), "free");
        EXPECT_EQ(lock(2, F_SETLK, F_RDLCK, 30, 5), "ok");
        EXPECT_EQ(lock(0, F_SETLK, F_UNLCK, 12, 3), "ok");
        EXPECT_EQ(lock(1, F_SETLK, F_WRLCK, 12, 3), "ok");
        EXPECT_EQ(lock(1, F_SETLK, F_WRLCK, 12, 4), "EAGAIN");
        EXPECT_EQ(lock(0, F_SETLK, F_WRLCK, 10, 10), "EAGAIN");
    });
}

TEST_F(Locking, ReadsRanges) {
    run([&] {
        EXPECT_EQ(lock(0, F_SETLK, F_WRLCK, -1, 1), "EINVAL");
        EXPECT_EQ(lock(0, F_SETLK, F_WRLCK, 10, -10), "ok");
        EXPECT_EQ(lock(1, F_GETLK, F_WRLCK, 0, 0), "write 0+10 of 1");
        EXPECT_EQ(lock(0, F_SETLK, F_WRLCK, 10, -11), "EINVAL");
        EXPECT_EQ(lock(0, F_SETLK, F_WRLCK, INT64_MAX, 2), "EOVERFLOW");
        EXPECT_EQ(lock(0, F_SETLK, F_WRLCK, INT64_MAX, 1), "ok");
        file_->position = 100;
        EXPECT_EQ(lock(0, F_SETLK, F_WRLCK, -5, 5, nullptr, SEEK_CUR), "ok");
        EXPECT_EQ(lock(1, F_GETLK, F_WRLCK, 50, 100), "write 95+5 of 1");
        EXPECT_EQ(lock(0, F_SETLK, F_WRLCK, 0, 1, nullptr, 3), "EINVAL");
        EXPECT_EQ(lock(0, F_SETLK, 7, 0, 1), "EINVAL");
        EXPECT_EQ(lock(0, F_GETLK, F_UNLCK, 0, 1), "EINVAL");
        const Ref<File> reader = open(O_RDONLY);
        EXPECT_EQ(lock(0, F_SETLK, F_WRLCK, 0, 1, reader.get()), "EBADF");
        const Ref<File> writer = open(O_WRONLY);
        EXPECT_EQ(lock(0, F_SETLK, F_RDLCK, 0, 1, writer.get()), "EBADF");
    });
}

TEST_F(Locking, LocksOfOpenFiles) {
    run([&] {
        Ref<File> other = open();
        EXPECT_EQ(lock(0, F_OFD_SETLK, F_WRLCK, 0, 10), "ok");
        EXPECT_EQ(lock(0, F_OFD_SETLK, F_WRLCK, 0, 10, other.get()), "EAGAIN") << "the same process";
        EXPECT_EQ(lock(0, F_SETLK, F_WRLCK, 5, 1), "EAGAIN") << "other owners, both of them";
        EXPECT_EQ(lock(0, F_OFD_GETLK, F_WRLCK, 0, 10, other.get()), "write 0+10 of -1");
        EXPECT_EQ(lock(1, F_OFD_SETLK, F_WRLCK, 20, 10, other.get()), "ok");
        other = {};
        EXPECT_EQ(lock(1, F_OFD_GETLK, F_WRLCK, 20, 10), "free") << "it went with its file";
        EXPECT_EQ(lock(0, F_OFD_SETLK, F_UNLCK, 0, 0), "ok");
    });
}

TEST_F(Locking, WaitsForOthers) {
    std::string journal;
    run([&] {
        EXPECT_EQ(lock(0, F_SETLK, F_WRLCK, 0, 10), "ok");
        for (int process : {1, 2}) {
            start(process, [&, process] {
                EXPECT_EQ(lock(process, F_SETLKW, F_RDLCK, 5, 5), "ok");
                journal += std::to_string(process);
            });
        }
        EXPECT_EQ(journal, "");
        EXPECT_EQ(lock(0, F_SETLK, F_UNLCK, 0, 4), "ok");
        threads().yield();
        EXPECT_EQ(journal, "");
        EXPECT_EQ(lock(0, F_SETLK, F_RDLCK, 4, 6), "ok");
        threads().yield();
        EXPECT_EQ(journal, "12");
        join();
    });
}

TEST_F(Locking, ASignalEndsTheWait) {
    run([&] {
        EXPECT_EQ(lock(0, F_SETLK, F_WRLCK, 0, 10), "ok");
        task::Thread* waiter = nullptr;
        start(1, [&] {
            waiter = &task::current();
            EXPECT_EQ(lock(1, F_SETLKW, F_RDLCK, 5, 5), "E?") << "restart_sys";
        });
        waiter->user_work.fetch_or(arch::k_signal_pending);
        sync::interrupt(*waiter);
        join();
    });
}

TEST_F(Locking, FindsDeadlock) {
    run([&] {
        for (int process : {0, 1, 2}) {
            EXPECT_EQ(lock(process, F_SETLK, F_WRLCK, process, 1), "ok");
        }
        start(0, [&] { EXPECT_EQ(lock(0, F_SETLKW, F_WRLCK, 1, 1), "ok"); });
        start(1, [&] { EXPECT_EQ(lock(1, F_SETLKW, F_WRLCK, 2, 1), "ok"); });
        EXPECT_EQ(lock(2, F_SETLKW, F_WRLCK, 0, 1), "EDEADLK");
        EXPECT_EQ(lock(2, F_SETLK, F_UNLCK, 0, 0), "ok");
        threads().yield();
        threads().yield();
        release(*processes_[1]);
        join();
    });
}

TEST_F(Locking, WholeFiles) {
    std::string journal;
    run([&] {
        const Ref<File> a = open();
        const Ref<File> b = open(O_RDONLY);
        EXPECT_EQ(whole(0, *a, LOCK_SH | LOCK_NB), "ok");
        EXPECT_EQ(whole(0, *b, LOCK_SH | LOCK_NB), "ok");
        EXPECT_EQ(whole(0, *a, LOCK_EX | LOCK_NB), "EAGAIN");
        EXPECT_EQ(whole(0, *b, LOCK_EX | LOCK_NB), "ok") << "a's was given up in the attempt";
        EXPECT_EQ(whole(0, *b, LOCK_EX), "ok");
        EXPECT_EQ(lock(0, F_SETLK, F_WRLCK, 0, 0), "ok") << "they have nothing to do with each other";
        start(1, [&] {
            EXPECT_EQ(whole(1, *a, LOCK_SH), "ok");
            journal += "a";
        });
        EXPECT_EQ(journal, "");
        EXPECT_EQ(whole(0, *b, LOCK_UN), "ok");
        join();
        EXPECT_EQ(journal, "a");
        EXPECT_EQ(whole(0, *a, LOCK_SH | LOCK_EX), "EINVAL");
        EXPECT_EQ(whole(0, *b, LOCK_UN), "ok");
    });
}

}  // namespace
}  // namespace phx::fs
