#include "init_program.hpp"

#include <array>
#include <span>
#include <utility>

#include <fs/interfaces/abi.hpp>
#include <params/init_program.hpp>
#include <ports/init_program.hpp>
#include <task/interfaces/process.hpp>

namespace phx::boot {
namespace {

constexpr std::array<std::string_view, 4> k_usual_programs{"/sbin/init", "/etc/init", "/bin/init", "/bin/sh"};

constexpr int k_no_root = 1;
constexpr int k_signal_mask = 0x7f;  // of a wait status (wait(2))

}  // namespace

int InitProgram::run() {
    const auto log = ports::init_program::log();
    words_ = read_boot_arguments(ports::init_program::boot_info().bootargs());
    if (const auto done = prepare_root(); !done) {
        log.error("there is no root: {}", done.error());
        return k_no_root;
    }
    auto& processes = ports::init_program::processes();
    const auto started =
        processes.start_first([](void* self) { return static_cast<InitProgram*>(self)->become_program(); }, this);
    if (!started) {
        log.error("process 1 cannot be made: {}", started.error());
        return k_no_root;
    }
    const int status = processes.wait_first();
    const int signal = status & k_signal_mask;
    if (signal != 0) {
        log.error("process 1 was ended by signal {}", signal);
        return 128 + signal;
    }
    return status >> 8 & 0xff;
}

Result<void> InitProgram::prepare_root() {
    auto& vfs = ports::init_program::vfs();
    TRY(vfs.mount("rootfs", fs::Path{}, params::init_program::root, 0, "mode=755"));
    if (auto* image = ports::init_program::image()) {
        if (const auto unpacked = image->unpack(vfs.root()); !unpacked) {
            ports::init_program::log().warning("the initramfs is not all there: {}", unpacked.error());
        }
    }
    return {};
}

bool InitProgram::become_program() {
    const auto log = ports::init_program::log();
    auto& descriptors = ports::init_program::descriptors();
    auto& self = task::current_user();
    const auto table = descriptors.create_table();
    if (!table) {
        return false;
    }
    self.files = table.value();
    const auto context = descriptors.create_context(ports::init_program::vfs().root());
    if (!context) {
        return false;
    }
    self.context = context.value();
    open_console();
    // One that was asked for and cannot be executed is told of; what is merely usual may be absent.
    for (const std::string_view path : {words_.first_program, words_.program}) {
        if (path.empty()) {
            continue;
        }
        const Errno error = try_program(path);
        if (error == Errno{}) {
            return true;
        }
        log.warning("{} cannot be executed: {}", path, error);
    }
    for (const std::string_view path : k_usual_programs) {
        const Errno error = try_program(path);
        if (error == Errno{}) {
            return true;
        }
        if (error != Errno::noent && error != Errno::notdir) {
            log.warning("{} cannot be executed: {}", path, error);
        }
    }
    log.error("there is no program for process 1: an initramfs with an /init is needed, or rdinit=PROGRAM");
    return false;
}

void InitProgram::open_console() {
    auto& descriptors = ports::init_program::descriptors();
    auto file = ports::init_program::vfs().open(nullptr, "/dev/console", O_RDWR, 0, {fs::Walk::follow_last});
    if (!file) {
        ports::init_program::log().warning("process 1 has no console: {}", file.error());
        return;
    }
    for (int i = 0; i < 3; ++i) {
        if (!descriptors.install(file.value(), 0)) {
            return;
        }
    }
}

Errno InitProgram::try_program(std::string_view path) {
    words_.arguments[0] = path;
    const std::span arguments{words_.arguments.data(), words_.argument_count};
    const std::span environment{words_.environment.data(), words_.environment_count};
    const auto done = ports::init_program::programs().execute(path, arguments, environment);
    return done ? Errno{} : done.error();
}

}  // namespace phx::boot
