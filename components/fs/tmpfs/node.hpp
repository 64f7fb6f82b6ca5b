// Its files: what all have, directories, regular files, links, and what is only a name for something else.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include <base/intrusive_list.hpp>
#include <fs/file_objects/path_text.hpp>
#include <fs/interfaces/file.hpp>
#include <fs/interfaces/inode.hpp>
#include <fs/tmpfs/super.hpp>
#include <vm/page_cache/page_cache.hpp>

namespace phx::fs::tmpfs {

[[nodiscard]] Nanoseconds now();

class Node : public Inode {
public:
    // Inode
    [[nodiscard]] Attributes attributes() override;
    Result<void> set_attributes(const AttributeChange& change) override;
    Result<Ref<File>> open(std::uint32_t) override { return Errno::nxio; }
    Result<std::size_t> get_attribute(std::string_view name, void* to, std::size_t size) override;
    Result<void> set_attribute(std::string_view name, const void* from, std::size_t size, int flags) override;
    Result<void> remove_attribute(std::string_view name) override;
    Result<std::size_t> list_attributes(char* to, std::size_t size) override;

    [[nodiscard]] Super& tmpfs() const { return static_cast<Super&>(super()); }
    [[nodiscard]] std::uint32_t links() const { return links_.load(std::memory_order_relaxed); }
    // By who holds `entries` of the directory that the name is in, and for the last two of this one where it is one.
    void add_link() { links_.fetch_add(1, std::memory_order_relaxed); }
    void drop_link() { links_.fetch_sub(1, std::memory_order_relaxed); }
    void drop_all_links() { links_.store(0, std::memory_order_relaxed); }
    void touch_changed(Nanoseconds at) { changed_.store(at.count(), std::memory_order_relaxed); }
    void touch_modified(Nanoseconds at) {
        modified_.store(at.count(), std::memory_order_relaxed);
        touch_changed(at);
    }
    void touch_accessed(Nanoseconds at) { accessed_.store(at.count(), std::memory_order_relaxed); }
    // A read is to be noted (mount(2), MS_RELATIME): the last one noted is not younger than what was changed.
    [[nodiscard]] bool is_access_new() const {
        const std::int64_t accessed = accessed_.load(std::memory_order_relaxed);
        return accessed <= modified_.load(std::memory_order_relaxed) || accessed <= changed_.load(std::memory_order_relaxed);
    }
    [[nodiscard]] Nanoseconds accessed() const { return Nanoseconds{accessed_.load(std::memory_order_relaxed)}; }

protected:
    // Holds a number of `super`, taken by the caller.
    Node(Super& super, std::uint64_t number, const NewNode& node, Nanoseconds at)
        : Inode{super, number, node.mode, node.uid, node.gid}, accessed_{at.count()}, modified_{at.count()}, changed_{at.count()}, born_{at} {}
    ~Node() {
        if (extended_ != nullptr) [[unlikely]] {
            free_extended();
        }
        tmpfs().give_inode();
    }

    // What attributes() tells of it besides.
    struct Extent {
        std::uint64_t size = 0;
        std::uint64_t blocks = 0;
        Device device = 0;
    };
    [[nodiscard]] virtual Extent extent() const = 0;
    virtual Result<void> resize(std::uint64_t) { return Errno::inval; }

private:
    struct ExtendedAttribute;  // extended.cpp
    [[nodiscard]] ExtendedAttribute** find_extended(std::string_view name);
    void free_extended();

    ExtendedAttribute* extended_ = nullptr;  // the first; guarded by `entries`
    std::atomic<std::uint32_t> links_{1};
    std::atomic<std::int64_t> accessed_;
    std::atomic<std::int64_t> modified_;
    std::atomic<std::int64_t> changed_;
    const Nanoseconds born_;
};

// Device nodes, FIFOs, sockets.
class Special final : public Node {
public:
    Special(Super& super, std::uint64_t number, const NewNode& node, Nanoseconds at) : Node{super, number, node, at}, device_{node.device} {}
    void end() override;

private:
    [[nodiscard]] Extent extent() const override { return {.device = device_}; }
    const Device device_;
};

// The target follows the object.
class Link final : public Node {
public:
    Link(Super& super, std::uint64_t number, const NewNode& node, Nanoseconds at, std::string_view target)
        : Node{super, number, node, at}, size_{target.size()} {
        target.copy(text(), target.size());
    }
    Result<std::size_t> read_link(char* to, std::size_t size) override;
    void end() override;
    [[nodiscard]] static std::size_t bytes(std::size_t target_size) { return sizeof(Link) + target_size; }

private:
    [[nodiscard]] Extent extent() const override;
    [[nodiscard]] char* text() { return reinterpret_cast<char*>(this + 1); }
    const std::size_t size_;
};

class Regular : public Node, public vm::PageSource {
public:
    Regular(Super& super, std::uint64_t number, const NewNode& node, Nanoseconds at) : Node{super, number, node, at} {}

    // Inode
    Result<Ref<File>> open(std::uint32_t flags) override;
    [[nodiscard]] vm::PageCache* pages() override { return &pages_; }

    // vm::PageSource
    Result<void> reserve() override { return tmpfs().take_pages(1); }
    void unreserve(std::uint64_t pages) override { tmpfs().give_pages(pages); }
    void touched() override { touch_modified(now()); }

    // Without a name, but link() may give it one (O_TMPFILE).
    bool linkable = false;
    // F_SEAL_* (fcntl(2)), guarded by `entries`. A file that is not made for it begins sealed against seals.
    std::uint32_t seals = F_SEAL_SEAL;
    // What listings show of a file that never had a name.
    [[nodiscard]] virtual std::string_view label() const { return {}; }

protected:
    ~Regular() = default;

private:
    [[nodiscard]] Extent extent() const override { return {.size = pages_.size(), .blocks = pages_.pages() * (k_page_size / 512)}; }
    Result<void> resize(std::uint64_t size) override;

    vm::PageCache pages_{*this};
};

class Named final : public Regular {
public:
    using Regular::Regular;
    void end() override;
};

// The label follows the object.
class Labelled final : public Regular {
public:
    Labelled(Super& super, std::uint64_t number, const NewNode& node, Nanoseconds at, std::string_view label)
        : Regular{super, number, node, at}, size_{label.size()} {
        label.copy(reinterpret_cast<char*>(this + 1), label.size());
    }
    [[nodiscard]] std::string_view label() const override { return {reinterpret_cast<const char*>(this + 1), size_}; }
    void end() override;

private:
    const std::size_t size_;
};
// Open for reading and writing; the file keeps it.
Result<Ref<File>> make_nameless(Super& super, std::string_view label, bool sealable);

// Names by hash, and in the order of their making, the newest first, as Linux lists them.
class Directory final : public Node {
public:
    Directory(Super& super, std::uint64_t number, const NewNode& node, Nanoseconds at, Directory* parent);

    // Inode
    Result<Ref<Inode>> lookup(std::string_view name) override;
    Result<Ref<Inode>> create(std::string_view name, const NewNode& node) override;
    Result<Ref<Inode>> symlink(std::string_view name, std::string_view target, const NewNode& node) override;
    Result<void> link(std::string_view name, Inode& existing) override;
    Result<void> unlink(std::string_view name, Inode& inode) override;
    Result<void> rmdir(std::string_view name, Inode& inode) override;
    Result<void> rename(std::string_view from, Inode& moved, Inode& to_directory, std::string_view to, Inode* replaced, bool exchange) override;
    Result<Ref<Inode>> create_unnamed(const NewNode& node, bool linkable) override;
    Result<Ref<File>> open(std::uint32_t flags) override;
    void end() override;

    struct Entry : ListNode {  // in the order of making
        Entry* next = nullptr;  // in its hash chain
        Node* node = nullptr;   // a reference
        std::uint64_t serial = 0;
        std::uint32_t hash = 0;
        std::uint32_t size = 0;

        [[nodiscard]] std::string_view name() const { return {reinterpret_cast<const char*>(this + 1), size}; }
    };
    // With `entries`: the newest entry that is not newer than the serial; null.
    [[nodiscard]] Entry* first_from(std::uint64_t serial);
    [[nodiscard]] Entry* after(Entry& entry);
    [[nodiscard]] std::uint64_t newest() const { return last_serial_; }
    [[nodiscard]] std::uint64_t removals() const { return removals_; }
    [[nodiscard]] std::uint64_t parent_number() const { return parent_->number(); }

    // For the end of all: without its entries, which the caller gets; one after the other.
    [[nodiscard]] Node* take_any();
    Directory* next_dead = nullptr;

private:
    friend class Super;
    static constexpr std::size_t k_inline_chains = 4;

    [[nodiscard]] Extent extent() const override;
    [[nodiscard]] Entry** find(std::string_view name, std::uint32_t hash);
    Result<Entry*> make_entry(std::string_view name);
    static void free_entry(Entry* entry);
    void add(Entry& entry, Node& node);
    [[nodiscard]] Node* remove(Entry** at);
    void grow();
    template <class T, class... Args>
    Result<Ref<Inode>> make(std::string_view name, const NewNode& node, std::size_t size, Args&&... args);

    Directory* parent_;  // itself: the root
    std::array<Entry*, k_inline_chains> inline_chains_{};
    Entry** chains_ = inline_chains_.data();
    std::size_t chain_count_ = k_inline_chains;
    std::size_t count_ = 0;
    std::uint64_t last_serial_ = 0;
    std::uint64_t removals_ = 0;
    IntrusiveList<Entry> entries_list_;
};

}  // namespace phx::fs::tmpfs
