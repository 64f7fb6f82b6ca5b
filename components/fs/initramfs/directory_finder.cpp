#include <fs/initramfs/directory_finder.hpp>

#include <algorithm>

namespace phx::fs::initramfs {

Result<Inode*> DirectoryFinder::walk(std::string_view path) {
    if (path.size() > k_most_path) {
        return Errno::nametoolong;
    }
    const std::string_view asked{asked_.data(), asked_size_};
    std::string_view rest = path;
    if (found_ && path.size() > asked.size() && path.starts_with(asked) &&
        (asked.empty() || path[asked.size()] == '/')) {
        rest.remove_prefix(asked.size());
    } else {
        start();
    }
    found_ = false;
    links_ = 0;
    rest_ = k_most_path - rest.size();
    rest.copy(way_.data() + rest_, rest.size());
    while (rest_ != k_most_path) {
        const std::string_view left{way_.data() + rest_, k_most_path - rest_};
        const std::string_view word = left.substr(0, left.find('/'));
        rest_ += std::min(word.size() + 1, left.size());
        TRY(step(word));
    }
    path.copy(asked_.data(), path.size());
    asked_size_ = path.size();
    found_ = true;
    return here_.get();
}

void DirectoryFinder::start() {
    here_ = root_;
    trail_size_ = 0;
}

Result<void> DirectoryFinder::step(std::string_view word) {
    if (word.empty() || word == ".") {
        return {};
    }
    return word == ".." ? leave() : enter(word);
}

Result<void> DirectoryFinder::enter(std::string_view word) {
    Ref<Inode> next = TRY(look_up(word));
    if (next->is_symlink()) {
        return follow(*next);
    }
    if (!next->is_directory()) {
        return Errno::notdir;
    }
    if (trail_size_ + 1 + word.size() > k_most_path) {
        return Errno::nametoolong;
    }
    trail_[trail_size_] = '/';
    word.copy(&trail_[trail_size_ + 1], word.size());
    trail_size_ += 1 + word.size();
    here_ = std::move(next);
    return {};
}

// What it leads to comes before the rest of the way.
Result<void> DirectoryFinder::follow(Inode& link) {
    if (++links_ > k_most_links) {
        return Errno::loop;
    }
    const std::uint64_t size = link.attributes().size;
    if (size >= rest_) {
        return Errno::nametoolong;
    }
    way_[--rest_] = '/';
    rest_ -= size;
    if (TRY(link.read_link(way_.data() + rest_, size)) != size) {
        return Errno::io;
    }
    if (way_[rest_] == '/') {
        start();
    }
    return {};
}

// One up: again from the root, along names that are known to be directories.
Result<void> DirectoryFinder::leave() {
    std::string_view trail{trail_.data(), trail_size_};
    trail = trail.substr(0, trail.empty() ? 0 : trail.rfind('/'));
    start();
    while (trail_size_ != trail.size()) {
        const std::string_view left = trail.substr(trail_size_ + 1);
        const std::string_view word = left.substr(0, left.find('/'));
        here_ = TRY(look_up(word));
        trail_size_ += 1 + word.size();
    }
    return {};
}

Result<Ref<Inode>> DirectoryFinder::look_up(std::string_view word) {
    const ReadGuard guard{here_->entries};
    return here_->lookup(word);
}

}  // namespace phx::fs::initramfs
