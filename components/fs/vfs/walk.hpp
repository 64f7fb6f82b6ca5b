// One walk along a path (path_resolution(7)).
//
// First without locks or references: under RCU, over names that the cache has, and at the end the sequence count of the tree says whether all of
// that was true at one time. If a name is not there, or something moved, the walk goes on, or begins again, with references, and asks file systems.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include <fs/file_objects/path_text.hpp>
#include <fs/vfs/vfs.hpp>

namespace phx::fs {

class Walker {
public:
    // `path` outlives the walk.
    Walker(VirtualFiles& vfs, Base base, std::string_view path, std::uint32_t flags)
        : vfs_{vfs}, base_{base}, path_{path}, flags_{flags}, who_{&caller()} {}
    ~Walker();
    Walker(const Walker&) = delete;
    Walker& operator=(const Walker&) = delete;

    // To the end.
    Result<Path> to_end();

    // Up to the last name, which then is `last()`; the directory it is in.
    Result<Path> to_parent();
    enum class Last : std::uint8_t { name, dot, dot_dot, root };
    [[nodiscard]] Last last_kind() const { return last_kind_; }
    [[nodiscard]] const NameKey& last() const { return last_; }
    [[nodiscard]] bool has_trailing_slash() const { return trailing_; }
    // After to_parent(): the last name is this link, to be followed from that directory; to_parent() again.
    Result<void> follow_last(const Path& directory, Ref<Dentry> link);
    // After to_parent(), where follow_last() found a link without a target to be read: where it led.
    [[nodiscard]] Path take_jump() { return std::move(jump_); }

    [[nodiscard]] const task::Credentials& who() const { return *who_; }
    void set_who(const task::Credentials& who) { who_ = &who; }
    [[nodiscard]] std::uint32_t flags() const { return flags_; }

private:
    static constexpr unsigned k_most_links = 40;
    static constexpr std::size_t k_inline_rests = 4;
    static constexpr std::uint32_t k_only_slowly =
        Walk::no_links | Walk::beneath | Walk::in_root | Walk::no_crossing | Walk::no_magic_links;

    // What is left of a path behind a link, and whose text it is.
    struct Rest {
        PathText text;
        Dentry* owner = nullptr;
    };
    enum class Fast : std::uint8_t { done, failed, slow };

    template <bool to_parent>
    Fast go_fast(Errno& error);
    template <bool to_parent>
    Result<void> go_slowly();
    template <bool to_parent>
    Result<Path> go();
    [[nodiscard]] bool hold(Fast outcome);
    Result<void> begin_slowly();
    Result<void> take_link(Ref<Dentry> link, Mount* mount, bool is_tail);
    Result<void> push(const PathText& text, Dentry* owner);
    [[nodiscard]] bool pop();
    void drop_rests();
    [[nodiscard]] bool may_search(const Dentry& directory) const;
    Result<void> up();
    Result<void> cross(Path& to) const;

    VirtualFiles& vfs_;
    Base base_;
    std::string_view path_;
    std::uint32_t flags_;
    const task::Credentials* who_;

    PathText text_;
    Dentry* owner_ = nullptr;  // of text_, if it is a link's; with a reference but while the walk is fast
    Place at_;                 // fast
    Place fast_root_;
    Path here_;                // slow
    Path root_;
    std::uint32_t seen_ = 0;
    unsigned links_ = 0;
    std::size_t rests_ = 0;
    bool owners_held_ = false;
    bool must_be_directory_ = false;
    bool trailing_ = false;
    Last last_kind_ = Last::name;
    NameKey last_;
    Path jump_;
    std::array<Rest, k_inline_rests> first_rests_;
    Rest* more_rests_ = nullptr;  // k_most_links of them, from the heap
};

}  // namespace phx::fs
