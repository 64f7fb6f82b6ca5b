#include <fs/memory_devices/memory_devices.hpp>

#include <algorithm>

#include <memory/interfaces/context.hpp>
#include <ports/memory_devices.hpp>
#include <vm/interfaces/virtual_memory.hpp>

namespace phx::fs {
namespace {

// Linux Documentation/admin-guide/devices.txt
constexpr Device k_null = make_device(1, 3);
constexpr Device k_zero = make_device(1, 5);
constexpr Device k_full = make_device(1, 7);

constexpr DeviceNode k_nodes[] = {{"null", 0666, k_null}, {"zero", 0666, k_zero}, {"full", 0666, k_full}};

// What all three do: a seek goes nowhere, and gives no error (Linux drivers/char/mem.c, null_lseek).
class MemoryFile : public File {
public:
    Result<std::uint64_t> seek(std::int64_t, int) override { return position = 0; }

protected:
    MemoryFile(Inode& inode, std::uint32_t flags) : File{flags, inode, Seek::position} {}
    ~MemoryFile() = default;

    static Result<std::size_t> swallow(Transfer& from) {
        const std::size_t size = from.left();
        from.skip(size);
        return size;
    }
};

class NullFile final : public MemoryFile {
public:
    NullFile(Inode& inode, std::uint32_t flags) : MemoryFile{inode, flags} {}
    Result<std::size_t> read(Transfer&, std::uint64_t) override { return std::size_t{0}; }
    Result<std::size_t> write(Transfer& from, std::uint64_t&) override { return swallow(from); }

private:
    void dispose() override { memory::destroy(ports::memory_devices::heap(), this); }
};

class ZeroFile final : public MemoryFile {
public:
    ZeroFile(Inode& inode, std::uint32_t flags, bool full) : MemoryFile{inode, flags}, full_{full} {}
    Result<std::size_t> read(Transfer& to, std::uint64_t) override { return to.put_zeros(to.left()); }
    Result<std::size_t> write(Transfer& from, std::uint64_t&) override { return full_ ? Errno::nospc : swallow(from); }
    // Anonymous memory.
    Result<void> map(vm::Mappable& mappable) override {
        if (full_) {
            return Errno::nodev;
        }
        mappable = {};
        return {};
    }

private:
    void dispose() override { memory::destroy(ports::memory_devices::heap(), this); }

    const bool full_;
};

template <class T, class... Args>
Result<Ref<File>> make(Args&&... args) {
    return Ref<File>{Ref<T>::adopt(TRY(memory::create<T>(ports::memory_devices::heap(), memory::MaySleep{}, std::forward<Args>(args)...)))};
}

}  // namespace

std::span<const DeviceNode> MemoryDevices::nodes() const { return k_nodes; }

bool MemoryDevices::serves(Device device) const {
    return std::ranges::any_of(k_nodes, [device](const DeviceNode& node) { return node.device == device; });
}

Result<Ref<File>> MemoryDevices::open(Device device, Inode& inode, std::uint32_t flags) {
    if (device == k_null) {
        return make<NullFile>(inode, flags);
    }
    return make<ZeroFile>(inode, flags, device == k_full);
}

}  // namespace phx::fs
