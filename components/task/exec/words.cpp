#include <task/exec/words.hpp>

#include <cstring>
#include <span>

#include <vm/user_memory/user_memory.hpp>

namespace phx::task {

static_assert(Pile::k_part % sizeof(std::uint32_t) == 0, "a length lies in one part");

Result<void> Words::note(std::size_t length) {
    ++count_;
    const auto word = static_cast<std::uint32_t>(length);
    return lengths_.append(std::as_bytes(std::span{&word, 1}));
}

Result<void> Words::add(std::string_view word) {
    if (word.size() >= k_longest || bytes_.size() + word.size() + 1 + (count_ + 1) * sizeof(std::uint64_t) > limit_) {
        return Errno::toobig;
    }
    constexpr char end = '\0';
    TRY(bytes_.append(std::as_bytes(std::span{word})));
    TRY(bytes_.append(std::as_bytes(std::span{&end, 1})));
    return note(word.size() + 1);
}

// A part after the other, as the word may be longer than the room at the end.
Result<void> Words::add_from(UserPtr<const char> word) {
    std::size_t length = 0;
    for (;;) {
        const std::span<std::byte> room = TRY(bytes_.room());
        const std::span<char> to{reinterpret_cast<char*>(room.data()), room.size()};
        const Result<std::string_view> part = vm::string_in(to, word + length);
        if (!part && part.error() != Errno::nametoolong) {
            return part.error();
        }
        const std::size_t size = part ? part->size() + 1 : to.size();
        bytes_.grow(size);
        length += size;
        if (length > k_longest || bytes_.size() + (count_ + 1) * sizeof(std::uint64_t) > limit_) {
            return Errno::toobig;
        }
        if (part) {
            return note(length);
        }
    }
}

Result<void> Words::add_all_from(UserPtr<const std::uint64_t> array) {
    if (array.is_null()) {
        return {};
    }
    for (std::uint64_t i = 0;; ++i) {
        const std::uint64_t word = TRY(vm::read(array + i));
        if (word == 0) {
            return {};
        }
        TRY(add_from(UserPtr<const char>{word}));
    }
}

void Words::drop_first() {
    if (count_ == 0) {
        return;
    }
    std::uint32_t length = 0;
    static_cast<void>(lengths_.for_each(dropped_ * sizeof(length), sizeof(length), [&](std::span<const std::byte> bytes) -> Result<void> {
        std::memcpy(&length, bytes.data(), sizeof(length));
        return {};
    }));
    --count_;
    ++dropped_;
    dropped_bytes_ += length;
}

}  // namespace phx::task
