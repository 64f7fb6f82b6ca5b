// expect: calling a private constructor of class 'phx::sync::LockClass'
#include <sync/spinlock.hpp>

constexpr phx::LockClass k_class{"mine", 1};  // wrong
