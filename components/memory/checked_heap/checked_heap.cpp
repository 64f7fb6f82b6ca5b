#include <memory/checked_heap/checked_heap.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <memory>

#include <arch/cpu.hpp>
#include <arch/image.hpp>
#include <base/format.hpp>
#include <base/panic.hpp>
#include <base/types.hpp>
#include <memory/interfaces/context.hpp>
#include <ports/checked_heap.hpp>

namespace phx::memory {
namespace {

constexpr std::uint8_t k_new = 0xa5;
constexpr std::uint8_t k_freed = 0x5a;
constexpr std::uint8_t k_red = 0xfe;

constexpr std::size_t k_alignment = 16;
constexpr std::size_t k_red_zone = params::checked_heap::red_zone;
static_assert(k_red_zone % k_alignment == 0, "checked_heap's red_zone must be a multiple of 16");

constexpr std::uint64_t k_stack_reach = 64 * KiB;
constexpr std::uint64_t k_instruction = 4;

// The caller's own frame record is sound; those above it are followed as far as they look like records on one of the kernel's stacks
// (AAPCS64, 6.4.6).
AllocationTrace walk(const std::uint64_t* frame) {
    AllocationTrace trace{};
    for (std::uintptr_t& address : trace) {
        address = frame[1];
        const auto* next = reinterpret_cast<const std::uint64_t*>(frame[0]);
        const VirtAddr at{frame[0]};
        const std::uint64_t distance = frame[0] - reinterpret_cast<std::uintptr_t>(frame);
        const bool same_kind = (at < arch::k_window_base) == (VirtAddr{reinterpret_cast<std::uintptr_t>(frame)} < arch::k_window_base);
        if (at < arch::k_linear_base || !same_kind || !at.is_aligned(16) || distance == 0 || distance > k_stack_reach) {
            break;
        }
        frame = next;
    }
    return trace;
}

// The first byte from `begin` on that is not `expected`; `end` if there is none.
const std::uint8_t* first_other(const std::uint8_t* begin, const std::uint8_t* end, std::uint8_t expected) {
    return std::find_if(begin, end, [expected](std::uint8_t byte) { return byte != expected; });
}

// Text in pieces, cut at the buffer's end.
class Text {
public:
    explicit Text(std::span<char> buffer) : buffer_{buffer} {}

    template <Formattable... Args>
    void add(FormatString<std::type_identity_t<Args>...> format, const Args&... args) {
        size_ += format_to(buffer_.subspan(size_), format, args...).size();
    }
    void add_place(std::uintptr_t address) {
        if (auto* symbols = ports::checked_heap::symbols()) {
            if (const auto symbol = symbols->find(VirtAddr{address - k_instruction})) {
                add(" {}+{:#x}", symbol->name, symbol->offset + k_instruction);
                return;
            }
        }
        add(" {:#x}", address);
    }
    [[nodiscard]] std::string_view text() const { return {buffer_.data(), size_}; }

private:
    std::span<char> buffer_;
    std::size_t size_ = 0;
};

[[noreturn, gnu::cold, gnu::noinline]] void reject(std::string_view reason, const void* pointer, std::size_t size) {
    std::array<char, 96> text;
    panic(format_to(text, "{}: {:#x}, {} bytes", reason, reinterpret_cast<std::uintptr_t>(pointer), size));
}

}  // namespace

// --- records

std::uint8_t* CheckedHeap::Record::object() {
    return reinterpret_cast<std::uint8_t*>(this + 1) + k_red_zone;
}
bool CheckedHeap::Record::is(State state) {
    return tag == (static_cast<std::uint64_t>(state) ^ reinterpret_cast<std::uintptr_t>(this));
}
void CheckedHeap::Record::set(State state) {
    tag = static_cast<std::uint64_t>(state) ^ reinterpret_cast<std::uintptr_t>(this);
}

CheckedHeap::Record& CheckedHeap::record_of(void* object) {
    return *reinterpret_cast<Record*>(static_cast<std::uint8_t*>(object) - k_red_zone - sizeof(Record));
}

std::size_t CheckedHeap::block_size(const Record& record) {
    return record.front + record.size + k_red_zone;
}

CheckedHeap::Problem CheckedHeap::examine(Record& record) {
    const std::uint8_t* object = record.object();
    const std::uint8_t* end = object + record.size;
    if (const auto* at = first_other(object - k_red_zone, object, k_red); at != object) {
        return {"written before its start", at - object};
    }
    if (const auto* at = first_other(end, end + k_red_zone, k_red); at != end + k_red_zone) {
        return {"written behind its end", at - object};
    }
    if (record.is(State::freed)) {
        if (const auto* at = first_other(object, end, k_freed); at != end) {
            return {"written after it was freed", at - object};
        }
    }
    return {"", 0};
}

std::string_view CheckedHeap::describe(std::span<char> buffer, Problem problem, Record& record) {
    Text text{buffer};
    text.add("heap object {:#x} of {} bytes {}", reinterpret_cast<std::uintptr_t>(record.object()), record.size, problem.what);
    if (problem.at != 0 || problem.what.starts_with("written")) {
        text.add(", at byte {}", static_cast<std::int64_t>(problem.at));
    }
    text.add("; allocated by");
    for (const std::uintptr_t address : record.trace) {
        if (address != 0) {
            text.add_place(address);
        }
    }
    return text.text();
}

void CheckedHeap::report(Problem problem, Record& record) {
    std::array<char, 600> text;
    panic(describe(text, problem, record));
}

// --- Heap

Result<void*> CheckedHeap::allocate(std::size_t size, std::size_t alignment) {
    if (size == 0 || !std::has_single_bit(alignment) || alignment > k_page_size) {
        return Errno::inval;
    }
    if (size > max_size) {
        return Errno::nomem;
    }
    alignment = std::max(alignment, k_alignment);
    const std::size_t front = align_up(sizeof(Record) + k_red_zone, alignment);
    auto* block = static_cast<std::uint8_t*>(TRY(ports::checked_heap::backing().allocate(front + size + k_red_zone, alignment)));
    std::uint8_t* object = block + front;
    std::memset(block, k_red, front);
    std::memset(object, k_new, size);
    std::memset(object + size, k_red, k_red_zone);
    Record* record = std::construct_at(&record_of(object));
    record->size = size;
    record->front = static_cast<std::uint32_t>(front);
    record->trace = walk(arch::frame_record());
    const SpinGuard guard{lock_};
    record->set(State::live);
    live_.push_back(*record);
    ++stats_.live_objects;
    stats_.live_bytes += size;
    return object;
}

// From here on it is nobody's; of two who free it at once, one is found here.
CheckedHeap::Record& CheckedHeap::begin_free(void* pointer, std::size_t size) {
    if (pointer == nullptr || reinterpret_cast<std::uintptr_t>(pointer) % k_alignment != 0) {
        reject("freed object was not allocated", pointer, size);
    }
    Record& record = record_of(pointer);
    const SpinGuard guard{lock_};
    if (record.is(State::freed)) {
        report({"freed twice", 0}, record);
    }
    if (!record.is(State::live)) {
        reject("freed object was not allocated", pointer, size);
    }
    if (record.size != size) {
        report({"freed with another size", 0}, record);
    }
    record.set(State::freed);
    IntrusiveList<Record>::remove(record);
    --stats_.live_objects;
    stats_.live_bytes -= size;
    return record;
}

void CheckedHeap::free(void* pointer, std::size_t size) {
    Record& record = begin_free(pointer, size);
    std::memset(record.object(), k_freed, size);
    if (const Problem problem = examine(record); !problem.what.empty()) {
        report(problem, record);
    }
    {
        const SpinGuard guard{lock_};
        quarantine_.push_back(record);
        quarantined_ += block_size(record);
    }
    while (Record* oldest = make_way()) {
        if (const Problem problem = examine(*oldest); !problem.what.empty()) {
            report(problem, *oldest);
        }
        release(*oldest);
    }
}

// The oldest in quarantine, taken out, if it holds more than it may.
CheckedHeap::Record* CheckedHeap::make_way() {
    const SpinGuard guard{lock_};
    if (quarantined_ <= params::checked_heap::quarantine) {
        return nullptr;
    }
    Record* oldest = quarantine_.pop_front();
    quarantined_ -= block_size(*oldest);
    return oldest;
}

void CheckedHeap::release(Record& record) {
    const std::size_t size = block_size(record);
    std::uint8_t* block = record.object() - record.front;
    record.tag = 0;
    ports::checked_heap::backing().free(block, size);
}

HeapStats CheckedHeap::stats() const {
    const std::uint64_t backing = ports::checked_heap::backing().stats().backing_bytes;
    const SpinGuard guard{lock_};
    return {stats_.live_objects, stats_.live_bytes, backing};
}

std::size_t CheckedHeap::make_room(std::size_t frames_wanted) {
    return memory::make_room(ports::checked_heap::backing(), frames_wanted);
}

// --- HeapReport

std::size_t CheckedHeap::sites(std::span<HeapSite> into) {
    std::size_t found = 0;
    {
        const SpinGuard guard{lock_};
        for (Record& record : live_) {
            const auto known = into.first(std::min(found, into.size()));
            auto site = std::ranges::find(known, record.trace, &HeapSite::trace);
            if (site == known.end()) {
                if (found == into.size()) {
                    return found + 1;  // more than there is room for: the first ones will do
                }
                site = into.begin() + static_cast<std::ptrdiff_t>(found++);
                *site = {record.trace, 0, 0};
            }
            ++site->objects;
            site->bytes += record.size;
        }
    }
    std::ranges::sort(into.first(found), std::ranges::greater{}, &HeapSite::bytes);
    return found;
}

std::string_view CheckedHeap::check(std::span<char> text) {
    const SpinGuard guard{lock_};
    for (IntrusiveList<Record>* list : {&live_, &quarantine_}) {
        for (Record& record : *list) {
            if (const Problem problem = examine(record); !problem.what.empty()) {
                return describe(text, problem, record);
            }
        }
    }
    return "";
}

}  // namespace phx::memory
