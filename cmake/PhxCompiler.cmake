# The compiler is fixed, so CMake is told about it rather than left to probe it: configuring takes a fraction of a
# second, which every change to a graph pays. Included before project().

set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
if(NOT CMAKE_BUILD_TYPE)
    set(CMAKE_BUILD_TYPE None)
endif()

set(PHX_LLVM /usr/lib/llvm-19 CACHE PATH "LLVM 19, as Debian installs it")
set(CMAKE_C_COMPILER ${PHX_LLVM}/bin/clang)
set(CMAKE_CXX_COMPILER ${PHX_LLVM}/bin/clang++)
set(CMAKE_ASM_COMPILER ${PHX_LLVM}/bin/clang++)
foreach(language C CXX ASM)
    set(CMAKE_${language}_COMPILER_FORCED TRUE)
    set(CMAKE_${language}_COMPILER_ID Clang)
    set(CMAKE_${language}_COMPILER_ID_RUN TRUE)
    set(CMAKE_${language}_COMPILER_VERSION 19)
    set(CMAKE_${language}_COMPILER_FRONTEND_VARIANT GNU)
    set(CMAKE_${language}_COMPILER_AR ${PHX_LLVM}/bin/llvm-ar)
    set(CMAKE_${language}_COMPILER_RANLIB ${PHX_LLVM}/bin/llvm-ranlib)
endforeach()
set(CMAKE_AR ${PHX_LLVM}/bin/llvm-ar)
set(CMAKE_RANLIB ${PHX_LLVM}/bin/llvm-ranlib)
set(CMAKE_C_COMPILER_WORKS TRUE)
set(CMAKE_CXX_COMPILER_WORKS TRUE)
set(CMAKE_C_STANDARD_COMPUTED_DEFAULT 17)
set(CMAKE_C_EXTENSIONS_COMPUTED_DEFAULT ON)
set(CMAKE_CXX_STANDARD_COMPUTED_DEFAULT 17)
set(CMAKE_CXX_EXTENSIONS_COMPUTED_DEFAULT ON)

# Paths relative to the build directory let graphs share compilations of what they hold in common.
# The plain env: that of CMake takes as long as ccache itself.
find_program(PHX_CCACHE ccache)
mark_as_advanced(PHX_CCACHE)
if(PHX_CCACHE)
    set(CMAKE_CXX_COMPILER_LAUNCHER /usr/bin/env
        CCACHE_BASEDIR=${CMAKE_SOURCE_DIR} CCACHE_NOHASHDIR=1 CCACHE_NAMESPACE=phoenix
        CCACHE_SLOPPINESS=pch_defines,time_macros CCACHE_PCH_EXTSUM=1 ${PHX_CCACHE})
    set(CMAKE_C_COMPILER_LAUNCHER ${CMAKE_CXX_COMPILER_LAUNCHER})
endif()

set(PHX_PYTHON /usr/bin/python3)
