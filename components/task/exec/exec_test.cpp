#include <task/exec/elf.hpp>
#include <task/exec/exec.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <map>
#include <string>
#include <vector>

#include <arch/resource_abi.hpp>
#include <arch/user_access.hpp>
#include <linux/mman.h>
#include <fs/interfaces/abi.hpp>
#include <linux/auxvec.h>
#include <linux/elf.h>
#include <task/exec/script.hpp>
#include <task/exec/words.hpp>
#include <task/interfaces/process.hpp>
#include <wiring.hpp>

namespace phx::task {
namespace {

using arch::host::k_user_base;

std::string text(const Result<ScriptLine>& line) {
    return line ? std::string{line->interpreter} + "|" + std::string{line->argument} : "!" + std::string{errno_name(line.error())};
}

TEST(Script, IsReadAsLinuxReadsIt) {
    EXPECT_EQ(text(read_script_line("#!/bin/sh\necho")), "/bin/sh|");
    EXPECT_EQ(text(read_script_line("#! \t/bin/sh -e -x \t\n")), "/bin/sh|-e -x");
    EXPECT_EQ(text(read_script_line("#!/bin/sh")), "/bin/sh|");
    EXPECT_EQ(text(read_script_line("#!\n/bin/sh")), "!ENOEXEC");
    EXPECT_EQ(text(read_script_line("#! ")), "!ENOEXEC");
    EXPECT_EQ(text(read_script_line("#!")), "!ENOEXEC");
    EXPECT_EQ(text(read_script_line(std::string("#!/bin/sh\0 x\n", 13))), "/bin/sh|");
    EXPECT_EQ(text(read_script_line("#!/" + std::string(300, 'x') + "\n")), "!ENOEXEC") << "cut off in its name";
    const std::string argument(300, 'y');
    EXPECT_EQ(text(read_script_line("#!/bin/sh " + argument + "\n")), "/bin/sh|" + argument.substr(0, 255 - 10)) << "cut off in its argument";
    const std::string fits(256 - 3 - 1, 'x');
    EXPECT_EQ(text(read_script_line("#!/" + fits + "\n")), "/" + fits + "|");
}

struct Segment {
    std::uint64_t address;
    std::string contents;
    std::uint64_t memory;
    std::uint32_t flags;
};

// An ELF file whose headers are in its first segment.
std::string elf(std::uint16_t type, std::uint64_t entry, const std::vector<Segment>& segments, std::string_view interpreter = {}) {
    Elf64_Ehdr header{};
    std::memcpy(header.e_ident, "\177ELF\2\1\1", 7);
    header.e_type = type;
    header.e_machine = EM_AARCH64;
    header.e_version = 1;
    header.e_entry = entry;
    header.e_phoff = sizeof(header);
    header.e_ehsize = sizeof(header);
    header.e_phentsize = sizeof(Elf64_Phdr);
    std::vector<Elf64_Phdr> table;
    std::string body;
    const std::size_t count = segments.size() + (interpreter.empty() ? 0 : 1);
    const std::size_t head = sizeof(header) + count * sizeof(Elf64_Phdr);
    std::uint64_t offset = 0;
    bool first = true;
    for (const Segment& segment : segments) {
        Elf64_Phdr entry_{};
        entry_.p_type = PT_LOAD;
        entry_.p_flags = segment.flags;
        entry_.p_vaddr = segment.address;
        entry_.p_align = 0x1000;
        entry_.p_offset = offset + segment.address % 0x1000;
        entry_.p_filesz = segment.contents.size() + (first ? head : 0);
        entry_.p_memsz = std::max<std::uint64_t>(segment.memory, entry_.p_filesz);
        table.push_back(entry_);
        offset += 0x1000;
        first = false;
    }
    if (!interpreter.empty()) {
        Elf64_Phdr entry_{};
        entry_.p_type = PT_INTERP;
        entry_.p_offset = offset;
        entry_.p_filesz = interpreter.size() + 1;
        table.push_back(entry_);
    }
    header.e_phnum = static_cast<std::uint16_t>(table.size());
    std::string file(offset, '\0');
    std::memcpy(file.data(), &header, sizeof(header));
    std::memcpy(file.data() + sizeof(header), table.data(), table.size() * sizeof(Elf64_Phdr));
    first = true;
    for (std::size_t i = 0; i < segments.size(); ++i) {
        const std::size_t at = table[i].p_offset + (i == 0 ? head : 0);
        file.replace(at, segments[i].contents.size(), segments[i].contents);
    }
    if (!interpreter.empty()) {
        file += interpreter;
        file += '\0';
    }
    return file;
}

std::string program() { return elf(ET_EXEC, k_user_base + 0x400, {{k_user_base, "code", 0, PF_R | PF_X}, {k_user_base + 0x2ff0, "data", 0x4000, PF_R | PF_W}}); }

class Exec : public ::testing::Test {
protected:
    void SetUp() override {
        static Thread thread;
        arch::set_current(&thread);
        thread.user = nullptr;
        arch::host::user_memory.reset();
        if (!wiring::vfs.root().dentry()) {
            ASSERT_TRUE(wiring::vfs.init());
            ASSERT_TRUE(wiring::vfs.mount("rootfs", fs::Path{}, "tmpfs", 0, ""));
        }
        Process& process = wiring::processes.add(1);
        user_ = process.leader;
        user_->thread = &thread;
        process.limits[RLIMIT_STACK].soft = 8 * MiB;
        user_->files = *wiring::descriptors.create_table();
        user_->context = *wiring::descriptors.create_context(wiring::vfs.root());
        process.signals.handlers = *wiring::fake_signals.create_handlers();
        thread.user = user_;
        wiring::fake_random.reset();
    }
    void TearDown() override {
        if (user_->space != nullptr) {
            wiring::fake_virtual_memory.release(*user_->space);
        }
        EXPECT_EQ(wiring::fake_virtual_memory.live(), 0U);
        wiring::fake_signals.end(*user_->process);
        wiring::descriptors.release(*user_->files);
        wiring::descriptors.release(*user_->context);
        if (user_->process->executable != nullptr) {
            static_cast<void>(Ref<fs::File>::adopt(user_->process->executable));
        }
        current().user = nullptr;
        for (const std::string& path : std::exchange(files_, {})) {
            static_cast<void>(wiring::vfs.remove(nullptr, path, 0));
        }
        wiring::processes.reset();
        wiring::vfs.reclaim(1000);
        wiring::vfs.reclaim(1000);
        wiring::fake_rcu.end_period();
    }

    static void write(std::string_view path, std::string contents, fs::Mode mode = 0755) {
        static_cast<void>(wiring::vfs.remove(nullptr, path, 0));
        files_.emplace_back(path);
        const auto file = wiring::vfs.open(nullptr, path, O_WRONLY | O_CREAT, mode, {});
        ASSERT_TRUE(file);
        std::uint64_t at = 0;
        fs::Transfer transfer{contents.data(), contents.size()};
        ASSERT_EQ(*(*file)->write(transfer, at), contents.size());
        fs::AttributeChange change;
        change.which = fs::AttributeChange::mode_bit;
        change.mode = mode;
        ASSERT_TRUE(wiring::vfs.set_attributes((*file)->path(), change));
    }
    static std::string execute(std::string_view path, std::vector<std::string_view> arguments = {}, std::vector<std::string_view> environment = {}) {
        const Result<void> done = wiring::dut.execute(path, arguments, environment);
        return done ? "ok" : "!" + std::string{errno_name(done.error())};
    }

    // What the program finds on its stack.
    struct Found {
        std::vector<std::string> arguments;
        std::vector<std::string> environment;
        std::map<std::uint64_t, std::uint64_t> vector;
    };
    [[nodiscard]] std::uint64_t number(std::uint64_t at) const {
        std::uint64_t value = 0;
        wiring::fake_virtual_memory.read(*user_->space, UserAddr{at}, std::as_writable_bytes(std::span{&value, 1}));
        return value;
    }
    [[nodiscard]] std::string string(std::uint64_t at) const {
        std::string found;
        for (;; ++at) {
            char c = 0;
            wiring::fake_virtual_memory.read(*user_->space, UserAddr{at}, std::as_writable_bytes(std::span{&c, 1}));
            if (c == '\0') {
                return found;
            }
            found += c;
        }
    }
    [[nodiscard]] Found stack() const {
        Found found;
        std::uint64_t at = user_->frame().sp;
        EXPECT_EQ(at % 16, 0U);
        const std::uint64_t count = number(at);
        at += 8;
        for (std::uint64_t i = 0; i < count; ++i, at += 8) {
            found.arguments.push_back(string(number(at)));
        }
        EXPECT_EQ(number(at), 0U);
        for (at += 8; number(at) != 0; at += 8) {
            found.environment.push_back(string(number(at)));
        }
        for (at += 8; number(at) != AT_NULL; at += 16) {
            found.vector[number(at)] = number(at + 8);
        }
        return found;
    }
    [[nodiscard]] const std::vector<vm::MapRequest>& maps() const { return user_->space->maps; }

    UserThread* user_ = nullptr;
    static inline std::vector<std::string> files_;
};

using Strings = std::vector<std::string>;

TEST_F(Exec, AStaticProgramIsMappedAsItAsks) {
    write("/program", program());
    arch::host::user_memory.bytes.fill(std::byte{0x55});
    ASSERT_EQ(execute("/program", {"program", "one", ""}, {"A=1", "B=2"}), "ok");
    ASSERT_EQ(maps().size(), 4U);
    EXPECT_EQ(maps()[0].hint.value(), k_user_base);
    EXPECT_EQ(maps()[0].protection, static_cast<std::uint32_t>(PROT_READ | PROT_EXEC));
    EXPECT_EQ(maps()[1].hint.value(), k_user_base + 0x2000);
    EXPECT_EQ(maps()[1].offset, 0x1000U);
    EXPECT_EQ(maps()[1].size, 0xff4U);
    EXPECT_EQ(maps()[2].hint.value(), k_user_base + 0x3000);
    EXPECT_EQ(maps()[2].size, 0x4000U);
    EXPECT_EQ(maps()[2].flags & MAP_ANONYMOUS, static_cast<std::uint32_t>(MAP_ANONYMOUS));
    EXPECT_EQ(maps()[3].flags & MAP_GROWSDOWN, static_cast<std::uint32_t>(MAP_GROWSDOWN));
    EXPECT_EQ(*arch::host::user_memory.at(k_user_base + 0x2ff3), std::byte{0x55});
    EXPECT_EQ(*arch::host::user_memory.at(k_user_base + 0x2ff4), std::byte{0}) << "what the file has after the segment";
    EXPECT_EQ(*arch::host::user_memory.at(k_user_base + 0x3000), std::byte{0x55});
    EXPECT_EQ(user_->frame().pc, k_user_base + 0x400);
    const Found found = stack();
    EXPECT_EQ(found.arguments, (Strings{"program", "one", ""}));
    EXPECT_EQ(found.environment, (Strings{"A=1", "B=2"}));
    EXPECT_EQ(found.vector.at(AT_PHDR), k_user_base + sizeof(Elf64_Ehdr));
    EXPECT_EQ(found.vector.at(AT_PHNUM), 2U);
    EXPECT_EQ(found.vector.at(AT_ENTRY), k_user_base + 0x400);
    EXPECT_EQ(found.vector.at(AT_BASE), 0U);
    EXPECT_EQ(found.vector.at(AT_PAGESZ), 4096U);
    EXPECT_EQ(found.vector.at(AT_HWCAP), 0x8ffU);
    EXPECT_EQ(found.vector.at(AT_SECURE), 0U);
    EXPECT_EQ(string(found.vector.at(AT_EXECFN)), "/program");
    EXPECT_EQ(string(found.vector.at(AT_PLATFORM)), "aarch64");
    EXPECT_NE(number(found.vector.at(AT_RANDOM)), 0U);
    EXPECT_EQ(user_->name(), "program");
    const vm::SpaceLayout& layout = user_->space->layout;
    EXPECT_EQ(layout.code_begin.value(), k_user_base);
    EXPECT_EQ(layout.data_begin.value(), k_user_base + 0x2ff0);
    EXPECT_EQ(layout.data_end.value(), k_user_base + 0x2ff4);
    EXPECT_GE(layout.break_begin.value(), k_user_base + 0x7000);
    EXPECT_EQ(string(layout.arguments_begin.value()), "program");
    EXPECT_EQ(layout.arguments_end - layout.arguments_begin, 13U);
    EXPECT_EQ(layout.environment_end - layout.environment_begin, 8U);
}

TEST_F(Exec, WithoutRandomPlacesEverythingIsWhereItWas) {
    write("/program", program());
    user_->process->personality = 0x0040000;  // ADDR_NO_RANDOMIZE
    ASSERT_EQ(execute("/program"), "ok");
    EXPECT_EQ(user_->space->layout.break_begin.value(), k_user_base + 0x7000);
    EXPECT_EQ(maps().back().hint.value() + maps().back().size, std::uint64_t{1} << 39);
}

TEST_F(Exec, ADynamicProgramBeginsInItsInterpreter) {
    write("/ld.so", elf(ET_DYN, 0x500, {{0, "loader", 0, PF_R | PF_X}}));
    write("/program", elf(ET_DYN, 0x400, {{0, "code", 0, PF_R | PF_X}}, "/ld.so"));
    ASSERT_EQ(execute("/program", {"program"}), "ok");
    const Found found = stack();
    EXPECT_EQ(found.vector.at(AT_BASE), wiring::fake_virtual_memory.k_anywhere.value());
    EXPECT_EQ(user_->frame().pc, found.vector.at(AT_BASE) + 0x500);
    const std::uint64_t base = found.vector.at(AT_ENTRY) - 0x400;
    EXPECT_GE(base, (std::uint64_t{1} << 39) / 3 * 2 - 0x1000);
    EXPECT_EQ(base % 0x1000, 0U);
    EXPECT_EQ(found.vector.at(AT_PHDR), base + sizeof(Elf64_Ehdr));
    write("/bad", elf(ET_DYN, 0x400, {{0, "code", 0, PF_R | PF_X}}, "/nothing"));
    EXPECT_EQ(execute("/bad"), "!ENOENT");
    write("/worse", elf(ET_DYN, 0x400, {{0, "code", 0, PF_R | PF_X}}, "/text"));
    write("/text", "not ELF");
    EXPECT_EQ(wiring::dut.execute("/worse", {}, {}).error(), Errno::libbad);
}

TEST_F(Exec, ScriptsGoToTheirInterpreters) {
    write("/program", program());
    write("/script", "#!/program -x y\n");
    ASSERT_EQ(execute("/script", {"zero", "one"}), "ok");
    EXPECT_EQ(stack().arguments, (Strings{"/program", "-x y", "/script", "one"}));
    EXPECT_EQ(string(stack().vector.at(AT_EXECFN)), "/script");
    EXPECT_EQ(user_->name(), "script");
    wiring::fake_virtual_memory.release(*std::exchange(user_->space, nullptr));
    write("/second", "#!/script z");
    ASSERT_EQ(execute("/second", {"zero", "one"}), "ok");
    EXPECT_EQ(stack().arguments, (Strings{"/program", "-x y", "/script", "z", "/second", "one"}));
}

TEST_F(Exec, ScriptsOfScriptsComeToAnEnd) {
    write("/s0", program());
    for (int i = 1; i <= 6; ++i) {
        write("/s" + std::to_string(i), "#!/s" + std::to_string(i - 1) + "\n");
    }
    EXPECT_EQ(execute("/s5", {"x"}), "ok");
    EXPECT_EQ(stack().arguments.size(), 6U);
    EXPECT_EQ(execute("/s6", {"x"}), "!ELOOP");
    write("/self", "#!/self\n");
    EXPECT_EQ(execute("/self", {"x"}), "!ELOOP");
}

TEST_F(Exec, RefusesWhatIsNoProgram) {
    write("/empty", "");
    write("/text", "echo hello\n");
    write("/plain", program(), 0644);
    std::string x86 = program();
    x86[18] = 62;
    write("/x86", x86);
    std::string cut = program();
    cut.resize(100);
    write("/cut", cut);
    EXPECT_EQ(execute("/empty"), "!ENOEXEC");
    EXPECT_EQ(execute("/text"), "!ENOEXEC");
    EXPECT_EQ(execute("/plain"), "!EACCES");
    EXPECT_EQ(execute("/x86"), "!ENOEXEC");
    EXPECT_EQ(execute("/cut"), "!ENOEXEC");
    EXPECT_EQ(execute("/"), "!EACCES");
    EXPECT_EQ(execute("/none"), "!ENOENT");
    write("/high", elf(ET_EXEC, 0, {{std::uint64_t{1} << 39, "code", 0, PF_R | PF_X}}));
    EXPECT_EQ(execute("/high"), "!EINVAL");
    EXPECT_EQ(user_->space, nullptr) << "the old program is there still";
}

TEST_F(Exec, FailuresLeaveNothing) {
    write("/program", program());
    write("/script", "#!/program x\n");
    const auto live = wiring::fake_heap.stats().live_objects;
    for (std::uint64_t successes = 0;; ++successes) {
        wiring::fake_heap.fail_after(successes);
        const std::string done = execute("/script", {"a"}, {"b"});
        wiring::fake_heap.fail_after(UINT64_MAX);
        if (done == "ok") {
            break;
        }
        EXPECT_EQ(done, "!ENOMEM");
        EXPECT_LE(wiring::fake_heap.stats().live_objects, live + 2) << "names are kept";
        EXPECT_EQ(wiring::fake_virtual_memory.live(), 0U);
        ASSERT_LT(successes, 40U);
    }
}

TEST_F(Exec, WordsOfAProgramHaveLimits) {
    write("/program", program());
    const auto put = [](std::uint64_t at, const auto& value) { std::memcpy(arch::host::user_memory.at(at), &value, sizeof(value)); };
    const std::uint64_t pointers = k_user_base;
    const std::uint64_t strings = k_user_base + 0x1000;
    std::memcpy(arch::host::user_memory.at(strings), "/program\0zero\0one", 18);
    const auto call = [&](std::uint64_t arguments) {
        const Result<void> done =
            wiring::dut.sys_execve(UserPtr<const char>{strings}, UserPtr<const std::uint64_t>{arguments}, UserPtr<const std::uint64_t>{0});
        return done ? std::string{"ok"} : std::string{errno_name(done.error())};
    };
    put(pointers, std::array<std::uint64_t, 3>{strings + 9, 0x10, 0});
    EXPECT_EQ(call(pointers), "EFAULT");
    EXPECT_EQ(call(8), "EFAULT");
    EXPECT_EQ(wiring::dut.sys_execve(UserPtr<const char>{8}, {}, {}).error(), Errno::fault);
    // One of 128 KiB with its end is too long by nothing; a byte more is.
    const std::uint64_t longest = k_user_base + 0x4000;
    std::memset(arch::host::user_memory.at(longest), 'x', 131072);
    *arch::host::user_memory.at(longest + 131071) = std::byte{0};
    put(pointers, std::array<std::uint64_t, 3>{longest, strings + 14, 0});
    user_->process->limits[RLIMIT_STACK].soft = 8 * MiB;
    EXPECT_EQ(call(pointers), "ok");
    EXPECT_EQ(stack().arguments.at(0).size(), 131071U);
    EXPECT_EQ(stack().arguments.at(1), "one");
    wiring::fake_virtual_memory.release(*std::exchange(user_->space, nullptr));
    *arch::host::user_memory.at(longest + 131071) = std::byte{'x'};
    EXPECT_EQ(call(pointers), "E2BIG");
    // All of them together: a quarter of the stack's limit.
    *arch::host::user_memory.at(longest + 131071) = std::byte{0};
    user_->process->limits[RLIMIT_STACK].soft = 64 * KiB;
    EXPECT_EQ(call(pointers), "E2BIG");
    user_->process->limits[RLIMIT_STACK].soft = 8 * MiB;
    EXPECT_EQ(call(0), "ok");
    EXPECT_EQ(stack().arguments, Strings{""}) << "no program is without a name";
}

TEST_F(Exec, SetUserIdBitsAreHonoured) {
    write("/program", program());
    const auto become = [&](Uid uid) {
        auto& who = const_cast<Credentials&>(*user_->credentials.load());
        who.uid = who.euid = who.suid = who.fsuid = uid;
        who.effective = who.permitted = 0;
    };
    fs::AttributeChange change;
    change.which = fs::AttributeChange::mode_bit;
    change.mode = 04755;
    ASSERT_TRUE(wiring::vfs.set_attributes(*wiring::vfs.resolve(nullptr, "/program", {}), change));
    become(1000);
    ASSERT_EQ(execute("/program"), "ok");
    const Credentials* who = user_->credentials.load();
    EXPECT_EQ(who->uid, 1000U);
    EXPECT_EQ(who->euid, 0U);
    EXPECT_EQ(who->suid, 0U);
    EXPECT_EQ(who->effective, k_all_capabilities);
    EXPECT_EQ(stack().vector.at(AT_SECURE), 1U);
    EXPECT_EQ(stack().vector.at(AT_EUID), 0U);
    EXPECT_FALSE(user_->process->dumpable);
    wiring::fake_virtual_memory.release(*std::exchange(user_->space, nullptr));
    become(1000);
    const_cast<Credentials&>(*user_->credentials.load()).no_new_privileges = true;
    ASSERT_EQ(execute("/program"), "ok");
    EXPECT_EQ(user_->credentials.load()->euid, 1000U);
    EXPECT_EQ(stack().vector.at(AT_SECURE), 0U);
}

TEST_F(Exec, DescriptorsAreClosedThatShouldBe) {
    write("/program", program());
    const auto open = [&](std::uint32_t flags) { return *wiring::descriptors.install(*wiring::vfs.open(nullptr, "/program", O_RDONLY, 0, {}), flags); };
    const int kept = open(0);
    const int closed = open(O_CLOEXEC);
    ASSERT_EQ(execute("/program"), "ok");
    EXPECT_TRUE(wiring::descriptors.get(kept));
    EXPECT_FALSE(wiring::descriptors.get(closed));
}

TEST_F(Exec, AProgramMayBeADescriptor) {
    write("/program", program());
    write("/script", "#!/program\n");
    const auto open = [&](const char* path, std::uint32_t flags) {
        return *wiring::descriptors.install(*wiring::vfs.open(nullptr, path, O_RDONLY, 0, {}), flags);
    };
    const int program_fd = open("/program", 0);
    const int script = open("/script", 0);
    const int closing = open("/script", O_CLOEXEC);
    const auto call = [&](int fd, int flags) {
        *arch::host::user_memory.at(k_user_base) = std::byte{0};
        const Result<void> done = wiring::dut.sys_execveat(fd, UserPtr<const char>{k_user_base}, {}, {}, flags);
        return done ? std::string{"ok"} : std::string{errno_name(done.error())};
    };
    EXPECT_EQ(call(program_fd, 0), "ENOENT");
    EXPECT_EQ(call(program_fd, 1), "EINVAL");
    EXPECT_EQ(call(99, AT_EMPTY_PATH), "EBADF");
    EXPECT_EQ(call(closing, AT_EMPTY_PATH), "ENOENT");
    ASSERT_EQ(call(program_fd, AT_EMPTY_PATH), "ok");
    EXPECT_EQ(string(stack().vector.at(AT_EXECFN)), "/dev/fd/" + std::to_string(program_fd));
    wiring::fake_virtual_memory.release(*std::exchange(user_->space, nullptr));
    ASSERT_EQ(call(script, AT_EMPTY_PATH), "ok");
    EXPECT_EQ(stack().arguments, (Strings{"/program", "/dev/fd/" + std::to_string(script)}));
}

TEST(ElfFile, ItsPartsCoverASegment) {
    Elf64_Phdr segment{};
    segment.p_vaddr = 0x11f00;
    segment.p_offset = 0x1f00;
    segment.p_filesz = 0x10;
    segment.p_memsz = 0x2000;
    segment.p_flags = PF_R | PF_W;
    const ElfPart part = elf_part(segment);
    EXPECT_EQ(part.begin, 0x11000U);
    EXPECT_EQ(part.offset, 0x1000U);
    EXPECT_EQ(part.file_size, 0xf10U);
    EXPECT_EQ(part.zero_begin, 0x11f10U);
    EXPECT_EQ(part.anonymous, 0x12000U);
    EXPECT_EQ(part.anonymous_size, 0x2000U);
    segment.p_filesz = 0;
    const ElfPart empty = elf_part(segment);
    EXPECT_EQ(empty.file_size, 0U);
    EXPECT_EQ(empty.anonymous, 0x11000U);
    EXPECT_EQ(empty.anonymous_size, 0x3000U);
    EXPECT_EQ(empty.zero_begin, empty.anonymous);
}

}  // namespace
}  // namespace phx::task
