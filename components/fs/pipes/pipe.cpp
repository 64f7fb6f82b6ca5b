#include <fs/pipes/pipe.hpp>

#include <algorithm>
#include <cstring>

#include <memory/interfaces/context.hpp>
#include <ports/pipes.hpp>

namespace phx::fs {

struct PipeMaker {
    static Pipe* at(void* memory) { return ::new (memory) Pipe{}; }
    static void end(Pipe* pipe) { pipe->~Pipe(); }
};

namespace {

[[nodiscard]] auto& heap() { return ports::pipes::heap(); }

Result<std::byte**> make_slots(std::size_t capacity) {
    const std::size_t bytes = capacity / k_page_size * sizeof(std::byte*);
    void* const slots = TRY(memory::allocate(heap(), bytes, alignof(std::byte*), memory::MaySleep{}));
    std::memset(slots, 0, bytes);
    return static_cast<std::byte**>(slots);
}

}  // namespace

Result<Pipe*> Pipe::create(std::size_t capacity) {
    std::byte** const slots = TRY(make_slots(capacity));
    const Result<void*> memory = memory::allocate(heap(), sizeof(Pipe), alignof(Pipe), memory::MaySleep{});
    if (!memory) {
        heap().free(slots, capacity / k_page_size * sizeof(std::byte*));
        return memory.error();
    }
    Pipe* const pipe = PipeMaker::at(*memory);
    const MutexGuard guard{pipe->mutex_};
    pipe->pages_ = slots;
    pipe->capacity_.store(capacity, std::memory_order_relaxed);
    return pipe;
}

[[clang::no_thread_safety_analysis]] void Pipe::destroy() {
    const std::size_t count = capacity() / k_page_size;
    for (std::size_t i = 0; i < count; ++i) {
        if (pages_[i] != nullptr) {
            heap().free(pages_[i], k_page_size);
        }
    }
    if (spare_ != nullptr) {
        heap().free(spare_, k_page_size);
    }
    heap().free(pages_, count * sizeof(std::byte*));
    PipeMaker::end(this);
    heap().free(this, sizeof(Pipe));
}

// --- pages

Result<std::byte*> Pipe::page_at(std::size_t position) {
    std::byte*& page = *slot(position);
    if (page == nullptr) {
        page = spare_ != nullptr ? std::exchange(spare_, nullptr)
                                 : static_cast<std::byte*>(TRY(memory::allocate(heap(), k_page_size, 8, memory::MaySleep{})));
    }
    return page;
}

// The last byte of a page has been read, unless bytes of the next round are at its beginning already.
void Pipe::leave_page(std::size_t position) {
    if (head_.load(std::memory_order_relaxed) - align_down(position, k_page_size) > capacity()) {
        return;
    }
    std::byte*& page = *slot(position);
    if (spare_ == nullptr) {
        spare_ = page;
    } else {
        heap().free(page, k_page_size);
    }
    page = nullptr;
}

// As many as there is room for, up to `size`. What arrived before a fault stays.
Result<std::size_t> Pipe::put(Transfer& from, std::size_t size) {
    std::size_t done = 0;
    while (done < size) {
        const std::size_t head = head_.load(std::memory_order_relaxed);
        const std::size_t at = head % k_page_size;
        const Result<std::byte*> page = page_at(head);
        if (!page) {
            return done != 0 ? Result<std::size_t>{done} : page.error();
        }
        const std::size_t part = std::min(size - done, k_page_size - at);
        const Result<std::size_t> moved = from.take(*page + at, part);
        if (!moved) {
            return done != 0 ? Result<std::size_t>{done} : moved;
        }
        head_.store(head + *moved, std::memory_order_release);
        done += *moved;
        if (*moved < part) {
            break;
        }
    }
    return done;
}

Result<std::size_t> Pipe::take(Transfer& to, std::size_t size) {
    std::size_t done = 0;
    while (done < size) {
        const std::size_t tail = tail_.load(std::memory_order_relaxed);
        const std::size_t at = tail % k_page_size;
        const std::size_t part = std::min(size - done, k_page_size - at);
        const Result<std::size_t> moved = to.put(*slot(tail) + at, part);
        if (!moved) {
            return done != 0 ? Result<std::size_t>{done} : moved;
        }
        if (at + *moved == k_page_size) {
            leave_page(tail);
        }
        tail_.store(tail + *moved, std::memory_order_release);
        done += *moved;
        if (*moved < part) {
            break;
        }
    }
    return done;
}

Result<void> Pipe::resize(std::size_t capacity) {
    const MutexGuard guard{mutex_};
    if (capacity < size()) {
        return Errno::busy;
    }
    std::byte** const slots = TRY(make_slots(capacity));
    const auto drop = [](std::byte** pages, std::size_t bytes) {
        for (std::size_t i = 0; i < bytes / k_page_size; ++i) {
            if (pages[i] != nullptr) {
                heap().free(pages[i], k_page_size);
            }
        }
        heap().free(pages, bytes / k_page_size * sizeof(std::byte*));
    };
    const std::size_t head = head_.load(std::memory_order_relaxed);
    for (std::size_t position = tail_.load(std::memory_order_relaxed); position < head;) {
        const std::size_t at = position % k_page_size;
        const std::size_t part = std::min(head - position, k_page_size - at);
        std::byte*& page = slots[position / k_page_size % (capacity / k_page_size)];
        if (page == nullptr) {
            const Result<void*> made = memory::allocate(heap(), k_page_size, 8, memory::MaySleep{});
            if (!made) {
                drop(slots, capacity);
                return made.error();
            }
            page = static_cast<std::byte*>(*made);
        }
        std::memcpy(page + at, *slot(position) + at, part);
        position += part;
    }
    drop(pages_, this->capacity());
    pages_ = slots;
    capacity_.store(capacity, std::memory_order_relaxed);
    wake(waiting_writers_);
    return {};
}

// --- waiting

// The count is seen by whoever changes what is waited for, or the change by the predicate: both have a fence in between.
template <class Predicate>
bool Pipe::wait(Waiters& waiters, Predicate until) {
    waiters.count.fetch_add(1, std::memory_order_seq_cst);
    bool met = false;
    {
        SpinGuard guard{wait_lock_};
        met = waiters.queue.wait_interruptible(guard, until);
    }
    waiters.count.fetch_sub(1, std::memory_order_relaxed);
    return met;
}

void Pipe::wake(Waiters& waiters) {
    std::atomic_thread_fence(std::memory_order_seq_cst);
    if (waiters.count.load(std::memory_order_relaxed) != 0) {
        SpinGuard guard{wait_lock_};
        waiters.queue.wake_all(guard);
    }
}

// --- reading and writing

Result<std::size_t> Pipe::read(Transfer& to, bool nonblocking) {
    if (to.left() == 0) {
        return std::size_t{0};
    }
    for (;;) {
        if (const std::size_t there = size(); there != 0) {
            std::size_t done = 0;
            bool was_full = false;
            {
                const MutexGuard guard{mutex_};
                const std::size_t now = size();
                was_full = capacity() - now < k_atomic;
                done = TRY(take(to, std::min(now, to.left())));
            }
            if (done != 0) {
                wake(waiting_writers_);
                if (was_full) {
                    source_.notify(POLLOUT | POLLWRNORM);
                }
                return done;
            }
            continue;  // another reader was faster
        }
        if (writers_.load(std::memory_order_acquire) == 0) {
            if (size() != 0) {
                continue;
            }
            return std::size_t{0};
        }
        if (nonblocking) {
            return Errno::again;
        }
        if (!wait(waiting_readers_, [this] { return size() != 0 || writers_.load(std::memory_order_acquire) == 0; })) {
            return Errno::restart_sys;
        }
    }
}

// Up to PIPE_BUF bytes arrive in one piece; more may be parted by others' (pipe(7)).
Result<std::size_t> Pipe::write(Transfer& from, bool nonblocking) {
    std::size_t done = 0;
    const std::size_t least = from.left() <= k_atomic ? from.left() : 1;
    while (from.left() != 0) {
        if (readers_.load(std::memory_order_acquire) == 0) {
            return done != 0 ? Result<std::size_t>{done} : Errno::pipe;
        }
        const std::size_t needed = done == 0 ? least : 1;
        std::size_t put = 0;
        bool was_empty = false;
        if (room() >= needed) {
            const MutexGuard guard{mutex_};
            if (const std::size_t room = this->room(); room >= needed) {
                was_empty = size() == 0;
                const Result<std::size_t> some = this->put(from, std::min(room, from.left()));
                if (!some) {
                    return done != 0 ? Result<std::size_t>{done} : some;
                }
                put = *some;
            }
        }
        if (put != 0) {
            done += put;
            wake(waiting_readers_);
            if (was_empty) {
                source_.notify(POLLIN | POLLRDNORM);
            }
            continue;
        }
        if (nonblocking) {
            return done != 0 ? Result<std::size_t>{done} : Errno::again;
        }
        if (!wait(waiting_writers_, [this, needed] { return room() >= needed || readers_.load(std::memory_order_acquire) == 0; })) {
            return done != 0 ? Result<std::size_t>{done} : Errno::restart_sys;
        }
    }
    return done;
}

// Linux fs/pipe.c, pipe_poll: no hang-up before there was a writer since the reader came.
PollEvents Pipe::poll(PollRegistrar* registrar, bool reads, bool writes, std::uint32_t writers_before) {
    if (registrar != nullptr) {
        registrar->watch(source_);
    }
    PollEvents events = 0;
    if (reads) {
        events |= size() != 0 ? POLLIN | POLLRDNORM : 0;
        events |= writers_.load(std::memory_order_acquire) == 0 && writers_ever() != writers_before ? POLLHUP : 0;
    }
    if (writes) {
        events |= room() >= k_atomic ? POLLOUT | POLLWRNORM : 0;
        events |= readers() == 0 ? POLLERR : 0;
    }
    return events;
}

// --- ends

Pipe::Seen Pipe::open(bool reads, bool writes) {
    Seen seen;
    {
        SpinGuard guard{wait_lock_};
        seen = {readers_ever_, writers_ever_.load(std::memory_order_relaxed)};
        if (reads) {
            readers_.fetch_add(1, std::memory_order_acq_rel);
            ++readers_ever_;
            waiting_writers_.queue.wake_all_locked();
        }
        if (writes) {
            writers_.fetch_add(1, std::memory_order_acq_rel);
            writers_ever_.fetch_add(1, std::memory_order_acq_rel);
            waiting_readers_.queue.wake_all_locked();
        }
    }
    sync::run_unparked();
    return seen;
}

void Pipe::close(bool reads, bool writes) {
    const bool last_reader = reads && readers_.fetch_sub(1, std::memory_order_acq_rel) == 1;
    const bool last_writer = writes && writers_.fetch_sub(1, std::memory_order_acq_rel) == 1;
    if (last_reader) {
        wake(waiting_writers_);
    }
    if (last_writer) {
        wake(waiting_readers_);
    }
    if (last_reader || last_writer) {
        source_.notify(POLLHUP | POLLERR | POLLIN | POLLRDNORM | POLLOUT | POLLWRNORM);
    }
}

Result<void> Pipe::wait_for_writer(Seen before) {
    const auto came = [&] { return writers_.load(std::memory_order_acquire) != 0 || writers_ever() != before.writers; };
    return wait(waiting_readers_, came) ? Result<void>{} : Errno::restart_sys;
}

Result<void> Pipe::wait_for_reader(Seen before) {
    const auto came = [&]() __attribute__((no_thread_safety_analysis)) { return readers() != 0 || readers_ever_ != before.readers; };
    return wait(waiting_writers_, came) ? Result<void>{} : Errno::restart_sys;
}

}  // namespace phx::fs
