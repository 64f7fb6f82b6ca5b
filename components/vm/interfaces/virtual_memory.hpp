// The memory of programs: what is mapped where, and what a fault does about it.
#pragma once

#include <atomic>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include <base/ref.hpp>
#include <base/result.hpp>
#include <base/types.hpp>
#include <base/user.hpp>
#include <vm/interfaces/user_tables.hpp>

namespace phx::fs {
class File;
}

namespace phx::vm {

class AddressSpace;  // the provider's; starts with a UserTable, see table_of
class PageCache;

// What mmap(2) of a file maps. File::map fills it in.
struct Mappable {
    PageCache* cache = nullptr;  // lives as long as the file; null: anonymous memory (/dev/zero)
};

struct MapRequest {
    UserAddr hint;
    std::uint64_t size = 0;
    std::uint32_t protection = 0;  // PROT_*
    std::uint32_t flags = 0;       // MAP_*
    fs::File* file = nullptr;      // kept as long as the mapping
    std::uint64_t offset = 0;      // bytes, page aligned
};

enum class Access : std::uint8_t { read, write, execute };

// How a fault ended.
enum class FaultEnd : std::uint8_t {
    resolved,    // go on
    no_mapping,  // SIGSEGV, SEGV_MAPERR
    no_right,    // SIGSEGV, SEGV_ACCERR
    no_page,     // SIGBUS, BUS_ADRERR: beyond the file's end, or it could not be read
    no_memory,   // somebody has been picked to be killed: look at signals, then try again
};

// For /proc/PID/maps and smaps: one mapping, ascending.
struct AreaInfo {
    UserAddr begin;
    UserAddr end;
    std::uint32_t protection = 0;
    bool shared = false;
    bool locked = false;
    std::uint64_t offset = 0;  // bytes
    fs::File* file = nullptr;  // valid during the visit
    std::string_view name;     // "[heap]", "[stack]", "[vdso]", "/dev/zero (deleted)" for shared anonymous memory, ""
    // In pages, where the visitor counts them.
    std::uint64_t resident = 0;
    std::uint64_t anonymous = 0;  // of these, the program's own
    std::uint64_t shared_pages = 0;  // of these, those that others have too
};
class AreaVisitor {
public:
    virtual void area(const AreaInfo& info) = 0;
    // /proc/PID/smaps
    [[nodiscard]] virtual bool counts_pages() const { return false; }

protected:
    ~AreaVisitor() = default;
};

// In pages; `shared` are the resident ones of files and other caches.
struct SpaceUsage {
    std::uint64_t size = 0, resident = 0, shared = 0, text = 0, data = 0, stack = 0, locked = 0, peak_size = 0, peak_resident = 0, tables = 0;
};

// Where things are in a program's memory: set by execve, told by /proc/PID/stat.
struct SpaceLayout {
    UserAddr code_begin, code_end, data_begin, data_end, break_begin, break_end, stack_begin, arguments_begin, arguments_end, environment_begin,
        environment_end, vdso;
};

// A place in memory as all programs know it that share it: in what lies there, or in one program's own memory.
struct MemoryPlace {
    const void* object = nullptr;
    std::uint64_t offset = 0;
    bool operator==(const MemoryPlace&) const = default;
};

// What of a program's pages is locked into memory, mlock(2), mlockall(2).
enum class LockMode : std::uint8_t { none, at_once, on_fault };

// Thread context; may sleep, but for what is said otherwise. Limits (getrlimit(2)) and capabilities are the running thread's.
//   create()                     an empty one, with one reference. ENOMEM
//   clone(space)                 as fork(2) does: private pages are shared until somebody writes. ENOMEM
//   retain(space)                any context
//   release(space)               the last release takes it apart: no thread runs in it any more
//   table_of(space)              any context
//   end()                        any context: where programs' addresses end
//   map(space, request)          mmap(2), its errors
//   unmap(space, at, size)       munmap(2)
//   protect(space, at, size, protection)  mprotect(2)
//   remap(space, at, old_size, new_size, flags, new_at)  mremap(2)
//   set_break(space, at)         brk(2): where it is afterwards
//   advise(space, at, size, advice)  madvise(2)
//   sync(space, at, size, flags) msync(2)
//   resident(space, at, pages)   mincore(2): a byte for each page
//   lock(space, at, size, mode)  mlock2(2), munlock(2)
//   lock_all(space, current, future)  mlockall(2): what there is, if it is said, and what will be
//   fault(space, at, access)     of the running thread, or another program's that it looks into
//   bring_in(space, at, size, access)  makes the pages present; EFAULT, ENOMEM
//   read(space, at, to)          another program's memory, /proc/PID/cmdline and the like: the bytes read
//   write(space, at, from)       the same, written, as far as the program itself might
//   identify(space, at)          futex(2): where that is; the object is not held. EFAULT
//   layout(space)                the record itself; written by execve before the program runs
//   map_special(space, at, frames, protection, name)  pages of the kernel's, for good, where `frames` and `name` stay too: vDSO, clock page
//   usage(space)                 any context
//   visit(space, visitor)        the visitor does not touch programs' memory
//   note(space)                  any context: a word that belongs to the memory calls; a clone has the same
template <class T>
concept VirtualMemory = requires(T& vm, AddressSpace& space, const MapRequest& request, UserAddr at, std::uint64_t size, std::uint32_t bits,
                                 Access access, std::span<std::byte> to, std::span<const std::byte> from, AreaVisitor& visitor,
                                 std::span<const Frame> frames, std::string_view name, LockMode mode) {
    { vm.create() } -> std::same_as<Result<AddressSpace*>>;
    { vm.clone(space) } -> std::same_as<Result<AddressSpace*>>;
    { vm.retain(space) } -> std::same_as<void>;
    { vm.release(space) } -> std::same_as<void>;
    { vm.table_of(space) } -> std::same_as<UserTable&>;
    { vm.end() } -> std::same_as<UserAddr>;
    { vm.map(space, request) } -> std::same_as<Result<UserAddr>>;
    { vm.unmap(space, at, size) } -> std::same_as<Result<void>>;
    { vm.protect(space, at, size, bits) } -> std::same_as<Result<void>>;
    { vm.remap(space, at, size, size, bits, at) } -> std::same_as<Result<UserAddr>>;
    { vm.set_break(space, at) } -> std::same_as<UserAddr>;
    { vm.advise(space, at, size, bits) } -> std::same_as<Result<void>>;
    { vm.sync(space, at, size, bits) } -> std::same_as<Result<void>>;
    { vm.resident(space, at, to) } -> std::same_as<Result<void>>;
    { vm.lock(space, at, size, mode) } -> std::same_as<Result<void>>;
    { vm.lock_all(space, mode, mode) } -> std::same_as<Result<void>>;
    { vm.fault(space, at, access) } -> std::same_as<FaultEnd>;
    { vm.bring_in(space, at, size, access) } -> std::same_as<Result<void>>;
    { vm.read(space, at, to) } -> std::same_as<std::size_t>;
    { vm.write(space, at, from) } -> std::same_as<std::size_t>;
    { vm.identify(space, at) } -> std::same_as<Result<MemoryPlace>>;
    { vm.layout(space) } -> std::same_as<SpaceLayout&>;
    { vm.map_special(space, at, frames, bits, name) } -> std::same_as<Result<UserAddr>>;
    { vm.usage(space) } -> std::same_as<SpaceUsage>;
    { vm.visit(space, visitor) } -> std::same_as<void>;
    { vm.note(space) } -> std::same_as<std::atomic<std::uint32_t>&>;
};

}  // namespace phx::vm
