// Tells what a test puts in.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include <memory/interfaces/heap_report.hpp>

namespace phx::memory {

class FakeHeapReport {
public:
    constexpr FakeHeapReport() = default;

    std::size_t sites(std::span<HeapSite> into) {
        std::copy_n(sites_.begin(), std::min(into.size(), sites_.size()), into.begin());
        return sites_.size();
    }
    std::string_view check(std::span<char> text) {
        const std::size_t size = problem_.copy(text.data(), text.size());
        return {text.data(), size};
    }

    void set(std::vector<HeapSite> sites, std::string problem = "") {
        sites_ = std::move(sites);
        problem_ = std::move(problem);
    }
    void reset() { set({}); }

private:
    std::vector<HeapSite> sites_;
    std::string problem_;
};

}  // namespace phx::memory
