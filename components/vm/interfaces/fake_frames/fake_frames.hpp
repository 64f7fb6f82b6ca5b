// Page frames of programs and caches from the host's heap, so that the sanitizers see an access outside of one or after its end. A frame's number is the
// host's address of it: use it with a FakeKernelMap whose distance is 0.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <map>
#include <memory>
#include <mutex>

#include <base/panic.hpp>
#include <vm/interfaces/frames.hpp>

namespace phx::vm {

class FakeFrames {
public:
    constexpr FakeFrames() = default;

    Result<Frame> allocate() {
        const std::lock_guard guard{mutex_};
        if (frames_left_ == 0) {
            return Errno::nomem;
        }
        --frames_left_;
        return make(0xa5);
    }
    FrameRecord* record(Frame frame) {
        const std::lock_guard guard{mutex_};
        Books& books = *books_;
        const auto found = books.records.find(frame);
        return found == books.records.end() ? nullptr : found->second.get();
    }
    Result<FrameRecord*> make_record(Frame frame) {
        const std::lock_guard guard{mutex_};
        auto& record = books().records[frame];
        if (record == nullptr) {
            record = std::make_unique<FrameRecord>();
        }
        return record.get();
    }
    Result<void> share(Frame frame) {
        TRY(make_record(frame))->retain();
        return {};
    }
    bool is_shared(Frame frame) {
        const FrameRecord* of = record(frame);
        return of != nullptr && of->more_owners.load() != 0;
    }
    void release(Frame frame) {
        if (FrameRecord* of = record(frame)) {
            if (of->more_owners.load() != 0 && of->more_owners.fetch_sub(1) != 0) {
                return;
            }
            if (of->cache.load() != nullptr) {
                panic("fake_frames: a cache's page was given back");
            }
        }
        const std::lock_guard guard{mutex_};
        books().records.erase(frame);
        if (books().frames.erase(frame) != 1) {
            panic("fake_frames: not a frame that somebody has");
        }
    }
    Frame zero_page() {
        const std::lock_guard guard{mutex_};
        if (zero_ == Frame{}) {
            zero_ = make(0);
        }
        return zero_;
    }
    void count_cached(std::int64_t count) {
        const std::lock_guard guard{mutex_};
        cached_ += static_cast<std::uint64_t>(count);
    }
    Frame next_record(Frame frame) {
        const std::lock_guard guard{mutex_};
        const auto found = books().records.lower_bound(frame);
        return found == books().records.end() ? Frame{} : found->first;
    }
    std::byte* bytes(Frame frame) { return reinterpret_cast<std::byte*>(frame.address().value()); }
    Result<void*> allocate_node(std::size_t size) {
        const std::lock_guard guard{mutex_};
        if (nodes_left_ == 0) {
            return Errno::nomem;
        }
        --nodes_left_;
        ++nodes_;
        return std::malloc(size);
    }
    void free_node(void* pointer, std::size_t) {
        const std::lock_guard guard{mutex_};
        --nodes_;
        std::free(pointer);
    }
    bool make_room() { return false; }
    FrameStats stats() {
        const std::lock_guard guard{mutex_};
        return {books().frames.size() - (zero_ == Frame{} ? 0 : 1), cached_, books().records.size()};
    }

    // Gives ENOMEM once this many more frames, or nodes, have been given.
    void fail_frames_after(std::uint64_t successes) { frames_left_ = successes; }
    void fail_nodes_after(std::uint64_t successes) { nodes_left_ = successes; }
    [[nodiscard]] std::uint64_t nodes() const { return nodes_; }

private:
    struct Free {
        void operator()(void* page) const { std::free(page); }
    };
    struct Books {
        std::map<Frame, std::unique_ptr<void, Free>> frames;
        std::map<Frame, std::unique_ptr<FrameRecord>> records;
    };

    Books& books() { return *books_; }
    Frame make(int byte) {
        void* page = std::aligned_alloc(k_page_size, k_page_size);
        std::memset(page, byte, k_page_size);
        const Frame frame = Frame::containing(PhysAddr{reinterpret_cast<std::uintptr_t>(page)});
        books().frames.emplace(frame, page);
        return frame;
    }

    // Made when it is first wanted, as a map cannot be constant.
    struct Lazy {
        Books* made = nullptr;
        constexpr Lazy() = default;
        constexpr ~Lazy() { delete made; }
        Books& operator*() {
            if (made == nullptr) {
                made = new Books;
            }
            return *made;
        }
    };

    std::mutex mutex_;
    Lazy books_;
    Frame zero_;
    std::uint64_t cached_ = 0;
    std::uint64_t nodes_ = 0;
    std::uint64_t frames_left_ = std::numeric_limits<std::uint64_t>::max();
    std::uint64_t nodes_left_ = std::numeric_limits<std::uint64_t>::max();
};

}  // namespace phx::vm
