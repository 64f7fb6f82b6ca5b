// Whole pages on the host; which of them were made fit to be executed is remembered.
#pragma once

#include <cstddef>
#include <cstring>
#include <mutex>
#include <set>

#include <base/types.hpp>

namespace phx::arch {

namespace host {
inline std::mutex executable_mutex;
inline std::set<const void*> executable_pages;  // contents in sync with what was written when they were synced
}  // namespace host

inline void clear_page(void* page) { std::memset(page, 0, k_page_size); }
inline void copy_page(void* to, const void* from) { std::memcpy(to, from, k_page_size); }
inline void sync_instructions(const void* page) {
    const std::lock_guard guard{host::executable_mutex};
    host::executable_pages.insert(page);
}

}  // namespace phx::arch
