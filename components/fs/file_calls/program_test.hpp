// A program that makes system calls: its memory, and a file system in memory.
#pragma once

#include <cstring>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <arch/user_access.hpp>
#include <asm/resource.h>
#include <fs/interfaces/device_nodes.hpp>
#include <task/interfaces/process.hpp>
#include <wiring.hpp>

namespace phx::fs {

class Program : public ::testing::Test {
protected:
    void SetUp() override {
        static task::Thread thread;
        arch::set_current(&thread);
        thread.user = nullptr;
        arch::host::user_memory.reset();
        next_ = arch::host::k_user_base;
        if (!wiring::vfs.root()) {
            ASSERT_TRUE(wiring::vfs.init());
            ASSERT_TRUE(wiring::vfs.mount("rootfs", Path{}, "tmpfs", 0, ""));
            ASSERT_TRUE(wiring::vfs.make(nullptr, "/test", S_IFDIR | 0755, 0));
        }
        vfs_mount();
        task::Process& process = wiring::processes.add(7);
        process.limits[RLIMIT_NOFILE] = {1024, 4096};
        user_ = process.leader;
        user_->thread = &thread;
        user_->files = *wiring::descriptors.create_table();
        user_->context = *wiring::descriptors.create_context(*wiring::vfs.resolve(nullptr, "/test", {Walk::follow_last}));
        thread.user = user_;
    }
    void TearDown() override {
        wiring::descriptors.release(*user_->files);
        wiring::descriptors.release(*user_->context);
        task::current().user = nullptr;
        wiring::processes.reset();
        const Path test = *wiring::vfs.resolve(nullptr, "/test", {Walk::follow_last});
        ASSERT_TRUE(wiring::vfs.unmount(test, 2));
    }
    static void vfs_mount() {
        const Path test = *wiring::vfs.resolve(nullptr, "/test", {Walk::follow_last});
        ASSERT_TRUE(wiring::vfs.mount("none", test, "tmpfs", 0, ""));
    }

    // Somewhere in the program's memory.
    std::uint64_t room(std::size_t size) {
        const std::uint64_t at = next_;
        next_ = align_up(next_ + size, 16);
        EXPECT_LE(next_, arch::host::k_user_base + arch::host::user_memory.bytes.size());
        return at;
    }
    UserPtr<const char> text(std::string_view text) {
        const std::uint64_t at = room(text.size() + 1);
        std::memcpy(arch::host::user_memory.at(at), text.data(), text.size());
        *arch::host::user_memory.at(at + text.size()) = std::byte{0};
        return UserPtr<const char>{at};
    }
    template <class T>
    UserPtr<T> put(const T& value) {
        const std::uint64_t at = room(sizeof(T));
        std::memcpy(arch::host::user_memory.at(at), &value, sizeof(T));
        return UserPtr<T>{at};
    }
    template <class T>
    static T get(UserPtr<T> from) {
        T value;
        std::memcpy(&value, arch::host::user_memory.at(from.address().value()), sizeof(T));
        return value;
    }
    static std::string bytes(std::uint64_t at, std::size_t size) {
        return {reinterpret_cast<const char*>(arch::host::user_memory.at(at)), size};
    }

    template <class T>
    static std::int64_t value(const Result<T>& result) {
        if (!result) {
            return -static_cast<std::int64_t>(result.error());
        }
        if constexpr (std::is_void_v<T>) {
            return 0;
        } else {
            return static_cast<std::int64_t>(result.value());
        }
    }

    std::int64_t open(std::string_view path, std::uint32_t flags, Mode mode = 0644) {
        return value(wiring::path_calls.sys_openat(AT_FDCWD, text(path), flags, mode));
    }
    // A node for a device, in the working directory; numbers as makedev(3) packs them.
    std::int64_t make_node(std::string_view name, Mode mode, Device device) {
        const std::uint32_t minor = minor_of(device);
        const std::uint32_t packed = (minor & 0xff) | major_of(device) << 8 | (minor & 0xfff00) << 12;
        return value(wiring::path_calls.sys_mknodat(AT_FDCWD, text(name), S_IFCHR | mode, packed));
    }
    static std::int64_t close(std::int64_t fd) { return value(wiring::descriptors.sys_close(static_cast<int>(fd))); }
    std::int64_t write(std::int64_t fd, std::string_view what) {
        return value(wiring::dut.sys_write(static_cast<int>(fd), text(what), what.size()));
    }
    std::string read(std::int64_t fd, std::size_t size) {
        const std::uint64_t at = room(size);
        const auto got = wiring::dut.sys_read(static_cast<int>(fd), UserPtr<void>{at}, size);
        return got ? bytes(at, *got) : std::string{errno_name(got.error())};
    }
    std::int64_t seek(std::int64_t fd, std::int64_t offset, int whence) { return value(wiring::dut.sys_lseek(static_cast<int>(fd), offset, whence)); }

    task::UserThread* user_ = nullptr;

private:
    std::uint64_t next_ = 0;
};

}  // namespace phx::fs
