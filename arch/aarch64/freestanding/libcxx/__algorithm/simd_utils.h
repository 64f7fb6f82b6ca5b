// libc++ 19 vectorises std::mismatch with vector types, which code without floating-point registers cannot hold; with these
// two macros at 0 it takes its scalar path.
#pragma once

#define _LIBCPP_HAS_ALGORITHM_VECTOR_UTILS 0
#define _LIBCPP_VECTORIZE_ALGORITHMS 0
