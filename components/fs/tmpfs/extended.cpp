// Extended attributes: as in Linux 6.1 those that begin with "trusted." and "security.".
#include <cstring>

#include <fs/tmpfs/node.hpp>
#include <linux/xattr.h>
#include <memory/interfaces/context.hpp>
#include <ports/tmpfs.hpp>

namespace phx::fs::tmpfs {

// Name, then value, follow.
struct Node::ExtendedAttribute {
    ExtendedAttribute* next = nullptr;
    std::size_t name_size = 0;
    std::size_t value_size = 0;

    [[nodiscard]] char* text() { return reinterpret_cast<char*>(this + 1); }
    [[nodiscard]] std::string_view name() { return {text(), name_size}; }
    [[nodiscard]] char* value() { return text() + name_size; }
    [[nodiscard]] std::size_t bytes() const { return sizeof *this + name_size + value_size; }
};

namespace {

[[nodiscard]] bool is_kept(std::string_view name) {
    return name.starts_with(XATTR_TRUSTED_PREFIX) || name.starts_with(XATTR_SECURITY_PREFIX);
}

}  // namespace

Node::ExtendedAttribute** Node::find_extended(std::string_view name) {
    ExtendedAttribute** at = &extended_;
    while (*at != nullptr && (*at)->name() != name) {
        at = &(*at)->next;
    }
    return at;
}

Result<std::size_t> Node::get_attribute(std::string_view name, void* to, std::size_t size) {
    if (!is_kept(name)) {
        // Access control lists there could be, but are not.
        return name == XATTR_NAME_POSIX_ACL_ACCESS || name == XATTR_NAME_POSIX_ACL_DEFAULT ? Errno::nodata : Errno::opnotsupp;
    }
    ExtendedAttribute* const found = *find_extended(name);
    if (found == nullptr) {
        return Errno::nodata;
    }
    if (size != 0) {
        if (found->value_size > size) {
            return Errno::range;
        }
        std::memcpy(to, found->value(), found->value_size);
    }
    return found->value_size;
}

Result<void> Node::set_attribute(std::string_view name, const void* from, std::size_t size, int flags) {
    if (!is_kept(name)) {
        return Errno::opnotsupp;
    }
    ExtendedAttribute** const at = find_extended(name);
    if (*at != nullptr ? (flags & XATTR_CREATE) != 0 : (flags & XATTR_REPLACE) != 0) {
        return *at != nullptr ? Errno::exist : Errno::nodata;
    }
    const std::size_t bytes = sizeof(ExtendedAttribute) + name.size() + size;
    void* const memory = TRY(memory::allocate(ports::tmpfs::heap(), bytes, alignof(ExtendedAttribute), memory::MaySleep{}));
    auto* const made = std::construct_at(static_cast<ExtendedAttribute*>(memory));
    made->name_size = name.size();
    made->value_size = size;
    name.copy(made->text(), name.size());
    if (size != 0) {
        std::memcpy(made->value(), from, size);
    }
    if (ExtendedAttribute* const before = *at) {
        *at = before->next;
        ports::tmpfs::heap().free(before, before->bytes());
    }
    made->next = std::exchange(extended_, made);
    touch_changed(now());
    return {};
}

Result<void> Node::remove_attribute(std::string_view name) {
    if (!is_kept(name)) {
        return Errno::opnotsupp;
    }
    ExtendedAttribute** const at = find_extended(name);
    if (*at == nullptr) {
        return Errno::nodata;
    }
    ExtendedAttribute* const gone = *at;
    *at = gone->next;
    ports::tmpfs::heap().free(gone, gone->bytes());
    touch_changed(now());
    return {};
}

Result<std::size_t> Node::list_attributes(char* to, std::size_t size) {
    std::size_t used = 0;
    for (ExtendedAttribute* at = extended_; at != nullptr; at = at->next) {
        const std::size_t end = used + at->name_size + 1;
        if (size != 0) {
            if (end > size) {
                return Errno::range;
            }
            at->name().copy(to + used, at->name_size);
            to[end - 1] = '\0';
        }
        used = end;
    }
    return used;
}

void Node::free_extended() {
    while (ExtendedAttribute* const gone = extended_) {
        extended_ = gone->next;
        ports::tmpfs::heap().free(gone, gone->bytes());
    }
}

}  // namespace phx::fs::tmpfs
