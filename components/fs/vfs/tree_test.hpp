// A tree of names in a new tmpfs for each test, and a process that walks in it.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <task/interfaces/process.hpp>
#include <wiring.hpp>

namespace phx::fs {

inline std::string name_of(Errno error) { return "!" + std::string{errno_name(error)}; }

class Tree : public ::testing::Test {
protected:
    static VirtualFiles& vfs() { return wiring::dut; }

    void SetUp() override {
        static task::Thread thread;
        arch::set_current(&thread);
        thread.user = nullptr;
        if (!vfs().root().dentry()) {
            ASSERT_TRUE(vfs().init());
            ASSERT_TRUE(vfs().mount("rootfs", Path{}, "tmpfs", 0, ""));
            ASSERT_TRUE(vfs().make(nullptr, "/test", S_IFDIR | 0755, 0));
        }
        objects_ = wiring::fake_heap.stats().live_objects;
        mount("/test");
        task::Process& process = wiring::processes.add(1);
        user_ = process.leader;
        user_->thread = &thread;
        user_->files = *wiring::descriptors.create_table();
        const Path root = *vfs().resolve(nullptr, "/test", {Walk::follow_last});
        user_->context = *wiring::descriptors.create_context(root);
        thread.user = user_;
    }
    void TearDown() override {
        become(0);
        wiring::descriptors.release(*user_->files);
        wiring::descriptors.release(*user_->context);
        task::current().user = nullptr;
        wiring::processes.reset();
        ASSERT_EQ(unmount("/test", 2), "ok");
        vfs().reclaim(1000);
        vfs().reclaim(1000);
        wiring::fake_rcu.end_period();
        EXPECT_LE(wiring::fake_heap.stats().live_objects, objects_ + 2) << "something was not freed";
    }

    // As the running thread.
    static std::string result(const Result<void>& done) { return done ? "ok" : name_of(done.error()); }
    static std::string mkdir(std::string_view path, Mode mode = 0755) { return result(vfs().make(nullptr, path, S_IFDIR | mode, 0)); }
    static std::string mkfile(std::string_view path, Mode mode = 0644) { return result(vfs().make(nullptr, path, S_IFREG | mode, 0)); }
    static std::string symlink(std::string_view target, std::string_view path) { return result(vfs().symlink(target, nullptr, path)); }
    static std::string link(std::string_view from, std::string_view to) {
        const Result<Path> path = vfs().resolve(nullptr, from, {0});
        return path ? result(vfs().link(*path, nullptr, to)) : name_of(path.error());
    }
    static std::string unlink(std::string_view path) { return result(vfs().remove(nullptr, path, 0)); }
    static std::string rmdir(std::string_view path) { return result(vfs().remove(nullptr, path, AT_REMOVEDIR)); }
    static std::string rename(std::string_view from, std::string_view to, std::uint32_t flags = 0) {
        return result(vfs().rename(nullptr, from, nullptr, to, flags));
    }
    static std::string chmod(std::string_view path, Mode mode) {
        AttributeChange change;
        change.which = AttributeChange::mode_bit;
        change.mode = mode;
        return result(change_at(path, change));
    }
    static std::string chown(std::string_view path, task::Uid uid, task::Gid gid) {
        AttributeChange change;
        change.which = AttributeChange::owner_bit;
        change.uid = uid;
        change.gid = gid;
        return result(change_at(path, change));
    }
    static Result<void> change_at(std::string_view path, const AttributeChange& change) {
        const Result<Path> found = vfs().resolve(nullptr, path, {Walk::follow_last});
        return found ? vfs().set_attributes(*found, change) : Result<void>{found.error()};
    }
    static std::string mount(std::string_view path, std::string_view type = "tmpfs", std::uint32_t flags = 0, std::string_view source = "none",
                             std::string_view options = "") {
        const Result<Path> target = vfs().resolve(nullptr, path, {Walk::follow_last});
        return target ? result(vfs().mount(source, *target, type, flags, options)) : name_of(target.error());
    }
    static std::string unmount(std::string_view path, std::uint32_t flags = 0) {
        Result<Path> target = vfs().resolve(nullptr, path, {Walk::follow_last});
        return target ? result(vfs().unmount(*target, flags)) : name_of(target.error());
    }
    // Where a path leads.
    static std::string where(std::string_view path, std::uint32_t flags = Walk::follow_last, Base base = nullptr) {
        const Result<Path> found = vfs().resolve(base, path, {flags});
        return found ? where(*found) : name_of(found.error());
    }
    static std::string where(const Path& path) {
        std::array<char, 4096> room;
        const Result<std::string_view> name = vfs().name_of(path, room);
        return name ? std::string{*name} : name_of(name.error());
    }
    static Result<Ref<File>> open(std::string_view path, std::uint32_t flags, Mode mode = 0644) { return vfs().open(nullptr, path, flags, mode, {}); }
    static std::string opened(std::string_view path, std::uint32_t flags, Mode mode = 0644) {
        const Result<Ref<File>> file = open(path, flags, mode);
        return file ? where((*file)->path()) : name_of(file.error());
    }
    static Attributes attributes(std::string_view path, std::uint32_t flags = 0) {
        return vfs().resolve(nullptr, path, {flags})->inode().attributes();
    }
    static void chdir(std::string_view path) {
        wiring::descriptors.set_directory(*task::current_user().context, *vfs().resolve(nullptr, path, {Walk::follow_last}));
    }
    // Another user, without capabilities unless it is root.
    static void become(task::Uid uid, std::vector<task::Gid> groups = {}) {
        auto& who = const_cast<task::Credentials&>(*task::current_user().credentials.load());
        who.uid = who.euid = who.suid = who.fsuid = uid;
        who.gid = who.egid = who.sgid = who.fsgid = uid;
        who.effective = who.permitted = uid == 0 ? task::k_all_capabilities : 0;
        who.group_count = static_cast<std::uint32_t>(groups.size());
        std::ranges::copy(groups, who.groups.begin());
    }
    static void write(std::string_view path, std::string text) {
        const auto file = open(path, O_WRONLY | O_CREAT | O_TRUNC);
        ASSERT_TRUE(file);
        std::uint64_t at = 0;
        Transfer transfer{text.data(), text.size()};
        ASSERT_EQ(*(*file)->write(transfer, at), text.size());
    }
    static std::string read(File& file, std::uint64_t at = 0) {
        std::string text(4096, '\0');
        Transfer transfer{text.data(), text.size()};
        text.resize(*file.read(transfer, at));
        return text;
    }
    static std::string read(std::string_view path) {
        const auto file = open(path, O_RDONLY);
        return file ? read(**file) : name_of(file.error());
    }
    // In the order in which they are listed, without the first two.
    static std::vector<std::string> list(std::string_view path) {
        struct Names final : EntrySink {
            bool entry(std::string_view name, std::uint64_t, std::uint8_t, std::uint64_t) override {
                names.emplace_back(name);
                return true;
            }
            std::vector<std::string> names;
        } sink;
        const auto file = open(path, O_RDONLY | O_DIRECTORY);
        std::uint64_t position = 0;
        EXPECT_TRUE((*file)->read_entries(position, sink));
        sink.names.erase(sink.names.begin(), sink.names.begin() + 2);
        return sink.names;
    }

    task::UserThread* user_ = nullptr;

private:
    std::uint64_t objects_ = 0;
};

}  // namespace phx::fs
