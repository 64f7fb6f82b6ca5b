// Bytes that grow, a page at a time, and are gone through in order.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include <base/result.hpp>

namespace phx::task {

class Pile {
public:
    static constexpr std::size_t k_part = 4080;

    Pile() = default;
    ~Pile() { clear(); }
    Pile(const Pile&) = delete;
    Pile& operator=(const Pile&) = delete;

    [[nodiscard]] std::size_t size() const { return size_; }
    // Room at the end, at least one byte; what is put there counts after grow(). ENOMEM
    Result<std::span<std::byte>> room();
    void grow(std::size_t bytes) {
        last_->used += bytes;
        size_ += bytes;
    }
    Result<void> append(std::span<const std::byte> bytes);
    void clear();

    // From `begin` on, which may be size(): f(bytes) -> Result<void> for each stretch, in order.
    template <class F>
    Result<void> for_each(std::size_t begin, std::size_t size, F&& f) const {
        for (const Part* part = first_; part != nullptr && size != 0; part = part->next) {
            if (begin >= part->used) {
                begin -= part->used;
                continue;
            }
            const std::size_t count = part->used - begin < size ? part->used - begin : size;
            TRY(f(std::span<const std::byte>{part->bytes + begin, count}));
            size -= count;
            begin = 0;
        }
        return {};
    }

private:
    struct Part {
        Part() {}  // the bytes stay as they are
        Part* next = nullptr;
        std::size_t used = 0;
        std::byte bytes[k_part];
    };

    Part* first_ = nullptr;
    Part* last_ = nullptr;
    std::size_t size_ = 0;
};

}  // namespace phx::task
