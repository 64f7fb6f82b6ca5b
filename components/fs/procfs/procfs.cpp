#include <fs/procfs/procfs.hpp>

#include <linux/magic.h>

#include <fs/procfs/proc_nodes.hpp>

namespace phx::fs {
namespace {

[[nodiscard]] Nanoseconds now() {
    auto* clocks = ports::procfs::clocks();
    return clocks != nullptr ? clocks->realtime() : Nanoseconds{};
}

}  // namespace

ProcSuper::ProcSuper() : SuperBlock{next_anonymous_device()}, born_{now()} {}

FileSystemStats ProcSuper::stats() { return {.magic = PROC_SUPER_MAGIC}; }

Result<Ref<SuperBlock>> ProcFs::mount(std::string_view, std::string_view) {
    SuperBlock* super = super_.load(std::memory_order_acquire);
    if (super != nullptr) {
        return Ref<SuperBlock>{super};
    }
    auto& heap = ports::procfs::heap();
    auto* const made = TRY(memory::create<ProcSuper>(heap, memory::MaySleep{}));
    const auto root = memory::create<ProcRoot>(heap, memory::MaySleep{}, *made);
    if (!root) {
        memory::destroy(heap, made);
        return root.error();
    }
    made->root_ = *root;
    if (!super_.compare_exchange_strong(super, made, std::memory_order_acq_rel)) {
        memory::destroy(heap, *root);
        memory::destroy(heap, made);
        return Ref<SuperBlock>{super};
    }
    return Ref<SuperBlock>{made};
}

Attributes ProcNode::attributes() {
    const Access access = this->access();
    const Nanoseconds born = static_cast<ProcSuper&>(super()).born();
    return {.mode = access.mode,
            .links = is_directory() ? 2U : 1U,
            .uid = access.uid,
            .gid = access.gid,
            .accessed = born,
            .modified = born,
            .changed = born,
            .born = born};
}

}  // namespace phx::fs
