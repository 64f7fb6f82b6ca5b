// Finds directories of a tree by the paths that an archive writes, past the cache of names.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

#include <base/ref.hpp>
#include <base/result.hpp>
#include <fs/interfaces/inode.hpp>

namespace phx::fs::initramfs {

// A large object. Thread context; may sleep.
class DirectoryFinder {
public:
    explicit DirectoryFinder(Inode& root) : root_{&root}, here_{&root} {}
    DirectoryFinder(const DirectoryFinder&) = delete;
    DirectoryFinder& operator=(const DirectoryFinder&) = delete;

    // From the root, links followed, as path_resolution(7) has it. The last answer is kept: the files of a directory,
    // and of those in it, mostly follow one another. ENOENT, ENOTDIR, ELOOP, ENAMETOOLONG
    Result<Inode*> find(std::string_view path) {
        if (found_ && path == std::string_view{asked_.data(), asked_size_}) [[likely]] {
            return here_.get();
        }
        return walk(path);
    }
    // What was found may be gone.
    void forget() { found_ = false; }

private:
    static constexpr std::size_t k_most_path = 4096;  // PATH_MAX
    static constexpr unsigned k_most_links = 40;      // path_resolution(7)

    Result<Inode*> walk(std::string_view path);
    Result<void> step(std::string_view word);
    Result<Ref<Inode>> look_up(std::string_view word);
    Result<void> follow(Inode& link);
    Result<void> leave();
    Result<void> enter(std::string_view word);
    void start();

    const Ref<Inode> root_;
    Ref<Inode> here_;
    unsigned links_ = 0;
    bool found_ = false;
    std::size_t asked_size_ = 0;
    std::size_t trail_size_ = 0;
    std::size_t rest_ = k_most_path;
    std::array<char, k_most_path> asked_;  // whose directory `here_` is, if found_
    std::array<char, k_most_path> trail_;  // names that lead here, without links and dots, a slash before each
    std::array<char, k_most_path> way_;    // what is still to be walked: from rest_ on
};

}  // namespace phx::fs::initramfs
