// Walkers, renames, removals and mounts on four CPUs at once, with a cache so small that names go all the time.
#include <array>
#include <atomic>
#include <string>
#include <thread>

#include <gtest/gtest.h>

#include <task/interfaces/process.hpp>
#include <wiring.hpp>

namespace phx::fs {
namespace {

VirtualFiles& vfs() { return wiring::dut; }

constexpr unsigned k_cpus = 4;
constexpr int k_rounds = 1500;

class Cpu {
public:
    explicit Cpu(unsigned number) {
        thread_.place(number);
        task::Process& process = wiring::processes.add(static_cast<task::Pid>(number + 1));
        user_ = process.leader;
        user_->thread = &thread_;
    }
    // All with the same root and working directory, as threads of one process.
    void start(FsContext& context) {
        user_->context = &context;
        arch::set_current(&thread_);
        thread_.user = user_;
    }

private:
    task::Thread thread_;
    task::UserThread* user_;
};

std::string name_of(const Path& path) {
    std::array<char, 512> room;
    const auto name = vfs().name_of(path, room);
    return name ? std::string{*name} : std::string{errno_name(name.error())};
}

TEST(Walkers, SeeOneTreeAtATime) {
    static task::Thread main_thread;
    arch::set_current(&main_thread);
    ASSERT_TRUE(vfs().init());
    ASSERT_TRUE(vfs().mount("rootfs", Path{}, "tmpfs", 0, ""));
    const auto make = [](std::string_view path, Mode kind) { return static_cast<bool>(vfs().make(nullptr, path, kind | 0755, 0)); };
    for (const char* path : {"/left", "/right", "/left/a-directory-that-moves", "/m", "/m/under"}) {
        ASSERT_TRUE(make(path, S_IFDIR));
    }
    ASSERT_TRUE(make("/left/a-directory-that-moves/deep", S_IFDIR));
    ASSERT_TRUE(make("/left/a-directory-that-moves/deep/file", S_IFREG));
    ASSERT_TRUE(vfs().symlink("left/a-directory-that-moves", nullptr, "/to-the-left"));
    FsContext* const context = *wiring::descriptors.create_context(vfs().root());
    std::array<Cpu, k_cpus> cpus{Cpu{0}, Cpu{1}, Cpu{2}, Cpu{3}};
    std::atomic<unsigned> found{0};
    std::atomic<bool> over{false};

    std::array<std::thread, k_cpus> threads{
        // Moves a directory to and fro, and files over each other.
        std::thread{[&] {
            cpus[0].start(*context);
            for (int i = 0; i < k_rounds; ++i) {
                EXPECT_TRUE(vfs().rename(nullptr, "/left/a-directory-that-moves", nullptr, "/right/a-directory-that-moves", 0));
                EXPECT_TRUE(vfs().rename(nullptr, "/right/a-directory-that-moves", nullptr, "/left/a-directory-that-moves", 0));
                EXPECT_TRUE(vfs().rename(nullptr, "/left", nullptr, "/right", RENAME_EXCHANGE));
                EXPECT_TRUE(vfs().rename(nullptr, "/left", nullptr, "/right", RENAME_EXCHANGE));
            }
            over = true;
        }},
        // Makes and removes files and directories, also where others look for them.
        std::thread{[&] {
            cpus[1].start(*context);
            for (int i = 0; !over; ++i) {
                const std::string path = "/m/" + std::to_string(i % 50);
                static_cast<void>(vfs().make(nullptr, path, S_IFREG | 0644, 0));
                static_cast<void>(vfs().make(nullptr, "/m/under/d", S_IFDIR | 0755, 0));
                static_cast<void>(vfs().remove(nullptr, "/m/under/d", AT_REMOVEDIR));
                static_cast<void>(vfs().open(nullptr, "/m/under/new", O_CREAT | O_RDWR, 0600, {}));
                static_cast<void>(vfs().remove(nullptr, path, 0));
            }
        }},
        // Walks, changes directory, asks for names.
        std::thread{[&] {
            cpus[2].start(*context);
            while (!over) {
                for (const char* start : {"/left", "/right", "/to-the-left/.."}) {
                    const auto path = vfs().resolve(nullptr, std::string{start} + "/a-directory-that-moves/deep/file", {Walk::follow_last});
                    if (path) {
                        ++found;
                        EXPECT_TRUE(path->inode().is_regular());
                        const std::string name = name_of(*path);
                        EXPECT_TRUE(name == "/left/a-directory-that-moves/deep/file" || name == "/right/a-directory-that-moves/deep/file") << name;
                    } else {
                        EXPECT_EQ(path.error(), Errno::noent);
                    }
                }
                if (const auto deep = vfs().resolve(nullptr, "/to-the-left/deep", {Walk::follow_last})) {
                    wiring::descriptors.set_directory(*context, *deep);
                    EXPECT_TRUE(vfs().resolve(nullptr, "file", {0}));
                    static_cast<void>(vfs().resolve(nullptr, "../../..", {0}));
                    wiring::descriptors.set_directory(*context, vfs().root());
                }
            }
        }},
        // Mounts and unmounts over what others use.
        std::thread{[&] {
            cpus[3].start(*context);
            for (int i = 0; !over; ++i) {
                Path target = *vfs().resolve(nullptr, "/m/under", {0});
                const bool mounted = static_cast<bool>(vfs().mount("none", target, "tmpfs", 0, ""));
                EXPECT_TRUE(mounted);
                target = {};
                if (const auto file = vfs().resolve(nullptr, "/m/under/../../to-the-left/deep/file", {0})) {
                    EXPECT_TRUE(file->inode().is_regular());
                }
                target = *vfs().resolve(nullptr, "/m/under", {0});
                const auto unmounted = vfs().unmount(target, i % 2 == 0 ? 2 : 0);
                if (!unmounted) {
                    EXPECT_EQ(unmounted.error(), Errno::busy);
                    EXPECT_TRUE(vfs().unmount(target, 2));
                }
            }
        }}};
    for (std::thread& thread : threads) {
        thread.join();
    }
    EXPECT_GT(found.load(), 0U);
    arch::set_current(&main_thread);
    wiring::descriptors.release(*context);
    EXPECT_TRUE(vfs().resolve(nullptr, "/left/a-directory-that-moves/deep/file", {0}));
    const std::uint64_t before = wiring::fake_heap.stats().live_objects;
    vfs().reclaim(1000);
    vfs().reclaim(1000);
    EXPECT_LT(wiring::fake_heap.stats().live_objects, before);
    EXPECT_LT(wiring::fake_heap.stats().live_objects, 200U);
    wiring::processes.reset();
}

}  // namespace
}  // namespace phx::fs
