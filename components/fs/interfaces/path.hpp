// Names in the tree of mounted file systems.
#pragma once

#include <utility>

#include <base/ref.hpp>
#include <fs/file_objects/dentry.hpp>
#include <fs/file_objects/mount.hpp>

namespace phx::fs {

class Inode;

// A name, and the mount through which it is seen; holds both. Default: none. What has no name in the tree (a pipe) has a dentry, but no mount.
class Path {
public:
    Path() = default;
    // Shares.
    Path(Mount* mount, Dentry* dentry) : mount_{mount}, dentry_{dentry} { retain(); }
    // Takes over the caller's references.
    [[nodiscard]] static Path adopt(Mount* mount, Dentry* dentry) {
        Path path;
        path.mount_ = mount;
        path.dentry_ = dentry;
        return path;
    }
    Path(const Path& other) : mount_{other.mount_}, dentry_{other.dentry_} { retain(); }
    Path(Path&& other) noexcept : mount_{std::exchange(other.mount_, nullptr)}, dentry_{std::exchange(other.dentry_, nullptr)} {}
    Path& operator=(Path other) noexcept {
        std::swap(mount_, other.mount_);
        std::swap(dentry_, other.dentry_);
        return *this;
    }
    ~Path() {
        if (dentry_ != nullptr && dentry_->drop()) {
            dentry_->end();
        }
        if (mount_ != nullptr && mount_->drop()) {
            mount_->end();
        }
    }

    [[nodiscard]] explicit operator bool() const { return dentry_ != nullptr; }
    [[nodiscard]] Mount* mount() const { return mount_; }
    [[nodiscard]] Dentry* dentry() const { return dentry_; }
    [[nodiscard]] Inode& inode() const { return *dentry_->inode(); }  // of a dentry that has one
    friend bool operator==(const Path& a, const Path& b) { return a.mount_ == b.mount_ && a.dentry_ == b.dentry_; }

private:
    void retain() const {
        if (mount_ != nullptr) {
            mount_->retain();
        }
        if (dentry_ != nullptr) {
            dentry_->retain();
        }
    }

    Mount* mount_ = nullptr;
    Dentry* dentry_ = nullptr;
};

}  // namespace phx::fs
