// Group numbers: setgid(2), setregid(2), setresgid(2), setfsgid(2), getgroups(2).
#include <algorithm>

#include <task/identity_calls/identity_calls.hpp>
#include <vm/user_memory/user_memory.hpp>

namespace phx::task {

Result<void> IdentityCalls::sys_getresgid(UserPtr<Gid> real, UserPtr<Gid> effective, UserPtr<Gid> saved) {
    TRY(vm::write(real, own().gid));
    TRY(vm::write(effective, own().egid));
    return vm::write(saved, own().sgid);
}

Result<void> IdentityCalls::sys_setgid(Gid gid) {
    CredentialFields fields = own();
    if (gid == k_unchanged) {
        return Errno::inval;
    }
    if (fields.has(CAP_SETGID)) {
        fields.gid = fields.sgid = gid;
    } else if (gid != fields.gid && gid != fields.sgid) {
        return Errno::perm;
    }
    fields.egid = fields.fsgid = gid;
    return become(fields);
}

Result<void> IdentityCalls::sys_setregid(Gid real, Gid effective) {
    const CredentialFields& before = own();
    CredentialFields fields = before;
    if (real != k_unchanged) {
        if (real != before.gid && real != before.egid && !before.has(CAP_SETGID)) {
            return Errno::perm;
        }
        fields.gid = real;
    }
    if (effective != k_unchanged) {
        if (effective != before.gid && effective != before.egid && effective != before.sgid && !before.has(CAP_SETGID)) {
            return Errno::perm;
        }
        fields.egid = effective;
    }
    if (real != k_unchanged || (effective != k_unchanged && effective != before.gid)) {
        fields.sgid = fields.egid;
    }
    fields.fsgid = fields.egid;
    return become(fields);
}

Result<void> IdentityCalls::sys_setresgid(Gid real, Gid effective, Gid saved) {
    const CredentialFields& before = own();
    CredentialFields fields = before;
    const auto change = [&before](Gid& field, Gid wanted) {
        const bool may = wanted == k_unchanged || wanted == before.gid || wanted == before.egid || wanted == before.sgid || before.has(CAP_SETGID);
        field = wanted != k_unchanged ? wanted : field;
        return may;
    };
    if (!change(fields.gid, real) || !change(fields.egid, effective) || !change(fields.sgid, saved)) {
        return Errno::perm;
    }
    fields.fsgid = fields.egid;
    return become(fields);
}

Result<Gid> IdentityCalls::sys_setfsgid(Gid gid) {
    const CredentialFields& before = own();
    const Gid old = before.fsgid;
    if (gid != old && (gid == before.gid || gid == before.egid || gid == before.sgid || before.has(CAP_SETGID)) && gid != k_unchanged) {
        CredentialFields fields = before;
        fields.fsgid = gid;
        static_cast<void>(become(fields));
    }
    return old;
}

Result<std::int64_t> IdentityCalls::sys_getgroups(int size, UserPtr<Gid> to) {
    const Credentials& who = own();
    if (size < 0 || (size != 0 && static_cast<std::uint32_t>(size) < who.group_count)) {
        return Errno::inval;
    }
    if (size != 0) {
        TRY(vm::copy_out(to.address(), who.groups.data(), who.group_count * sizeof(Gid)));
    }
    return std::int64_t{who.group_count};
}

Result<void> IdentityCalls::sys_setgroups(int size, UserPtr<const Gid> from) {
    if (!own().has(CAP_SETGID)) {
        return Errno::perm;
    }
    if (size < 0 || static_cast<std::size_t>(size) > k_most_groups) {
        return Errno::inval;
    }
    CredentialFields fields = own();
    fields.group_count = static_cast<std::uint32_t>(size);
    TRY(vm::copy_in(fields.groups.data(), from.address(), fields.group_count * sizeof(Gid)));
    std::sort(fields.groups.begin(), fields.groups.begin() + size, [](Gid a, Gid b) { return a < b; });
    if (size != 0 && fields.groups[static_cast<std::size_t>(size) - 1] == k_unchanged) {
        return Errno::inval;  // no group's number
    }
    return become(fields);
}

}  // namespace phx::task
