// Locks on ranges against a model that keeps each byte.
#include <array>
#include <memory>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <fs/file_locks/records.hpp>

namespace phx::fs {
namespace {

constexpr std::size_t k_bytes = 40;

// Which owner has which lock on each byte; 0 none, 1 shared, 2 exclusive.
using Model = std::array<std::array<int, k_bytes + 1>, 3>;  // the last byte stands for all behind

struct Step {
    int owner = 0;
    int kind = 0;
    std::size_t first = 0;
    std::size_t size = 0;  // 0: to the end
};

class Play {
public:
    void run(const Step& step) {
        RecordLock wanted;
        wanted.owner = &owners_[static_cast<std::size_t>(step.owner)];
        wanted.first = step.first;
        const bool to_end = step.size == 0 || step.first + step.size > k_bytes;
        wanted.last = to_end ? INT64_MAX : step.first + step.size - 1;
        wanted.exclusive = step.kind == 2;
        const std::size_t last = to_end ? k_bytes : static_cast<std::size_t>(wanted.last);
        bool conflicts = false;
        for (std::size_t owner = 0; owner < model_.size(); ++owner) {
            for (std::size_t byte = step.first; byte <= last; ++byte) {
                const int held = model_[owner][byte];
                conflicts |= owner != static_cast<std::size_t>(step.owner) && held != 0 && (held == 2 || step.kind == 2);
            }
        }
        if (step.kind != 0) {
            RC_ASSERT((locks_.conflict(wanted) != nullptr) == conflicts);
            if (conflicts) {
                return;
            }
        }
        RecordLocks::Spares spares;
        IntrusiveList<RecordLock> free;
        for (RecordLock*& spare : spares.records) {
            memory_.push_back(std::make_unique<RecordLock>());
            spare = memory_.back().get();
        }
        locks_.apply(wanted, step.kind == 0, spares, free);
        while (free.pop_front() != nullptr) {
        }
        for (std::size_t byte = step.first; byte <= last; ++byte) {
            model_[static_cast<std::size_t>(step.owner)][byte] = step.kind;
        }
        check();
    }

private:
    void check() {
        Model seen{};
        std::uint64_t before = 0;
        locks_.for_each([&](RecordLock& lock) {
            RC_ASSERT(lock.first >= before);
            before = lock.first;
            RC_ASSERT(lock.first <= lock.last);
            const std::size_t owner = static_cast<std::size_t>(static_cast<const char*>(lock.owner) - owners_.data());
            for (std::size_t byte = lock.first; byte <= std::min<std::uint64_t>(lock.last, k_bytes); ++byte) {
                RC_ASSERT(seen[owner][byte] == 0);
                seen[owner][byte] = lock.exclusive ? 2 : 1;
            }
            // As few as can be.
            locks_.for_each([&](RecordLock& other) {
                RC_ASSERT(&other == &lock || other.owner != lock.owner || other.exclusive != lock.exclusive || lock.last == INT64_MAX ||
                          other.first != lock.last + 1);
            });
        });
        RC_ASSERT(seen == model_);
    }

    std::array<char, 3> owners_{};
    RecordLocks locks_;
    Model model_{};
    std::vector<std::unique_ptr<RecordLock>> memory_;
};

RC_GTEST_PROP(RecordLocks, AreWhatEachByteSays, ()) {
    Play play;
    const int steps = *rc::gen::inRange(1, 60);
    for (int i = 0; i < steps; ++i) {
        play.run({*rc::gen::inRange(0, 3), *rc::gen::inRange(0, 3), *rc::gen::inRange<std::size_t>(0, k_bytes),
                  *rc::gen::inRange<std::size_t>(0, 12)});
    }
}

}  // namespace
}  // namespace phx::fs
