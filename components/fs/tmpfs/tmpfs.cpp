#include <fs/tmpfs/tmpfs.hpp>

#include <fs/tmpfs/node.hpp>
#include <memory/interfaces/context.hpp>
#include <ports/tmpfs.hpp>

namespace phx::fs {

Result<Ref<SuperBlock>> Tmpfs::mount(std::string_view, std::string_view text) {
    return make(name(), text);
}

Result<Ref<SuperBlock>> Tmpfs::make(std::string_view type, std::string_view text) {
    tmpfs::Options options = tmpfs::Options::defaults();
    TRY(options.parse(text));
    auto& heap = ports::tmpfs::heap();
    Ref<tmpfs::Super> super = Ref<tmpfs::Super>::adopt(TRY(memory::create<tmpfs::Super>(heap, memory::MaySleep{}, type, options)));
    const std::uint64_t number = TRY(super->take_inode());
    const NewNode node{.mode = S_IFDIR | options.mode, .uid = options.uid, .gid = options.gid};
    const Result<tmpfs::Directory*> root =
        memory::create<tmpfs::Directory>(heap, memory::MaySleep{}, *super, number, node, tmpfs::now(), nullptr);
    if (!root) {
        super->give_inode();
        return root.error();
    }
    super->set_root(**root);
    return Ref<SuperBlock>{std::move(super)};
}

Result<Ref<File>> Tmpfs::make_file(std::string_view label, bool sealable) {
    SuperBlock* super = nullptr;
    {
        const MutexGuard guard{mutex_};
        if (nameless_ == nullptr) {
            nameless_ = TRY(make(name(), "")).release();
        }
        super = nameless_;
    }
    return tmpfs::make_nameless(static_cast<tmpfs::Super&>(*super), label, sealable);
}

}  // namespace phx::fs
