# What every compilation of kernel code, for the board and for host tests, has in common, and what only the board's has.

set(PHX_FREESTANDING ${CMAKE_SOURCE_DIR}/arch/aarch64/freestanding)
set(PHX_LIBCXX_HEADERS ${PHX_LLVM}/include/c++/v1)

file(RELATIVE_PATH PHX_TO_SOURCE ${CMAKE_BINARY_DIR} ${CMAKE_SOURCE_DIR})
if(NOT PHX_TO_SOURCE MATCHES "/$")
    string(APPEND PHX_TO_SOURCE "/")
endif()

# Boost's headers without the rest of /usr/include, for code that runs without an operating system: package libboost-dev.
set(PHX_BOOST ${CMAKE_BINARY_DIR}/boost-headers)
file(MAKE_DIRECTORY ${PHX_BOOST})
file(CREATE_LINK /usr/include/boost ${PHX_BOOST}/boost SYMBOLIC)

# Libraries whose sources Debian keeps and components compile for themselves, from C files: tools/phoenix_tools/sources.py fetches them.
set(PHX_KEPT_SOURCES ${CMAKE_BINARY_DIR}/kept-sources)
if(DEFINED ENV{XDG_CACHE_HOME})
    file(CREATE_LINK $ENV{XDG_CACHE_HOME}/phoenix/sources ${PHX_KEPT_SOURCES} SYMBOLIC)
else()
    file(CREATE_LINK $ENV{HOME}/.cache/phoenix/sources ${PHX_KEPT_SOURCES} SYMBOLIC)
endif()

add_library(phx_common INTERFACE)
target_compile_options(phx_common INTERFACE
    "$<$<COMPILE_LANGUAGE:C>:-std=gnu17;-Wall;-Wextra;-Werror;-idirafter${PHX_KEPT_SOURCES}>"
    $<$<COMPILE_LANGUAGE:CXX>:-std=c++23>
    "$<$<COMPILE_LANGUAGE:CXX>:-Wall;-Wextra;-Wthread-safety;-Wthread-safety-beta;-Werror>"
    # Files are named as in the checkout, in whichever directory and through whichever cache they were compiled.
    -fdebug-compilation-dir=. -ffile-prefix-map=${CMAKE_SOURCE_DIR}/= -ffile-prefix-map=${PHX_TO_SOURCE}=)
target_include_directories(phx_common INTERFACE ${CMAKE_SOURCE_DIR}/components ${CMAKE_SOURCE_DIR}/arch)

# Code for a board: no operating system, no exceptions, no floating-point registers.
add_library(phx_freestanding_aarch64 INTERFACE)
target_link_libraries(phx_freestanding_aarch64 INTERFACE phx_common)
target_include_directories(phx_freestanding_aarch64 INTERFACE ${CMAKE_SOURCE_DIR}/arch/aarch64/include)
set(PHX_AARCH64_CXX_FLAGS
    -fno-exceptions -fno-rtti -fno-threadsafe-statics
    -mgeneral-regs-only -fno-pic -fno-asynchronous-unwind-tables
    -fno-omit-frame-pointer -mno-omit-leaf-frame-pointer -fno-jump-tables
    -Wglobal-constructors -Wexit-time-destructors
    # Freestanding to the headers only: with -ffreestanding the compiler would call memcpy for four bytes and strlen for
    # a literal. What it does call, component lib defines.
    -U__STDC_HOSTED__ -D__STDC_HOSTED__=0 -Wno-builtin-macro-redefined
    -nostdinc++ -nostdlibinc
    "-isystem${PHX_FREESTANDING}/libcxx"
    "-isystem${PHX_LIBCXX_HEADERS}"
    "-isystem${PHX_FREESTANDING}/c"
    # Linux's own numbers: package linux-libc-dev-arm64-cross.
    -idirafter/usr/aarch64-linux-gnu/include
    "-idirafter${PHX_BOOST}")
# Kept libraries get the compiler's own headers, and no others.
set(PHX_AARCH64_C_FLAGS
    -mgeneral-regs-only -fno-pic -fno-asynchronous-unwind-tables -fno-omit-frame-pointer -mno-omit-leaf-frame-pointer -fno-jump-tables
    -U__STDC_HOSTED__ -D__STDC_HOSTED__=0 -Wno-builtin-macro-redefined -nostdlibinc)
target_compile_options(phx_freestanding_aarch64 INTERFACE
    --target=aarch64-none-elf -g "$<$<COMPILE_LANGUAGE:CXX>:${PHX_AARCH64_CXX_FLAGS}>"
    "$<$<COMPILE_LANGUAGE:C>:${PHX_AARCH64_C_FLAGS}>"
    $<$<COMPILE_LANGUAGE:ASM>:-idirafter/usr/aarch64-linux-gnu/include>)
