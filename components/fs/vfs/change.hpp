// While one is there, no walker believes what it sees.
#pragma once

#include <fs/vfs/vfs.hpp>

namespace phx::fs {

class [[clang::scoped_lockable]] VirtualFiles::Change {
public:
    explicit Change(VirtualFiles& vfs) __attribute__((acquire_capability(interrupts_off)));
    [[clang::release_capability()]] [[clang::no_thread_safety_analysis]] ~Change() { count_.end_write(); }
    Change(const Change&) = delete;
    Change& operator=(const Change&) = delete;

private:
    SpinGuard guard_;
    SeqCount& count_;
};

[[clang::no_thread_safety_analysis]] inline VirtualFiles::Change::Change(VirtualFiles& vfs) : guard_{vfs.tree_lock_}, count_{vfs.tree_} {
    count_.begin_write();
}

}  // namespace phx::fs
