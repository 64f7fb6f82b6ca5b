#include <task/exec/exec.hpp>

#include <algorithm>

#include <arch/resource_abi.hpp>
#include <arch/signal_abi.hpp>
#include <linux/mman.h>
#include <base/panic.hpp>
#include <fs/interfaces/vfs.hpp>
#include <linux/auxvec.h>
#include <linux/personality.h>
#include <memory/interfaces/context.hpp>
#include <ports/exec.hpp>
#include <task/exec/execution.hpp>
#include <task/interfaces/process.hpp>

namespace phx::task {
namespace {

using Tables = std::remove_reference_t<decltype(ports::exec::tables())>;

// Where position independent programs begin that leave room for their interpreter elsewhere (Linux arch/arm64/include/asm/elf.h, ELF_ET_DYN_BASE).
constexpr std::uint64_t k_program_base = align_down(Tables::user_size / 3 * 2, k_page_size);

[[nodiscard]] bool is_random(const Process& process) { return (process.personality & ADDR_NO_RANDOMIZE) == 0; }

// Below 2^bits.
[[nodiscard]] std::uint64_t random_bits(unsigned bits) {
    std::uint64_t number = 0;
    auto* random = ports::exec::random();
    if (random != nullptr && is_random(current_process())) {
        random->fill(std::as_writable_bytes(std::span{&number, 1}));
    }
    return number & ((std::uint64_t{1} << bits) - 1);
}

// A new address space until it is the process's.
class NewSpace {
public:
    explicit NewSpace(vm::AddressSpace& space) : space_{&space} {}
    ~NewSpace() {
        if (space_ != nullptr) {
            ports::exec::memory().release(*space_);
        }
    }
    NewSpace(const NewSpace&) = delete;
    NewSpace& operator=(const NewSpace&) = delete;
    [[nodiscard]] vm::AddressSpace& operator*() const { return *space_; }
    vm::AddressSpace& take() { return *std::exchange(space_, nullptr); }

private:
    vm::AddressSpace* space_;
};

Result<Ref<fs::File>> open_program(std::string_view path) {
    return ports::exec::vfs().open(nullptr, path, O_RDONLY | fs::k_open_to_execute, 0, {});
}

// Goes from script to interpreter until there is a program.
Result<void> find_program(Execution& execution, Ref<fs::File> file) {
    for (;;) {
        TRY(execution.image.load(std::move(file)));
        const std::string_view head = execution.image.head();
        if (!is_script(head)) {
            break;
        }
        if (execution.scripts == Execution::k_most_scripts) {
            return Errno::loop;
        }
        TRY(read_script_line(head));
        if (!execution.is_reachable) {
            return Errno::noent;  // its interpreter could not open it
        }
        auto& line = execution.lines[execution.scripts++];
        const std::size_t size = std::min(head.size(), line.size());
        line.fill('\0');
        head.copy(line.data(), size);
        file = TRY(open_program(TRY(read_script_line({line.data(), size})).interpreter));
    }
    return execution.image.parse();
}

// In front of the arguments, for each script from the last on: its interpreter and that one's argument; then the first script's own path, in place of
// the first argument.
Result<void> add_script_words(Execution& execution) {
    if (execution.scripts == 0) {
        return {};
    }
    for (std::size_t i = execution.scripts; i-- > 0;) {
        const ScriptLine line = TRY(read_script_line({execution.lines[i].data(), execution.lines[i].size()}));
        TRY(execution.before.add(line.interpreter));
        if (!line.argument.empty()) {
            TRY(execution.before.add(line.argument));
        }
    }
    execution.arguments.drop_first();
    return execution.before.add(execution.path);
}

Result<void> find_interpreter(Execution& execution) {
    execution.is_dynamic = execution.image.layout().interpreter_size != 0;
    if (!execution.is_dynamic) {
        return {};
    }
    constexpr std::size_t k_longest = 4096;
    auto& heap = ports::exec::heap();
    auto* const name = static_cast<char*>(TRY(memory::allocate(heap, k_longest, 1, memory::MaySleep{})));
    const Result<void> found = [&]() -> Result<void> {
        Ref<fs::File> file = TRY(open_program(TRY(execution.image.interpreter({name, k_longest}))));
        TRY(execution.interpreter.load(std::move(file)));
        const Result<void> parsed = execution.interpreter.parse();
        return parsed || parsed.error() != Errno::noexec ? parsed : Errno::libbad;
    }();
    heap.free(name, k_longest);
    return found;
}

// Where the parts of a program came to lie.
struct Places {
    std::uint64_t program = 0;      // distances from the addresses in the files
    std::uint64_t interpreter = 0;
    UserAddr entry;
    UserAddr stack;                 // the pointer
};

void note_layout(const Execution& execution, const Places& places, vm::SpaceLayout& layout) {
    const ElfLayout& elf = execution.image.layout();
    layout.code_begin = UserAddr{elf.code_begin + places.program};
    layout.code_end = UserAddr{elf.code_end + places.program};
    layout.data_begin = UserAddr{elf.data_begin + places.program};
    layout.data_end = UserAddr{elf.data_end + places.program};
    // One that is position independent and alone lies among the mappings: its heap begins where a program would (Linux fs/binfmt_elf.c).
    const bool is_alone = execution.image.header().is_position_independent && !execution.is_dynamic;
    const std::uint64_t heap = is_alone ? k_program_base : align_up(elf.end + places.program, k_page_size);
    layout.break_begin = layout.break_end = UserAddr{heap + (random_bits(18) << k_page_shift)};
}

Result<Places> map_files(Execution& execution, vm::AddressSpace& space) {
    Places places;
    const UserAddr base{k_program_base + (random_bits(18) << k_page_shift)};
    places.program = TRY(execution.image.map(space, execution.is_dynamic ? base : UserAddr{}));
    places.entry = UserAddr{execution.image.header().entry + places.program};
    if (execution.is_dynamic) {
        places.interpreter = TRY(execution.interpreter.map(space, {}));
        places.entry = UserAddr{execution.interpreter.header().entry + places.interpreter};
    }
    return places;
}

// In Linux's order.
AuxiliaryVector vector_of(const Execution& execution, const Places& places, const Privileges& privileges, UserAddr vdso) {
    auto& mode = ports::exec::mode();
    const ElfHeader& header = execution.image.header();
    const std::uint64_t table = execution.image.layout().table_at;
    AuxiliaryVector vector;
    if (vdso != UserAddr{}) {
        vector.add(AT_SYSINFO_EHDR, vdso.value());
    }
    vector.add(AT_MINSIGSTKSZ, uapi::k_least_signal_stack);
    vector.add(AT_HWCAP, mode.hardware_capabilities());
    vector.add(AT_PAGESZ, k_page_size);
    vector.add(AT_CLKTCK, 100);
    vector.add(AT_PHDR, table != 0 ? table + places.program : 0);
    vector.add(AT_PHENT, sizeof(Elf64_Phdr));
    vector.add(AT_PHNUM, header.count);
    vector.add(AT_BASE, execution.is_dynamic ? execution.interpreter.layout().begin + places.interpreter : 0);
    vector.add(AT_FLAGS, 0);
    vector.add(AT_ENTRY, header.entry + places.program);
    vector.add(AT_UID, privileges.fields.uid);
    vector.add(AT_EUID, privileges.fields.euid);
    vector.add(AT_GID, privileges.fields.gid);
    vector.add(AT_EGID, privileges.fields.egid);
    vector.add(AT_SECURE, privileges.secure ? 1 : 0);
    vector.add(AT_HWCAP2, mode.hardware_capabilities_2());
    return vector;
}

// As large as it must be, and 128 KiB if the limit allows; it grows.
Result<UserAddr> map_stack(vm::AddressSpace& space, std::uint64_t needed, bool is_executable) {
    constexpr std::uint64_t k_spare = 128 * KiB;
    const UserAddr top{Tables::user_size - (random_bits(18) << k_page_shift)};
    const std::uint64_t limit = current_process().limits[RLIMIT_STACK].soft;
    const std::uint64_t least = align_up(needed, k_page_size);
    const std::uint64_t size = std::max(least, std::min(least + k_spare, align_down(limit, k_page_size)));
    const std::uint32_t executable = is_executable ? PROT_EXEC : 0;
    TRY(ports::exec::memory().map(space, {.hint = top - size,
                                          .size = size,
                                          .protection = PROT_READ | PROT_WRITE | executable,
                                          .flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED | MAP_GROWSDOWN | MAP_STACK}));
    return top;
}

// Words, vector and vDSO.
Result<void> furnish(const Execution& execution, vm::AddressSpace& space, const Privileges& privileges, Places& places) {
    vm::SpaceLayout& layout = ports::exec::memory().layout(space);
    auto* vdso = ports::exec::vdso();
    AuxiliaryVector vector = vector_of(execution, places, privileges, vdso != nullptr ? TRY(vdso->map(space)) : UserAddr{});
    StackContents contents{.path = execution.path,
                           .before = &execution.before,
                           .arguments = &execution.arguments,
                           .environment = &execution.environment,
                           .vector = &vector,
                           .shift = random_bits(9) << 4};
    if (auto* random = ports::exec::random()) {
        random->fill(contents.random);
    }
    const UserAddr top = TRY(map_stack(space, stack_size(contents), execution.image.layout().executable_stack));
    places.stack = TRY(write_stack(space, top, contents, layout));
    return {};
}

[[nodiscard]] std::string_view last_component(std::string_view path) { return path.substr(path.rfind('/') + 1); }

// --- from here on there is no way back

// The old program has gone; the new one must be able to begin, or nothing goes on.
Result<void> finish(Execution& execution, const Places& places, const Privileges& privileges) {
    UserThread& self = current_user();
    Process& process = *self.process;
    auto& processes = ports::exec::processes();
    TRY(execution.image.clear_ends(places.program));
    if (execution.is_dynamic) {
        TRY(execution.interpreter.clear_ends(places.interpreter));
    }
    if (privileges.changes) {
        TRY(processes.become(privileges.fields));
    }
    if (execution.is_dynamic) {
        execution.interpreter.file().end_hold();  // it may be written to, as any library
    }
    Ref<fs::File> file = execution.image.share();
    fs::File* before = nullptr;
    {
        const SpinGuard guard{process.lock};
        before = std::exchange(process.executable, file.release());
        process.dumpable = privileges.fields.euid == privileges.fields.uid && privileges.fields.egid == privileges.fields.gid;
        self.death_signal = privileges.secure ? 0 : self.death_signal;
        process.personality &= privileges.secure ? ~static_cast<std::uint32_t>(PER_CLEAR_ON_SETID) : ~std::uint32_t{0};
    }
    static_cast<void>(Ref<fs::File>::adopt(before));
    processes.has_executed(last_component(execution.path));
    ports::exec::mode().discard_fp();
    ports::exec::mode().start(self.frame(), places.entry, places.stack);
    return {};
}

}  // namespace

Result<void> ProgramLoader::run(Execution& execution, Ref<fs::File> file) {
    auto& processes = ports::exec::processes();
    auto& files = ports::exec::files();
    TRY(find_program(execution, std::move(file)));
    TRY(add_script_words(execution));
    TRY(find_interpreter(execution));
    const Privileges privileges =
        privileges_of(execution.image.file(), *current_user().credentials.load(std::memory_order_relaxed));
    NewSpace space{*TRY(ports::exec::memory().create())};
    Places places = TRY(map_files(execution, *space));
    note_layout(execution, places, ports::exec::memory().layout(*space));
    TRY(furnish(execution, *space, privileges, places));
    if (current_user().files != nullptr) {
        TRY(files.unshare_table());
    }
    TRY(processes.become_only_thread());
    if (auto* signals = ports::exec::signals()) {
        TRY(signals->reset_handlers(current_user()));
    }
    if (current_user().files != nullptr) {
        files.close_on_exec();
    }
    processes.move_to(space.take());
    if (!finish(execution, places, privileges)) {
        processes.end_process(SIGKILL);
    }
    return {};
}

}  // namespace phx::task
