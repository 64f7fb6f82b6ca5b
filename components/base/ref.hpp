// Objects with several owners: each holds a Ref, and the last one ends the object.
#pragma once

#include <atomic>
#include <cstdint>
#include <utility>

#include <base/panic.hpp>

namespace phx {

// To derive from. Begins with one reference, that of Ref::adopt. The derived class has `void end()`, which frees it, called once by whoever
// drops the last reference, in that context.
class RefCounted {
public:
    constexpr RefCounted() = default;
    RefCounted(const RefCounted&) = delete;
    RefCounted& operator=(const RefCounted&) = delete;

    // By somebody who has a reference.
    void retain() const { count_.fetch_add(1, std::memory_order_relaxed); }
    // For caches, which find objects that nobody may own any more: false then, and the object must not be touched.
    [[nodiscard]] bool try_retain() const {
        std::uint32_t count = count_.load(std::memory_order_relaxed);
        while (count != 0) {
            if (count_.compare_exchange_weak(count, count + 1, std::memory_order_acquire, std::memory_order_relaxed)) {
                return true;
            }
        }
        return false;
    }
    // True: that was the last.
    [[nodiscard]] bool drop() const {
        const std::uint32_t before = count_.fetch_sub(1, std::memory_order_acq_rel);
        ASSERT(before != 0);
        return before == 1;
    }
    // By a cache that holds one reference, and nobody else does: takes it, so that nobody can retain the object any more. False: somebody does.
    [[nodiscard]] bool try_take_last() const {
        std::uint32_t one = 1;
        return count_.compare_exchange_strong(one, 0, std::memory_order_acq_rel, std::memory_order_relaxed);
    }
    // A hint, but for who knows that nobody else takes one.
    [[nodiscard]] std::uint32_t references() const { return count_.load(std::memory_order_relaxed); }

protected:
    ~RefCounted() = default;

private:
    mutable std::atomic<std::uint32_t> count_{1};
};

// Gives back a reference that the caller has. T derives from RefCounted.
template <class T>
void put(T& object) {
    if (object.drop()) {
        object.end();
    }
}

// T derives from RefCounted.
template <class T>
class Ref {
public:
    constexpr Ref() = default;
    // Shares.
    explicit Ref(T* object) : object_{object} {
        if (object_ != nullptr) {
            object_->retain();
        }
    }
    // Takes over a reference that the caller has, as that of a new object.
    [[nodiscard]] static Ref adopt(T* object) {
        Ref ref;
        ref.object_ = object;
        return ref;
    }
    Ref(const Ref& other) : Ref{other.object_} {}
    Ref(Ref&& other) noexcept : object_{std::exchange(other.object_, nullptr)} {}
    template <class U>
    Ref(Ref<U>&& other) : object_{other.release()} {}  // NOLINT(google-explicit-constructor): to a base
    Ref& operator=(Ref other) noexcept {
        std::swap(object_, other.object_);
        return *this;
    }
    ~Ref() {
        if (object_ != nullptr && object_->drop()) {
            object_->end();
        }
    }

    [[nodiscard]] T* get() const { return object_; }
    [[nodiscard]] T& operator*() const { return *object_; }
    [[nodiscard]] T* operator->() const { return object_; }
    [[nodiscard]] explicit operator bool() const { return object_ != nullptr; }
    // The caller now owns the reference.
    [[nodiscard]] T* release() { return std::exchange(object_, nullptr); }
    friend bool operator==(const Ref& a, const Ref& b) { return a.object_ == b.object_; }

private:
    T* object_ = nullptr;
};

}  // namespace phx
