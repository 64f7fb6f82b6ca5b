#include <task/exec/pile.hpp>

#include <cstring>

#include <memory/interfaces/context.hpp>
#include <ports/exec.hpp>

namespace phx::task {

Result<std::span<std::byte>> Pile::room() {
    if (last_ == nullptr || last_->used == k_part) {
        Part* const part = TRY(memory::create<Part>(ports::exec::heap(), memory::MaySleep{}));
        (last_ != nullptr ? last_->next : first_) = part;
        last_ = part;
    }
    return std::span{last_->bytes + last_->used, k_part - last_->used};
}

Result<void> Pile::append(std::span<const std::byte> bytes) {
    while (!bytes.empty()) {
        const std::span<std::byte> to = TRY(room());
        const std::size_t count = to.size() < bytes.size() ? to.size() : bytes.size();
        std::memcpy(to.data(), bytes.data(), count);
        grow(count);
        bytes = bytes.subspan(count);
    }
    return {};
}

void Pile::clear() {
    while (Part* const part = first_) {
        first_ = part->next;
        memory::destroy(ports::exec::heap(), part);
    }
    last_ = nullptr;
    size_ = 0;
}

}  // namespace phx::task
