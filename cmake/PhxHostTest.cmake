# Components compiled for this machine under AddressSanitizer and UndefinedBehaviorSanitizer, and against archetypes.

set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)
set(PHX_SANITIZE -fsanitize=address,undefined -fno-sanitize-recover=all)

# Each library below has a twin `.flags`, with what compiling against it takes.
add_library(phx_host_any INTERFACE)
target_link_libraries(phx_host_any INTERFACE phx_common)
target_include_directories(phx_host_any INTERFACE ${CMAKE_SOURCE_DIR}/arch/host/include)
target_compile_options(phx_host_any INTERFACE -O1 -g1 -fno-omit-frame-pointer ${PHX_SANITIZE}
    # Headers that only the target has. What the host has as well is found first, but as <aarch64-linux-gnu/include/...>.
    -idirafter/usr/aarch64-linux-gnu/include -idirafter/usr)

# libc++, linked statically: the library whose headers the kernel is compiled with.
add_library(phx_libcxx.flags INTERFACE)
target_link_libraries(phx_libcxx.flags INTERFACE phx_host_any)
target_compile_options(phx_libcxx.flags INTERFACE
    "$<$<COMPILE_LANGUAGE:CXX>:-nostdinc++;-isystem${PHX_LIBCXX_HEADERS};-D_LIBCPP_HARDENING_MODE=_LIBCPP_HARDENING_MODE_EXTENSIVE>")
add_library(phx_libcxx INTERFACE)
target_link_libraries(phx_libcxx INTERFACE phx_libcxx.flags
    ${PHX_LLVM}/lib/libc++.a ${PHX_LLVM}/lib/libc++abi.a)
target_link_options(phx_libcxx INTERFACE -fuse-ld=lld -nostdlib++ ${PHX_SANITIZE})

set(googletest /usr/src/googletest/googletest)
add_library(phx_gtest.flags ALIAS phx_libcxx.flags)
add_library(phx_gtest STATIC EXCLUDE_FROM_ALL ${googletest}/src/gtest-all.cc ${googletest}/src/gtest_main.cc)
target_include_directories(phx_gtest SYSTEM PUBLIC ${googletest}/include)
target_include_directories(phx_gtest PRIVATE ${googletest})
target_precompile_headers(phx_gtest PRIVATE <gtest/gtest.h>)
target_link_libraries(phx_gtest PUBLIC phx_libcxx)

# The same under ThreadSanitizer, which cannot stand beside AddressSanitizer.
add_library(phx_race.flags INTERFACE)
target_link_libraries(phx_race.flags INTERFACE phx_common)
target_include_directories(phx_race.flags INTERFACE ${CMAKE_SOURCE_DIR}/arch/host/include)
target_compile_options(phx_race.flags INTERFACE -O1 -g1 -fno-omit-frame-pointer -fsanitize=thread
    "$<$<COMPILE_LANGUAGE:CXX>:-nostdinc++;-isystem${PHX_LIBCXX_HEADERS}>" -idirafter/usr/aarch64-linux-gnu/include -idirafter/usr)
add_library(phx_race STATIC EXCLUDE_FROM_ALL ${googletest}/src/gtest-all.cc ${googletest}/src/gtest_main.cc)
target_include_directories(phx_race SYSTEM PUBLIC ${googletest}/include)
target_include_directories(phx_race PRIVATE ${googletest})
target_precompile_headers(phx_race PRIVATE <gtest/gtest.h>)
target_link_libraries(phx_race PUBLIC phx_race.flags ${PHX_LLVM}/lib/libc++.a ${PHX_LLVM}/lib/libc++abi.a)
target_link_options(phx_race PUBLIC -fuse-ld=lld -nostdlib++ -fsanitize=thread)

# rapidcheck is packaged for libstdc++ only, so property tests and the code under test are compiled against that.
add_library(phx_property.flags ALIAS phx_host_any)
add_library(phx_property INTERFACE)
target_link_libraries(phx_property INTERFACE phx_host_any rapidcheck gtest gtest_main)
target_link_options(phx_property INTERFACE -fuse-ld=lld ${PHX_SANITIZE})

# So is libFuzzer's runtime, but its library can stand beside the other: the namespaces within std differ.
add_library(phx_fuzzer.flags INTERFACE)
target_link_libraries(phx_fuzzer.flags INTERFACE phx_libcxx.flags)
target_compile_options(phx_fuzzer.flags INTERFACE -fsanitize=fuzzer-no-link)
add_library(phx_fuzzer INTERFACE)
target_link_libraries(phx_fuzzer INTERFACE phx_fuzzer.flags phx_libcxx stdc++)
target_link_options(phx_fuzzer INTERFACE -fsanitize=fuzzer)

set(PHX_TEST_ENVIRONMENT
    "ASAN_OPTIONS=detect_stack_use_after_return=1:strict_string_checks=1"
    "UBSAN_OPTIONS=print_stacktrace=1"
    "TSAN_OPTIONS=external_symbolizer_path=${PHX_LLVM}/bin/llvm-symbolizer"
    "ASAN_SYMBOLIZER_PATH=${PHX_LLVM}/bin/llvm-symbolizer")

# phx_host_test(NAME n COMPONENT c GEN directory SOURCES ... TESTS ... RACES ... PROPERTIES ... FUZZERS ...)
# One executable for all unit tests of a graph, one for all its tests for races, one for each property test and fuzzer. Called by generated code; the targets
# come from phx_define_host_tests, when all tests are known.
set(PHX_HOST_TEST_SOURCES ${CMAKE_BINARY_DIR}/host-test-sources.txt)
file(WRITE ${PHX_HOST_TEST_SOURCES} "")
function(phx_host_test)
    cmake_parse_arguments(PARSE_ARGV 0 arg "" "NAME;COMPONENT;GEN" "SOURCES;TESTS;RACES;PROPERTIES;FUZZERS")
    set_property(GLOBAL APPEND PROPERTY PHX_HOST_TESTS ${arg_NAME})
    set_property(GLOBAL PROPERTY PHX_HOST_TEST_${arg_NAME} ${ARGN})
    file(APPEND ${PHX_HOST_TEST_SOURCES} "${arg_NAME};${arg_GEN};${arg_SOURCES}\n")
endfunction()

# Which sources tests can share is looked at again before each build; CMake runs again only if that changes it.
function(phx_define_host_tests)
    set(shared ${CMAKE_BINARY_DIR}/shared.cmake)
    set(command ${PHX_PYTHON_ENVIRONMENT} -m phoenix_tools.shared_sources
        --root ${CMAKE_SOURCE_DIR} --tests ${PHX_HOST_TEST_SOURCES} --out ${shared})
    execute_process(COMMAND ${command} COMMAND_ERROR_IS_FATAL ANY)
    include(${shared})
    add_custom_command(OUTPUT ${shared} COMMAND ${command}
        DEPENDS ${CMAKE_SOURCE_DIR}/tools/phoenix_tools/shared_sources.py DEPFILE ${CMAKE_BINARY_DIR}/shared.d VERBATIM)
    add_custom_target(shared_sources DEPENDS ${shared})
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${shared})
    get_property(names GLOBAL PROPERTY PHX_HOST_TESTS)
    foreach(name ${names})
        get_property(arguments GLOBAL PROPERTY PHX_HOST_TEST_${name})
        phx_define_host_test(${arguments})
    endforeach()
endfunction()

function(phx_define_host_test)
    cmake_parse_arguments(PARSE_ARGV 0 arg "" "NAME;COMPONENT;GEN" "SOURCES;TESTS;RACES;PROPERTIES;FUZZERS")
    if(arg_TESTS)
        phx_host_executable(${arg_NAME} phx_gtest ${arg_TESTS})
        target_precompile_headers(${arg_NAME} REUSE_FROM phx_gtest)
        phx_host_ctest(host.${arg_NAME} host COMMAND ${arg_NAME} --gtest_brief=1)
    endif()
    if(arg_RACES)
        phx_host_executable(${arg_NAME}.race phx_race ${arg_RACES})
        target_precompile_headers(${arg_NAME}.race REUSE_FROM phx_race)
        phx_host_ctest(race.${arg_NAME}.race host COMMAND ${arg_NAME}.race --gtest_brief=1)
    endif()
    foreach(file ${arg_PROPERTIES})
        cmake_path(GET file STEM name)
        phx_host_executable(${arg_NAME}.${name} phx_property ${file})
        phx_host_ctest(host.${arg_NAME}.${name} host COMMAND ${arg_NAME}.${name} --gtest_brief=1)
    endforeach()
    foreach(file ${arg_FUZZERS})
        phx_host_fuzzer(${file})
    endforeach()
endfunction()

# Five seconds in every run, a minute with `ctest -C long`; inputs that were found stay in build/tests/fuzz.
function(phx_host_fuzzer file)
    cmake_path(GET file STEM name)
    cmake_path(GET file PARENT_PATH folder)
    phx_host_executable(${arg_NAME}.${name} phx_fuzzer ${file})
    set(found ${CMAKE_BINARY_DIR}/fuzz/${name})
    file(MAKE_DIRECTORY ${found})
    set(corpus ${found})
    if(IS_DIRECTORY ${folder}/corpus)
        list(APPEND corpus ${folder}/corpus)
    endif()
    set(run ${arg_NAME}.${name} -timeout=5 -artifact_prefix=${found}/ -print_final_stats=1 ${corpus})
    phx_host_ctest(fuzz.${arg_NAME}.${name} "host;fuzz" COMMAND ${run} -max_total_time=5)
    phx_host_ctest(fuzz.${arg_NAME}.${name}.minute fuzz CONFIGURATIONS long COMMAND ${run} -max_total_time=60)
endfunction()

add_custom_target(host-tests)

# An executable of the files given and of the graph's sources.
function(phx_host_executable target library)
    add_executable(${target} ${ARGN})
    foreach(source object IN ZIP_LISTS arg_SOURCES PHX_OBJECTS_${arg_NAME})
        phx_host_object(${library}.${object} ${library} ${source})
        target_sources(${target} PRIVATE $<TARGET_OBJECTS:${library}.${object}>)
    endforeach()
    target_link_libraries(${target} PRIVATE ${library})
    target_include_directories(${target} PRIVATE ${arg_GEN}/include)
    add_dependencies(host-tests ${target})
endfunction()

function(phx_host_object target library source)
    if(NOT TARGET ${target})
        add_library(${target} OBJECT EXCLUDE_FROM_ALL ${source})
        target_link_libraries(${target} PRIVATE ${library}.flags)
        target_include_directories(${target} PRIVATE ${arg_GEN}/include)
    endif()
endfunction()

# A test that runs target T is called host.T, race.T, fuzz.T or fuzz.T.minute: `phx test FILTER` builds by that.
function(phx_host_ctest name labels)
    add_test(NAME ${name} ${ARGN})
    set_tests_properties(${name} PROPERTIES LABELS "${labels}" TIMEOUT 120 ENVIRONMENT "${PHX_TEST_ENVIRONMENT}")
endfunction()

# phx_archetype(COMPONENT c ARCH a INCLUDE directory SOURCES ...): compiles a component against the least types that
# satisfy its ports' interfaces. Whoever uses more of a provider than its interface promises does not compile.
add_custom_target(archetypes ALL)

add_library(phx_archetype_aarch64 INTERFACE)
target_link_libraries(phx_archetype_aarch64 INTERFACE phx_freestanding_aarch64)
add_library(phx_archetype_host INTERFACE)
target_link_libraries(phx_archetype_host INTERFACE phx_common)
target_include_directories(phx_archetype_host INTERFACE ${CMAKE_SOURCE_DIR}/arch/host/include)
target_compile_options(phx_archetype_host INTERFACE -nostdinc++ "-isystem${PHX_LIBCXX_HEADERS}"
    -idirafter/usr/aarch64-linux-gnu/include -idirafter/usr)

function(phx_archetype)
    cmake_parse_arguments(PARSE_ARGV 0 arg "" "COMPONENT;ARCH;INCLUDE" "SOURCES")
    list(FILTER arg_SOURCES INCLUDE REGEX "\\.(cpp|c)$")
    # One architecture will do, the board's where there is a choice: it is the one that host tests do not compile.
    if(NOT arg_SOURCES OR TARGET archetype.aarch64.${arg_COMPONENT})
        return()
    endif()
    set(target archetype.${arg_ARCH}.${arg_COMPONENT})
    add_library(${target} OBJECT EXCLUDE_FROM_ALL ${arg_SOURCES})
    target_link_libraries(${target} PRIVATE phx_archetype_${arg_ARCH})
    target_include_directories(${target} PRIVATE ${arg_INCLUDE})
    target_compile_options(${target} PRIVATE -g0)
    add_dependencies(archetypes ${target})
endfunction()
