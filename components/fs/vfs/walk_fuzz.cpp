// Any path in a tree with directories, links and loops: the walk without references, the one with them, and one that finds the cache empty give the
// same answer.
#include <array>
#include <cstdlib>
#include <string>

#include <task/interfaces/process.hpp>
#include <wiring.hpp>

namespace phx::fs {
namespace {

VirtualFiles& vfs() { return wiring::dut; }

void prepare() {
    static task::Thread thread;
    arch::set_current(&thread);
    if (!vfs().init() || !vfs().mount("rootfs", Path{}, "tmpfs", 0, "")) {
        std::abort();
    }
    const auto make = [](std::string_view path, Mode kind) { static_cast<void>(vfs().make(nullptr, path, kind | 0755, 0)); };
    const auto link = [](std::string_view target, std::string_view path) { static_cast<void>(vfs().symlink(target, nullptr, path)); };
    make("/a", S_IFDIR);
    make("/a/a", S_IFDIR);
    make("/a/a/bb", S_IFREG);
    make("/bb", S_IFDIR);
    make("/bb/ccccccccc", S_IFDIR);
    link("a/a", "/l");
    link("/bb/..", "/a/l");
    link("ccccccccc/../../l/", "/bb/l");
    link("./m", "/m");
    link("l/m", "/a/a/m");
    link("nothing", "/bb/ccccccccc/l");
    static_cast<void>(vfs().mount("none", *vfs().resolve(nullptr, "/bb/ccccccccc", {0}), "tmpfs", 0, ""));
    make("/bb/ccccccccc/a", S_IFDIR);
    link("../../l", "/bb/ccccccccc/a/l");
}

std::string where(std::string_view path, std::uint32_t flags) {
    const Result<Path> found = vfs().resolve(nullptr, path, {flags});
    if (!found) {
        return std::string{errno_name(found.error())};
    }
    std::array<char, 4096> room;
    return std::string{vfs().name_of(*found, room).value()};
}

}  // namespace
}  // namespace phx::fs

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace phx::fs;
    static const bool ready = (prepare(), true);
    static_cast<void>(ready);
    if (size < 1) {
        return 0;
    }
    constexpr std::array<std::string_view, 12> words{"/", "a", "bb", "ccccccccc", "l", "m", ".", "..", "/", "/a", "/l", "x"};
    std::string path;
    for (std::size_t i = 1; i < size && path.size() < 5000; ++i) {
        path += words[data[i] % words.size()];
    }
    const std::uint32_t flags = (data[0] & 1) != 0 ? Walk::follow_last : 0U;
    const std::string warm = where(path, flags);
    if (where(path, flags | Walk::no_magic_links) != warm) {
        std::abort();
    }
    vfs().reclaim(100);
    vfs().reclaim(100);
    if (where(path, flags) != warm) {
        std::abort();
    }
    return 0;
}
