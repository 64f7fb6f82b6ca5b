# Everything that ctest runs, in build/tests: components on the host, the generator's and the tools' own tests, the two
# guards, and boots in QEMU of the images in build/GRAPH, which `all` builds too.

enable_testing()
include(PhxHostTest)

# What the generator reads: a change here, or a test that appears, configures again.
file(GLOB_RECURSE inputs CONFIGURE_DEPENDS
    ${CMAKE_SOURCE_DIR}/components/*.yaml ${CMAKE_SOURCE_DIR}/arch/*.yaml ${CMAKE_SOURCE_DIR}/dts/*.yaml
    ${CMAKE_SOURCE_DIR}/codegen/phoenix/*.py ${CMAKE_SOURCE_DIR}/codegen/phoenix/*.j2)
file(GLOB_RECURSE tests CONFIGURE_DEPENDS
    ${CMAKE_SOURCE_DIR}/components/*_test.cpp ${CMAKE_SOURCE_DIR}/components/*_property.cpp
    ${CMAKE_SOURCE_DIR}/components/*_fuzz.cpp)
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${inputs})

phx_generate(emit-tests --root ${CMAKE_SOURCE_DIR} --out ${CMAKE_BINARY_DIR})
include(${CMAKE_BINARY_DIR}/tests.cmake)
phx_define_host_tests()

phx_generate(emit-archetypes --root ${CMAKE_SOURCE_DIR} --out ${CMAKE_BINARY_DIR}/archetypes)
include(${CMAKE_BINARY_DIR}/archetypes/archetypes.cmake)

add_custom_target(nothing)

# --- Python

set(PHX_PYTEST ${PHX_PYTHON_ENVIRONMENT} -m pytest -q -p no:cacheprovider)
foreach(suite codegen tools guards)
    file(GLOB files CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tests/${suite}/test_*.py)
    foreach(file ${files})
        cmake_path(GET file STEM name)
        string(REGEX REPLACE "^test_" "" name ${name})
        add_test(NAME ${suite}.${name} COMMAND ${PHX_PYTEST} ${file} WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
        set_tests_properties(${suite}.${name} PROPERTIES LABELS "codegen;${suite}" TIMEOUT 900)
    endforeach()
endforeach()
# A few hundred graphs in every run, ten thousand with `ctest -C long`.
add_test(NAME tools.mutations.many CONFIGURATIONS long
    COMMAND ${CMAKE_COMMAND} -E env PHX_MUTATIONS=10000 ${PHX_PYTEST} ${CMAKE_SOURCE_DIR}/tests/tools/test_mutations.py
    WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
set_tests_properties(tools.mutations.many PROPERTIES LABELS "codegen;tools" TIMEOUT 3600)
foreach(package codegen/phoenix tools/phoenix_tools)
    cmake_path(GET package FILENAME name)
    add_test(NAME codegen.types.${name}
        COMMAND ${CMAKE_COMMAND} -E env MYPYPATH=${CMAKE_SOURCE_DIR}/codegen:${CMAKE_SOURCE_DIR}/tools
            ${PHX_PYTHON} -m mypy --strict --cache-dir=${CMAKE_BINARY_DIR}/mypy ${CMAKE_SOURCE_DIR}/${package}
        WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
    set_tests_properties(codegen.types.${name} PROPERTIES LABELS codegen TIMEOUT 120 RESOURCE_LOCK mypy)
endforeach()

# --- programs that must not compile

file(GLOB files CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tests/compile_fail/*.cpp)
foreach(file ${files})
    cmake_path(GET file STEM name)
    add_test(NAME compile_fail.${name}
        COMMAND ${PHX_PYTHON} ${CMAKE_SOURCE_DIR}/tests/compile_fail/run.py --llvm ${PHX_LLVM} --jobs 1 ${name})
    set_tests_properties(compile_fail.${name} PROPERTIES LABELS "host;compile_fail" TIMEOUT 120)
endforeach()

# --- whole images

add_custom_target(images ALL
    COMMAND ${PHX_PYTHON} ${CMAKE_SOURCE_DIR}/tools/phx build --all
    COMMENT "Building the images that the tests boot"
    VERBATIM)

file(GLOB graphs CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/graphs/*.yaml ${CMAKE_SOURCE_DIR}/tests/graphs/*.yaml)
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${graphs}
    ${CMAKE_SOURCE_DIR}/tests/qemu/matrix.py ${CMAKE_SOURCE_DIR}/tests/qemu/sessions.py ${CMAKE_SOURCE_DIR}/tests/qemu/bad_input.py)
execute_process(
    COMMAND ${PHX_PYTHON_ENVIRONMENT} ${CMAKE_SOURCE_DIR}/tests/qemu/matrix.py
        --root ${CMAKE_SOURCE_DIR} --out ${CMAKE_BINARY_DIR}/qemu.cmake
    COMMAND_ERROR_IS_FATAL ANY)
include(${CMAKE_BINARY_DIR}/qemu.cmake)
