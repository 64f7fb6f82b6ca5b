#include <task/exec/privileges.hpp>

#include <fs/file_objects/mount.hpp>
#include <fs/interfaces/abi.hpp>
#include <linux/securebits.h>

namespace phx::task {
namespace {

// The set-user-ID and set-group-ID bits; the latter without execution for the group means mandatory locking instead (inode(7)).
void become_owner(const fs::File& file, CredentialFields& fields) {
    const fs::Mount* const mount = file.path() ? file.path().mount() : nullptr;
    if (fields.no_new_privileges || (mount != nullptr && (mount->flags() & MS_NOSUID) != 0)) {
        return;
    }
    const fs::Inode::Access access = file.inode().access();
    if ((access.mode & S_ISUID) != 0) {
        fields.euid = access.uid;
    }
    if ((access.mode & (S_ISGID | S_IXGRP)) == (S_ISGID | S_IXGRP)) {
        fields.egid = access.gid;
    }
}

[[nodiscard]] bool are_equal(const CredentialFields& a, const CredentialFields& b) {
    return a.euid == b.euid && a.suid == b.suid && a.fsuid == b.fsuid && a.egid == b.egid && a.sgid == b.sgid && a.fsgid == b.fsgid &&
           a.permitted == b.permitted && a.effective == b.effective && a.ambient == b.ambient && a.securebits == b.securebits;
}

}  // namespace

Privileges privileges_of(const fs::File& file, const CredentialFields& caller) {
    Privileges result{.fields = caller};
    CredentialFields& fields = result.fields;
    become_owner(file, fields);
    const bool is_set_id = fields.euid != caller.uid || fields.egid != caller.gid;
    const bool root_is_root = (fields.securebits & SECBIT_NOROOT) == 0;
    bool effective = false;
    fields.permitted = 0;
    if (root_is_root && (fields.euid == 0 || fields.uid == 0)) {
        fields.permitted = fields.bounding | fields.inheritable;
        effective = fields.euid == 0;
    }
    fields.suid = fields.fsuid = fields.euid;
    fields.sgid = fields.fsgid = fields.egid;
    if (is_set_id) {
        fields.ambient = 0;
    }
    fields.permitted |= fields.ambient;
    fields.effective = effective ? fields.permitted : fields.ambient;
    fields.securebits &= ~static_cast<std::uint32_t>(SECBIT_KEEP_CAPS);
    const bool gains = effective || (fields.permitted & ~fields.ambient) != 0;
    result.secure = is_set_id || (fields.uid != 0 && gains);
    result.changes = !are_equal(fields, caller);
    return result;
}

}  // namespace phx::task
