#include <vm/user_memory/transfer.hpp>

#include <algorithm>
#include <cstring>

namespace phx::vm {

// move(segment's next byte, offset in the whole, size) gives the bytes moved, and is called for each part in turn until one falls short.
template <class Move>
std::size_t Transfer::for_each_part(std::size_t size, Move move) {
    std::size_t done = 0;
    while (done < size) {
        if (segment_.size == 0) {
            if (further_.empty()) {
                break;
            }
            segment_ = further_.front();
            further_ = further_.subspan(1);
            continue;
        }
        const std::size_t part = std::min(segment_.size, size - done);
        const std::size_t now = move(segment_.base, done, part);
        advance(now);
        done += now;
        if (now != part) {
            break;
        }
    }
    return done;
}

Result<std::size_t> Transfer::put_further(const void* from, std::size_t size) {
    if (kernel_ != nullptr) {
        std::memcpy(kernel_, from, size);
        kernel_ += size;
        left_ -= size;
        return size;
    }
    const auto* bytes = static_cast<const std::byte*>(from);
    const std::size_t done =
        for_each_part(size, [&](UserAddr to, std::size_t at, std::size_t part) { return copy_out_some(to, bytes + at, part); });
    return done == 0 ? Result<std::size_t>{Errno::fault} : done;
}

Result<std::size_t> Transfer::take_further(void* to, std::size_t size) {
    if (kernel_ != nullptr) {
        std::memcpy(to, kernel_, size);
        kernel_ += size;
        left_ -= size;
        return size;
    }
    auto* bytes = static_cast<std::byte*>(to);
    const std::size_t done =
        for_each_part(size, [&](UserAddr from, std::size_t at, std::size_t part) { return copy_in_some(bytes + at, from, part); });
    return done == 0 ? Result<std::size_t>{Errno::fault} : done;
}

Result<std::size_t> Transfer::put_zeros(std::size_t size) {
    if (kernel_ != nullptr) {
        std::memset(kernel_, 0, size);
        kernel_ += size;
        left_ -= size;
        return size;
    }
    const std::size_t done = for_each_part(size, [](UserAddr to, std::size_t, std::size_t part) { return clear_some(to, part); });
    return done == 0 && size != 0 ? Result<std::size_t>{Errno::fault} : done;
}

void Transfer::skip(std::size_t size) {
    if (kernel_ != nullptr) {
        kernel_ += size;
        left_ -= size;
        return;
    }
    for_each_part(size, [](UserAddr, std::size_t, std::size_t part) { return part; });
}

std::size_t Transfer::put_now(const void* from, std::size_t size) {
    if (kernel_ != nullptr) {
        return *put_further(from, size);
    }
    const auto* bytes = static_cast<const std::byte*>(from);
    return for_each_part(size, [&](UserAddr to, std::size_t at, std::size_t part) { return copy_out_now(to, bytes + at, part); });
}

std::size_t Transfer::take_now(void* to, std::size_t size) {
    if (kernel_ != nullptr) {
        return *take_further(to, size);
    }
    auto* bytes = static_cast<std::byte*>(to);
    return for_each_part(size, [&](UserAddr from, std::size_t at, std::size_t part) { return copy_in_now(bytes + at, from, part); });
}

Result<void> Transfer::bring_in(bool for_put) {
    while (segment_.size == 0 && !further_.empty()) {
        segment_ = further_.front();
        further_ = further_.subspan(1);
    }
    return is_user() && left_ != 0 ? vm::bring_in(segment_.base, for_put) : Result<void>{};
}

}  // namespace phx::vm
