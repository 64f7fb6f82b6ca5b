// expect: static assertion failed
#include <base/result.hpp>

int number = 0;
phx::Result<int*> pointer{&number};
phx::Result<int&> reference{number};  // wrong
