// Who may do what with a file (path_resolution(7), capabilities(7)).
#pragma once

#include <cstdint>

#include <fs/interfaces/inode.hpp>
#include <linux/capability.h>
#include <task/interfaces/credentials.hpp>

namespace phx::fs {

inline constexpr std::uint32_t k_may_read = 4;
inline constexpr std::uint32_t k_may_write = 2;
inline constexpr std::uint32_t k_may_execute = 1;  // of a directory: to search it

// `mask` of k_may_*.
[[nodiscard]] inline bool is_permitted(const Inode::Access& access, const task::Credentials& who, std::uint32_t mask) {
    Mode bits = access.mode;
    if (who.fsuid == access.uid) {
        bits >>= 6;
    } else if (((bits >> 3 ^ bits) & mask) != 0 && who.in_group(access.gid)) {  // where the group's bits are the others', it does not matter who asks
        bits >>= 3;
    }
    if ((mask & ~bits) == 0) [[likely]] {
        return true;
    }
    if ((access.mode & S_IFMT) == S_IFDIR) {
        return who.has(CAP_DAC_OVERRIDE) || ((mask & k_may_write) == 0 && who.has(CAP_DAC_READ_SEARCH));
    }
    if (((mask & k_may_execute) == 0 || (access.mode & 0111) != 0) && who.has(CAP_DAC_OVERRIDE)) {
        return true;
    }
    return mask == k_may_read && who.has(CAP_DAC_READ_SEARCH);
}

[[nodiscard]] inline bool is_owner(const Inode::Access& access, const task::Credentials& who) {
    return who.fsuid == access.uid || who.has(CAP_FOWNER);
}

// A sticky directory's entries belong to their owners.
[[nodiscard]] inline bool may_remove_from(const Inode::Access& directory, const Inode::Access& victim, const task::Credentials& who) {
    return (directory.mode & S_ISVTX) == 0 || who.fsuid == victim.uid || who.fsuid == directory.uid || who.has(CAP_FOWNER);
}

// As whom access(2) asks.
inline void make_real(task::Credentials& real, const task::Credentials& who) {
    real.fsuid = who.uid;
    real.fsgid = who.gid;
    real.groups = who.groups;
    real.group_count = who.group_count;
    real.effective = who.uid == 0 ? who.permitted : 0;
}

// What a new file in that directory begins with; `mode` is whole, without the umask's bits.
[[nodiscard]] inline NewNode new_node(const Inode::Access& directory, Mode mode, Device device, const task::Credentials& who) {
    NewNode node{.mode = mode, .uid = who.fsuid, .gid = who.fsgid, .device = device};
    if ((directory.mode & S_ISGID) != 0) {  // inode(7): a directory that gives its group to what is made in it
        node.gid = directory.gid;
        if ((mode & S_IFMT) == S_IFDIR) {
            node.mode |= S_ISGID;
        } else if ((mode & (S_ISGID | S_IXGRP)) == (S_ISGID | S_IXGRP) && !who.in_group(node.gid) && !who.has(CAP_FSETID)) {
            node.mode &= ~Mode{S_ISGID};
        }
    }
    return node;
}

// The mode without what a write, or another owner, takes away: the right to act as somebody else.
[[nodiscard]] inline Mode without_set_ids(Mode mode) {
    if ((mode & S_IXGRP) != 0) {
        mode &= ~Mode{S_ISGID};
    }
    return mode & ~Mode{S_ISUID};
}

}  // namespace phx::fs
