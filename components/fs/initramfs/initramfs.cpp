#include <fs/initramfs/initramfs.hpp>

#include <compression/interfaces/decompressor.hpp>
#include <fs/initramfs/unpacker.hpp>
#include <memory/interfaces/context.hpp>
#include <ports/initramfs.hpp>

namespace phx::fs {
namespace {

using initramfs::CpioFault;
using initramfs::CpioReader;
using initramfs::Unpacker;
using Bytes = std::span<const std::byte>;

// Formats that Linux knows, by how they begin (lib/decompress.c): whose component is missing can be said.
struct KnownFormat {
    std::string_view magic;
    std::string_view name;
};
constexpr KnownFormat k_known[] = {
    {"\x1f\x8b", "gzip"},
    {"BZh", "bzip2"},
    {{"\x5d\0\0", 3}, "lzma"},
    {{"\xfd"
      "7zXZ",
      5},
     "xz"},
    {"\x89LZO", "lzo"},
    {"\x02\x21\x4c\x18", "lz4"},
    {"\x28\xb5\x2f\xfd", "zstd"},
};

// The two large objects of one unpacking.
struct Work {
    explicit Work(Inode& root) : unpacker{root}, reader{unpacker} {}
    Unpacker unpacker;
    CpioReader reader;
};

// What is unpacked goes to a reader of its own, whose archives end where the compressed data does.
class Unpacked final : public compression::Output {
public:
    explicit Unpacked(CpioReader& reader) : reader_{reader} {}
    Result<void> take(Bytes part) override {
        if (reader_.take(part) == part.size()) {
            return {};
        }
        return reader_.fault() ? reader_.fault()->error : Errno::badmsg;
    }

private:
    CpioReader& reader_;
};

void report(std::string_view where, const CpioFault& fault) {
    ports::initramfs::log().error("the archive{} ends at byte {}: {} ({}); what came before is there", where,
                                  fault.offset, fault.reason, fault.error);
}

[[nodiscard]] compression::Decompressor* decompressor_for(Bytes image) {
    for (compression::Decompressor* const each : ports::initramfs::decompressors()) {
        if (each->recognises(image)) {
            return each;
        }
    }
    return nullptr;
}

Result<void> refuse(Bytes image, std::uint64_t offset) {
    const std::string_view text{reinterpret_cast<const char*>(image.data()), image.size()};
    for (const KnownFormat& format : k_known) {
        if (text.starts_with(format.magic)) {
            ports::initramfs::log().error(
                "at byte {} the image is compressed as {}: the graph needs component `{}`, if there is one", offset,
                format.name, format.name);
            return Errno::opnotsupp;
        }
    }
    ports::initramfs::log().error("what is at byte {} of the image is no archive", offset);
    return Errno::badmsg;
}

// One stretch of compressed data, archives in it: how many bytes it was.
Result<std::size_t> unpack_compressed(Unpacker& unpacker, Bytes image, std::uint64_t offset) {
    compression::Decompressor* const decompressor = decompressor_for(image);
    if (decompressor == nullptr) {
        return refuse(image, offset).error();
    }
    auto& heap = ports::initramfs::heap();
    CpioReader* const reader = TRY(memory::create<CpioReader>(heap, memory::MaySleep{}, unpacker));
    unpacker.set_stays(false);
    Unpacked output{*reader};
    Result<std::size_t> used = decompressor->decompress(image, output);
    const bool was_between = reader->is_between();
    reader->finish();
    if (reader->fault()) {
        report(" within the compressed image", *reader->fault());
        if (used) {
            used = reader->fault()->error;
        }
    } else if (!used && was_between) {
        report(" within the compressed image", {used.error(), "what follows it is none", reader->offset()});
    }
    if (!used) {
        ports::initramfs::log().error("{} at byte {} of the image: {}", decompressor->name(), offset, used.error());
    }
    memory::destroy(heap, reader);
    return used;
}

Result<void> unpack_all(Work& work, Bytes image) {
    std::size_t at = 0;
    while (at < image.size()) {
        work.unpacker.set_stays(true);
        work.reader.set_offset(at);
        at += work.reader.take(image.subspan(at));
        if (!work.reader.is_between() || at == image.size()) {
            break;
        }
        at += TRY(unpack_compressed(work.unpacker, image.subspan(at), at));
    }
    work.reader.finish();
    if (work.reader.fault()) {
        report("", *work.reader.fault());
        return work.reader.fault()->error;
    }
    return {};
}

}  // namespace

Result<void> Initramfs::unpack(const Path& root) {
    const PhysRange image = ports::initramfs::boot_info().initrd();
    if (image.empty()) {
        return Errno::noent;
    }
    return unpack(root.inode(), Bytes{ports::initramfs::map().to_virtual(image.base), image.size});
}

Result<void> Initramfs::unpack(Inode& root, Bytes image) {
    auto& heap = ports::initramfs::heap();
    Work* const work = TRY(memory::create<Work>(heap, memory::MaySleep{}, root));
    const Result<void> all = unpack_all(*work, image);
    const Result<void> dated = work->unpacker.finish();
    const initramfs::UnpackCounts counts = work->unpacker.counts();
    memory::destroy(heap, work);
    ports::initramfs::log().info("{} names; {} KiB are used in place, {} KiB copied", counts.names,
                                 counts.pages_lent * (k_page_size / KiB), counts.bytes_copied / KiB);
    if (counts.refused != 0) {
        ports::initramfs::log().warning("{} names could not be made", counts.refused);
    }
    return all ? dated : all;
}

}  // namespace phx::fs
