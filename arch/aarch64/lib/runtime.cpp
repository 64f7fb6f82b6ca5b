// What the C++ library and compiler call by name.
#include <cstddef>

#include <base/panic.hpp>

_LIBCPP_BEGIN_NAMESPACE_STD
[[noreturn]] void __libcpp_verbose_abort(const char*, ...) {
    phx::panic("C++ library precondition");
}
_LIBCPP_END_NAMESPACE_STD

extern "C" [[noreturn]] void abort() {
    phx::panic("abort");
}

// Virtual destructors name it; objects of such classes are never deleted here.
void operator delete(void*, std::size_t) noexcept {
    phx::panic("operator delete");
}

extern "C" [[noreturn]] void __cxa_pure_virtual() {
    phx::panic("pure virtual call");
}
