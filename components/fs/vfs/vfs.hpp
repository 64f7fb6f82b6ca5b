// The tree of names: what is called what, who may do what with it, and what is mounted where.
//
// Walking reads the cache of names under RCU, without a lock or a reference until the end (walk.hpp). What changes the tree while its names stay
// (rename, mount) makes the sequence count `tree_` odd meanwhile, so that no walker believes what it saw. What adds or removes a name holds the
// directory's `entries`.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include <base/intrusive_list.hpp>
#include <base/result.hpp>
#include <fs/interfaces/descriptors.hpp>
#include <fs/interfaces/vfs.hpp>
#include <fs/vfs/dentry_cache.hpp>
#include <fs/vfs/permission.hpp>
#include <memory/interfaces/reclaimer.hpp>
#include <sync/learnt_lock_class.hpp>
#include <sync/mutex.hpp>
#include <sync/seqlock.hpp>
#include <sync/spinlock.hpp>

namespace phx::fs {

class Walker;

class VirtualFiles final : public memory::Reclaimer {
public:
    constexpr VirtualFiles() = default;

    Result<void> init();

    // Vfs
    Result<Path> resolve(Base base, std::string_view path, Walk walk);
    Result<Ref<File>> open(Base base, std::string_view path, std::uint32_t flags, Mode mode, Walk walk);
    Result<Ref<File>> open_path(const Path& path, std::uint32_t flags);
    Result<void> make(Base base, std::string_view path, Mode mode, Device device);
    Result<void> symlink(std::string_view target, Base base, std::string_view path);
    Result<void> link(const Path& existing, Base base, std::string_view path);
    Result<void> remove(Base base, std::string_view path, std::uint32_t flags);
    Result<void> rename(Base from_base, std::string_view from, Base to_base, std::string_view to, std::uint32_t flags);
    Result<void> set_attributes(const Path& path, const AttributeChange& change);
    Result<void> may(const Path& path, Mode mask);
    Result<void> mount(std::string_view source, const Path& target, std::string_view type, std::uint32_t flags, std::string_view options);
    Result<void> unmount(const Path& path, std::uint32_t flags);
    Result<void> pivot_root(const Path& new_root, const Path& put_old);
    Result<std::string_view> name_of(const Path& path, std::span<char> to);
    bool is_reachable(const Path& path);
    Result<Path> path_of(File& file);
    Path root();
    void visit_mounts(MountVisitor& visitor);
    void visit_types(FileSystemVisitor& visitor);
    void sync();
    void end(Dentry& dentry);
    void end(Mount& mount);

    // Reclaimer
    std::size_t reclaim(std::size_t frames_wanted) override;

private:
    friend Walker;
    static constexpr std::size_t k_mount_chains = 64;
    static constexpr sync::LockClass k_tree_class = sync::LearntLockClass::make("tree of names");

    // Writers of `tree_`: interrupts are masked, and walkers wait.
    class Change;

    // --- walking (walk.cpp)
    // The name in the directory, from the cache or asked for; with a reference, perhaps negative.
    Result<Ref<Dentry>> lookup(Dentry& directory, const NameKey& key);
    // The same with the directory's `entries` held, one way or the other.
    Result<Ref<Dentry>> lookup_held(Dentry& directory, const NameKey& key);
    Result<const Name*> target_of(Dentry& link);
    // Under RCU: what is mounted there, or null.
    [[nodiscard]] Mount* find_mount(const Mount* mount, const Dentry* dentry) const;
    template <class F>
    [[nodiscard]] Path read_tree(F&& find);
    [[nodiscard]] Path over(Path path);                 // what is mounted on it, and on that
    [[nodiscard]] Path above(const Path& path, const Place& root);  // ".."
    [[nodiscard]] Path caller_root();
    [[nodiscard]] Path caller_directory();

    // --- changes (changes.cpp, rename.cpp)
    // What a new name in a directory needs, whose `entries` are held exclusively; what the cache knows of the name so far, or null. EEXIST and what
    // else speaks against it.
    Result<Ref<Dentry>> check_new(const Path& directory, const NameKey& key, bool trailing);
    template <class F>
    Result<void> make_name(Walker& walker, bool is_directory, F&& make_inode);
    Result<Ref<Dentry>> remove_held(const Path& directory, const Walker& walker, bool want_directory);
    static Result<void> check_removal(const Inode& directory, const Dentry& victim, bool want_directory);
    struct Rename;
    Result<void> rename_held(Rename& what);
    Result<void> move_names(Rename& what, bool exchange);

    // --- opening (open.cpp)
    Result<Ref<File>> open_or_create(Walker& walker, std::uint32_t flags, Mode mode);
    Result<Ref<File>> create_held(const Path& directory, const NameKey& key, std::uint32_t flags, Mode mode, Ref<Dentry>& there);
    Result<Ref<File>> open_unnamed(const Path& directory, std::uint32_t flags, Mode mode);
    Result<Ref<File>> open_checked(const Path& path, std::uint32_t flags);
    Result<Ref<File>> open_held(const Path& path, std::uint32_t flags);
    Result<Ref<File>> open_inode(const Path& path, std::uint32_t flags);

    // --- mounts (mounts.cpp)
    Result<Mount*> make_mount(SuperBlock& super, Dentry& root, std::uint32_t flags, std::string_view source);
    Result<void> mount_new(std::string_view source, const Path& target, std::string_view type, std::uint32_t flags, std::string_view options);
    Result<void> remount(const Path& target, std::uint32_t flags, std::string_view options);
    Result<void> bind(const Path& from, const Path& target, bool whole_tree);
    Result<void> bind_children(const Path& from, Mount& top);
    [[nodiscard]] Mount* copy_below(const Mount& original, const Mount& top);
    Result<void> move_mount(const Path& from, const Path& target);
    Result<void> attach(Mount& mount, const Path& target);
    void attach_held(Mount& mount, Mount& parent, Dentry& place);
    [[nodiscard]] Place unhook(Mount& mount);
    void unmark_place(Dentry& place);
    void detach_held(Mount& mount, IntrusiveList<Mount>& gone);
    void detach_tree(Mount& top, IntrusiveList<Mount>& gone);
    void let_go(IntrusiveList<Mount>& gone);
    [[nodiscard]] bool is_busy(const Mount& mount);
    Result<Dentry*> use(SuperBlock& super);
    void disuse(SuperBlock& super);
    Result<Mount*> copy_mount(const Mount& of, Dentry& root);
    [[nodiscard]] bool is_below(const Mount& mount, const Mount& above) const;

    DentryCache cache_;
    SeqCount tree_;
    static constexpr sync::LockClass k_supers_class = sync::LearntLockClass::make("super blocks");
    SpinLock supers_lock_{k_supers_class};  // which are mounted how often
    SpinLock tree_lock_{k_tree_class};  // who writes tree_
    static constexpr sync::LockClass k_rename_mutex_class = sync::LearntLockClass::make("rename");
    Mutex rename_mutex_{k_rename_mutex_class};      // directories keep their parents
    static constexpr sync::LockClass k_mount_mutex_class = sync::LearntLockClass::make("mounts");
    Mutex mount_mutex_{k_mount_mutex_class};
    std::array<std::atomic<Mount*>, k_mount_chains> mount_chains_{};
    IntrusiveList<Mount> mounts_;  // guarded by mount_mutex_
    std::atomic<std::int32_t> next_mount_{1};
    std::atomic<Mount*> first_{nullptr};
};

// Whom to ask for permission, and where paths begin.
[[nodiscard]] const task::Credentials& caller();

}  // namespace phx::fs
