// Looking at an address space from outside: its bytes, what lies where, how large it is.
#include <algorithm>
#include <cstring>

#include <asm-generic/mman.h>
#include <vm/virtual_memory/areas.hpp>
#include <vm/virtual_memory/tables.hpp>
#include <vm/virtual_memory/virtual_memory.hpp>

namespace phx::vm {
namespace {

// Calls f(bytes of the page) once the program could do that access there; false: it cannot.
template <class F>
bool with_page(MemoryManager& memory, AddressSpace& space, UserAddr at, Access access, F f) {
    for (;;) {
        {
            const ReadGuard shared{space.lock};
            const SpinGuard guard{space.tables_lock};
            const Entry* const entry = tables().find(space.table, at);
            if (entry != nullptr && !entry->is_empty()) {
                const Translation page = entry->get();
                if (has(page.rights, access == Access::write ? Rights::write : Rights::read)) {
                    f(frames().bytes(page.frame));
                    return true;
                }
            }
        }
        if (memory.fault(space, at, access) != FaultEnd::resolved) {
            return false;
        }
    }
}

// Calls f(bytes, part) for the parts of the range in turn; how many bytes were done.
template <class F>
std::size_t for_each_part(MemoryManager& memory, AddressSpace& space, UserAddr at, std::size_t size, Access access, F f) {
    std::size_t done = 0;
    while (done < size) {
        const std::size_t in = (at + done).value() & (k_page_size - 1);
        const std::size_t part = std::min(k_page_size - in, size - done);
        if (!with_page(memory, space, (at + done).aligned_down(k_page_size), access, [&](std::byte* bytes) { f(bytes + in, done, part); })) {
            break;
        }
        done += part;
    }
    return done;
}

[[nodiscard]] std::string_view name_of(const AddressSpace& space, const Area& area) {
    if (area.kind.is_special()) {
        return area.kind.name;
    }
    if (area.kind.memory) {
        return "/dev/zero (deleted)";
    }
    if (area.kind.cache != nullptr) {
        return "";
    }
    const SpaceLayout& layout = space.layout;
    if (area.begin <= layout.break_end && area.end >= layout.break_begin && layout.break_begin != UserAddr{}) {
        return "[heap]";
    }
    return area.begin <= layout.stack_begin && area.end >= layout.stack_begin ? "[stack]" : "";
}

void count_pages(AddressSpace& space, const Area& area, AreaInfo& info) {
    for_each_entry(space, area.begin, area.end, [&info](UserAddr, const Entry& entry, Removal&) {
        const Translation page = entry.get();
        if (page.kind != PageKind::lasting || page.frame != frames().zero_page()) {
            ++info.resident;
            info.anonymous += page.kind == PageKind::anonymous ? 1 : 0;
            info.shared_pages += page.kind == PageKind::lasting || frames().is_shared(page.frame) ? 1 : 0;
        }
    });
}

}  // namespace

Result<void> MemoryManager::bring_in(AddressSpace& space, UserAddr at, std::uint64_t size, Access access) {
    const UserAddr end = at + size;
    for (at = at.aligned_down(k_page_size); at < end; at += k_page_size) {
        if (!with_page(*this, space, at, access, [](std::byte*) {})) {
            return Errno::fault;
        }
    }
    return {};
}

std::size_t MemoryManager::read(AddressSpace& space, UserAddr at, std::span<std::byte> to) {
    return for_each_part(*this, space, at, to.size(), Access::read,
                         [&](const std::byte* bytes, std::size_t offset, std::size_t size) { std::memcpy(to.data() + offset, bytes, size); });
}

std::size_t MemoryManager::write(AddressSpace& space, UserAddr at, std::span<const std::byte> from) {
    return for_each_part(*this, space, at, from.size(), Access::write,
                         [&](std::byte* bytes, std::size_t offset, std::size_t size) { std::memcpy(bytes, from.data() + offset, size); });
}

// Private memory is a program's own even where it shows a file's page still.
Result<MemoryPlace> MemoryManager::identify(AddressSpace& space, UserAddr at) {
    const ReadGuard guard{space.lock};
    const Area* const area = space.areas.find(at);
    if (area == nullptr) {
        return Errno::fault;
    }
    if (area->kind.shared && area->kind.cache != nullptr) {
        return MemoryPlace{area->kind.cache, (area->index_of(at) << k_page_shift) + (at.value() & (k_page_size - 1))};
    }
    return MemoryPlace{&space, at.value()};
}

// The parts are not of one moment.
SpaceUsage MemoryManager::usage(AddressSpace& space) {
    space.note_peak();
    const SpaceLayout& layout = space.layout;
    return {.size = space.pages,
            .resident = space.resident(),
            .shared = space.cached.load(std::memory_order_relaxed),
            .text = pages_of(layout.code_end.aligned_up(k_page_size) - layout.code_begin.aligned_down(k_page_size)),
            .data = space.data_pages,
            .stack = space.stack_pages,
            .locked = space.locked_pages,
            .peak_size = space.peak_pages,
            .peak_resident = space.peak_resident.load(std::memory_order_relaxed),
            .tables = space.table.tables.load(std::memory_order_relaxed)};
}

void MemoryManager::visit(AddressSpace& space, AreaVisitor& visitor) {
    const ReadGuard guard{space.lock};
    for (Area* area = space.areas.first(); area != nullptr; area = space.areas.next(*area)) {
        AreaInfo info{.begin = area->begin,
                      .end = area->end,
                      .protection = area->kind.protection,
                      .shared = area->kind.shared,
                      .locked = area->kind.locked,
                      .offset = area->kind.file ? area->first_page << k_page_shift : 0,
                      .file = area->kind.file.get(),
                      .name = name_of(space, *area)};
        if (visitor.counts_pages()) {
            count_pages(space, *area, info);
        }
        visitor.area(info);
    }
}

}  // namespace phx::vm
