#include <fs/tmpfs/node.hpp>

#include <algorithm>

#include <memory/interfaces/context.hpp>
#include <ports/tmpfs.hpp>

namespace phx::fs::tmpfs {

Nanoseconds now() {
    auto* const clocks = ports::tmpfs::clocks();
    return clocks != nullptr ? clocks->realtime() : Nanoseconds{};
}

Attributes Node::attributes() {
    const Access access = this->access();
    const Extent extent = this->extent();
    return {.mode = access.mode,
            .links = links(),
            .uid = access.uid,
            .gid = access.gid,
            .device = extent.device,
            .size = extent.size,
            .blocks = extent.blocks,
            .accessed = accessed(),
            .modified = Nanoseconds{modified_.load(std::memory_order_relaxed)},
            .changed = Nanoseconds{changed_.load(std::memory_order_relaxed)},
            .born = born_};
}

Result<void> Node::set_attributes(const AttributeChange& change) {
    const auto has = [&](std::uint32_t bit) { return (change.which & bit) != 0; };
    const Nanoseconds at = now();
    if (has(AttributeChange::size_bit)) {
        TRY(resize(change.size));
        touch_modified(at);
    }
    Access access = this->access();
    if (has(AttributeChange::mode_bit)) {
        access.mode = change.mode;
    }
    if (has(AttributeChange::uid_bit)) {
        access.uid = change.uid;
    }
    if (has(AttributeChange::gid_bit)) {
        access.gid = change.gid;
    }
    set_access(access);
    if (has(AttributeChange::accessed_bit)) {
        accessed_.store(change.accessed.count(), std::memory_order_relaxed);
    }
    if (has(AttributeChange::modified_bit)) {
        modified_.store(change.modified.count(), std::memory_order_relaxed);
    }
    touch_changed(at);
    return {};
}

void Special::end() {
    memory::destroy(ports::tmpfs::heap(), this);
}

// A longer target would have a page of its own on Linux, which counts.
Node::Extent Link::extent() const {
    constexpr std::size_t k_short = 128;
    return {.size = size_, .blocks = size_ + 1 > k_short ? k_page_size / 512 : 0};
}

Result<std::size_t> Link::read_link(char* to, std::size_t size) {
    std::string_view{text(), size_}.copy(to, size);
    return size_;
}

void Link::end() {
    const std::size_t size = bytes(size_);
    std::destroy_at(this);
    ports::tmpfs::heap().free(this, size);
}

}  // namespace phx::fs::tmpfs
