#include <task/exec/stack.hpp>

#include <cstring>
#include <span>

#include <linux/auxvec.h>
#include <ports/exec.hpp>

namespace phx::task {
namespace {

constexpr std::string_view k_platform{"aarch64\0", 8};
constexpr std::uint64_t k_end = sizeof(std::uint64_t);  // zeros at the very top, as on Linux

Result<void> put(vm::AddressSpace& space, UserAddr at, std::span<const std::byte> bytes) {
    return ports::exec::memory().write(space, at, bytes) == bytes.size() ? Result<void>{} : Errno::fault;
}

// Numbers that go to one place after the other, several at a time.
class Numbers {
public:
    Numbers(vm::AddressSpace& space, UserAddr at) : space_{space}, at_{at} {}
    Result<void> add(std::uint64_t number) {
        if (count_ == numbers_.size()) {
            TRY(flush());
        }
        numbers_[count_++] = number;
        return {};
    }
    Result<void> flush() {
        const auto bytes = std::as_bytes(std::span{numbers_}.first(count_));
        TRY(put(space_, at_, bytes));
        at_ += bytes.size();
        count_ = 0;
        return {};
    }

private:
    vm::AddressSpace& space_;
    UserAddr at_;
    std::size_t count_ = 0;
    std::array<std::uint64_t, 64> numbers_;
};

// The words themselves, from `at` on; what comes after them.
Result<UserAddr> put_words(vm::AddressSpace& space, UserAddr at, const Words& words) {
    TRY(words.for_each_stretch([&](std::span<const std::byte> bytes) -> Result<void> {
        TRY(put(space, at, bytes));
        at += bytes.size();
        return {};
    }));
    return at;
}

Result<UserAddr> add_pointers(Numbers& numbers, UserAddr at, const Words& words) {
    TRY(words.for_each_length([&](std::uint32_t length) -> Result<void> {
        TRY(numbers.add(at.value()));
        at += length;
        return {};
    }));
    return at;
}

[[nodiscard]] std::uint64_t words_size(const StackContents& contents) {
    return contents.before->size() + contents.arguments->size() + contents.environment->size() + contents.path.size() + 1 + k_end;
}

// argc, two arrays with their ends, the vector with AT_RANDOM, AT_EXECFN, AT_PLATFORM and its end.
[[nodiscard]] std::uint64_t numbers_size(const StackContents& contents) {
    const std::size_t pointers = contents.before->count() + contents.arguments->count() + contents.environment->count();
    return (1 + pointers + 2 + (contents.vector->count + 4) * 2) * sizeof(std::uint64_t);
}

}  // namespace

std::uint64_t stack_size(const StackContents& contents) {
    constexpr std::uint64_t k_between = 64;  // the platform's name, random bytes, alignment
    return words_size(contents) + contents.shift + k_between + numbers_size(contents);
}

Result<UserAddr> write_stack(vm::AddressSpace& space, UserAddr top, const StackContents& contents, vm::SpaceLayout& layout) {
    const std::size_t count = contents.before->count() + contents.arguments->count();
    layout.stack_begin = top - words_size(contents);
    layout.arguments_begin = layout.stack_begin;
    UserAddr at = TRY(put_words(space, layout.arguments_begin, *contents.before));
    layout.arguments_end = TRY(put_words(space, at, *contents.arguments));
    layout.environment_begin = layout.arguments_end;
    layout.environment_end = TRY(put_words(space, layout.environment_begin, *contents.environment));
    const UserAddr path = layout.environment_end;
    TRY(put(space, path, std::as_bytes(std::span{contents.path})));  // zeros follow

    // The platform's name and the random bytes, together.
    std::array<std::byte, 24> between;
    const UserAddr random = (layout.arguments_begin - contents.shift - between.size()).aligned_down(16);
    const UserAddr platform = random + contents.random.size();
    std::memcpy(between.data(), contents.random.data(), contents.random.size());
    std::memcpy(between.data() + contents.random.size(), k_platform.data(), k_platform.size());
    TRY(put(space, random, between));

    const UserAddr pointer = (random - numbers_size(contents)).aligned_down(16);
    Numbers numbers{space, pointer};
    TRY(numbers.add(count));
    at = TRY(add_pointers(numbers, layout.arguments_begin, *contents.before));
    TRY(add_pointers(numbers, at, *contents.arguments));
    TRY(numbers.add(0));
    TRY(add_pointers(numbers, layout.environment_begin, *contents.environment));
    TRY(numbers.add(0));
    AuxiliaryVector& vector = *contents.vector;
    const std::array<AuxiliaryVector::Entry, 4> own{
        {{AT_RANDOM, random.value()}, {AT_EXECFN, path.value()}, {AT_PLATFORM, platform.value()}, {AT_NULL, 0}}};
    for (const std::span<const AuxiliaryVector::Entry> entries : {std::span<const AuxiliaryVector::Entry>{vector.entries}.first(vector.count), std::span<const AuxiliaryVector::Entry>{own}}) {
        for (const AuxiliaryVector::Entry& entry : entries) {
            TRY(numbers.add(entry.type));
            TRY(numbers.add(entry.value));
        }
    }
    TRY(numbers.flush());
    return pointer;
}

}  // namespace phx::task
