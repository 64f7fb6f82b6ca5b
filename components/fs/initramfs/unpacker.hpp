// Makes what a cpio archive holds.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include <base/intrusive_list.hpp>
#include <base/ref.hpp>
#include <base/result.hpp>
#include <fs/initramfs/cpio_reader.hpp>
#include <fs/initramfs/directory_finder.hpp>
#include <fs/interfaces/inode.hpp>

namespace phx::fs::initramfs {

struct UnpackCounts {
    std::uint64_t names = 0;
    std::uint64_t refused = 0;     // names that could not be made
    std::uint64_t pages_lent = 0;  // of the archive, which are files' pages now
    std::uint64_t bytes_copied = 0;
};

// A large object. An entry that cannot be made (no such directory) is logged and passed over, as Linux does; only where
// memory ends does all end.
class Unpacker final : public CpioVisitor {
public:
    explicit Unpacker(Inode& root) : root_{&root}, directories_{root} {}
    // Without finish() times of directories are not what they should be.
    ~Unpacker();

    // Whether what data() is given stays for good where it is, in RAM that the kernel's map shows.
    void set_stays(bool stays) { stays_ = stays; }
    // Times of directories, now that nothing is made in them any more.
    Result<void> finish();
    [[nodiscard]] const UnpackCounts& counts() const { return counts_; }

    // CpioVisitor
    Result<void> entry(const CpioEntry& entry) override;
    Result<void> data(std::span<const std::byte> part) override;
    Result<void> end() override;
    void abandon() override;
    void trailer() override;

private:
    // A file that may have further names.
    struct Linked {
        Linked* next = nullptr;
        std::uint32_t number = 0;
        std::uint32_t major = 0;
        std::uint32_t minor = 0;
        Ref<Inode> inode;
    };
    struct Dated : ListNode {
        Ref<Inode> directory;
        std::uint32_t modified = 0;
    };
    static constexpr std::size_t k_chains = 64;

    Result<void> make(const CpioEntry& entry);
    Result<void> begin_contents(Inode& inode);
    Result<Ref<Inode>> make_directory(Inode& parent, std::string_view name, const NewNode& node);
    Result<Ref<Inode>> make_file(Inode& parent, std::string_view name, const CpioEntry& entry, const NewNode& node);
    // With the parent's `entries`.
    Result<Ref<Inode>> make_new(Inode& parent, std::string_view name, const CpioEntry& entry, const NewNode& node,
                                Linked* linked);
    Result<void> remove(Inode& parent, std::string_view name, Inode& existing);
    Result<void> date(Inode& inode, Mode kind, std::uint32_t seconds);
    Linked* find_linked(const CpioEntry& entry);
    Result<void> add_linked(const CpioEntry& entry, Inode& inode);

    const Ref<Inode> root_;
    bool stays_ = false;
    UnpackCounts counts_;
    DirectoryFinder directories_;
    std::array<Linked*, k_chains> linked_{};
    IntrusiveList<Dated> dated_;

    // The file whose contents come.
    Ref<Inode> file_;  // null: they are passed over
    Ref<Inode> parent_;
    std::uint64_t written_ = 0;
    std::uint32_t size_ = 0;
    std::uint32_t modified_ = 0;
    std::size_t name_size_ = 0;
    std::array<char, 255> name_;
};

}  // namespace phx::fs::initramfs
