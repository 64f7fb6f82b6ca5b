# build/GRAPH/Image and phoenix.elf. In order: the include audit, compilation, the symbol audit, a first link, the
# symbol table read from it, a second link with that table in its place, the resolved graph put into it, the budgets.

set(PHX_OUT ${CMAKE_BINARY_DIR})
set(PHX_GEN ${PHX_OUT}/gen)
phx_generate(emit --root ${CMAKE_SOURCE_DIR} --graph ${PHX_GRAPH} --out ${PHX_OUT})
include(${PHX_GEN}/graph.cmake)
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${PHX_INPUTS})
if(NOT PHX_ARCH STREQUAL "aarch64")
    message(FATAL_ERROR "Graph ${PHX_GRAPH} is for ${PHX_ARCH}, which has no image. Host tests are part of PHX_GRAPH=tests.")
endif()

set(PHX_LINKER_SCRIPT ${CMAKE_SOURCE_DIR}/arch/${PHX_ARCH}/boot/link.ld)
set(PHX_MODULES ${CMAKE_SOURCE_DIR}/tools/phoenix_tools)
set(PHX_TOOL ${PHX_PYTHON_ENVIRONMENT} -m)

# Includes are audited first: their message is clearer than what the compiler would say of the same mistake.
add_custom_command(
    OUTPUT ${PHX_OUT}/include-audit.stamp
    COMMAND ${PHX_TOOL} phoenix_tools.include_audit --root ${CMAKE_SOURCE_DIR} --out ${PHX_OUT}
    DEPENDS ${PHX_OUT}/graph.json ${PHX_MODULES}/include_audit.py ${PHX_MODULES}/edges.py
    DEPFILE ${PHX_OUT}/include-audit.d
    COMMENT "Auditing includes against the graph's edges"
    VERBATIM)
add_custom_target(phx_include_audit DEPENDS ${PHX_OUT}/include-audit.stamp)

# For size: what says `optimize: size` in its manifest, and start-up, which runs once. The later option wins. -Oz would
# outline what little is left to inline.
list(APPEND PHX_SIZE_SOURCES ${PHX_GEN}/wiring.cpp ${PHX_GEN}/init_sequence.cpp)
set_property(SOURCE ${PHX_SIZE_SOURCES} APPEND PROPERTY COMPILE_OPTIONS -Os)
set(PHX_SPEED_SOURCES ${PHX_COMPONENT_SOURCES} ${PHX_GENERATED_SOURCES})
list(REMOVE_ITEM PHX_SPEED_SOURCES ${PHX_SIZE_SOURCES})

set(PHX_IMAGE_CXX_FLAGS -O2 -ffunction-sections -fdata-sections -flto=thin -fwhole-program-vtables -fvisibility=hidden)
set(PHX_IMAGE_C_FLAGS ${PHX_IMAGE_CXX_FLAGS})
list(TRANSFORM PHX_IMAGE_C_FLAGS REPLACE "^-fwhole-program-vtables$" -fsplit-lto-unit)  # which that implies
function(phx_kernel_objects target)
    add_library(${target} OBJECT ${ARGN})
    target_link_libraries(${target} PRIVATE phx_freestanding_aarch64)
    target_compile_options(${target} PRIVATE "$<$<COMPILE_LANGUAGE:CXX>:${PHX_IMAGE_CXX_FLAGS}>"
        "$<$<COMPILE_LANGUAGE:C>:${PHX_IMAGE_C_FLAGS}>")
endfunction()

# phx_precompile(NAME OPTION SOURCES...): these sources start from precompiled.hpp, compiled with OPTION as they are: the
# compiler refuses one that was made for another level of optimisation.
set(PHX_PRECOMPILED ${CMAKE_SOURCE_DIR}/cmake/precompiled.hpp)
set_property(SOURCE ${PHX_PRECOMPILED} PROPERTY LANGUAGE CXX)
function(phx_precompile name option)
    phx_kernel_objects(precompiled_${name} ${PHX_PRECOMPILED})
    target_compile_options(precompiled_${name} PRIVATE
        -xc++-header -Xclang -fno-pch-timestamp -fpch-instantiate-templates ${option})
    set_property(TARGET precompiled_${name} PROPERTY CXX_COMPILER_LAUNCHER ${PHX_TOOL} phoenix_tools.precompile)
    set(compiled ${PHX_OUT}/CMakeFiles/precompiled_${name}.dir/cmake/precompiled.hpp.o)
    list(FILTER ARGN INCLUDE REGEX "\\.cpp$")
    set_property(SOURCE ${ARGN} APPEND PROPERTY COMPILE_OPTIONS -include-pch ${compiled})
    set_property(SOURCE ${ARGN} APPEND PROPERTY OBJECT_DEPENDS ${compiled})
endfunction()
phx_precompile(speed "" ${PHX_SPEED_SOURCES})
phx_precompile(size -Os ${PHX_SIZE_SOURCES})

phx_kernel_objects(kernel ${PHX_COMPONENT_SOURCES} ${PHX_GENERATED_SOURCES})
add_dependencies(kernel phx_include_audit precompiled_speed precompiled_size)
target_include_directories(kernel PRIVATE ${PHX_GEN}/include)
file(GENERATE OUTPUT ${PHX_OUT}/objects.rsp CONTENT "\"$<JOIN:$<TARGET_OBJECTS:kernel>,\"\n\">\"\n")

add_custom_command(
    OUTPUT ${PHX_OUT}/symbol-audit.stamp
    COMMAND ${PHX_TOOL} phoenix_tools.symbol_audit --root ${CMAKE_SOURCE_DIR} --out ${PHX_OUT}
    DEPENDS kernel $<TARGET_OBJECTS:kernel> ${PHX_OUT}/objects.rsp ${PHX_MODULES}/symbol_audit.py
    COMMENT "Auditing symbols against the graph's edges"
    VERBATIM)

# Kept beyond this checkout, as what ccache keeps is: most modules are the same in many graphs.
if(DEFINED ENV{XDG_CACHE_HOME})
    set(PHX_LTO_CACHE $ENV{XDG_CACHE_HOME}/phoenix/lto)
else()
    set(PHX_LTO_CACHE $ENV{HOME}/.cache/phoenix/lto)
endif()

set(PHX_LINK ${PHX_LLVM}/bin/ld.lld @${PHX_OUT}/objects.rsp -T ${PHX_LINKER_SCRIPT}
    --defsym=PHX_RAM_BASE=${PHX_RAM_BASE} --gc-sections --no-relax --fatal-warnings
    -z max-page-size=4096 -z noexecstack --build-id=none
    # Across files only short functions are worth inlining: accessors and the like.
    --lto-O2 --lto-whole-program-visibility -mllvm -import-instr-limit=20
    --thinlto-cache-dir=${PHX_LTO_CACHE} --thinlto-cache-policy=cache_size_bytes=2g --thinlto-jobs=all)
set(PHX_LINK_INPUTS kernel $<TARGET_OBJECTS:kernel> ${PHX_OUT}/objects.rsp ${PHX_LINKER_SCRIPT}
    ${PHX_OUT}/symbol-audit.stamp)

# The symbol table stands behind all code, so that filling it moves no function.
add_custom_command(
    OUTPUT ${PHX_OUT}/link1.elf ${PHX_OUT}/symbols.bin ${PHX_OUT}/symbols.o
    BYPRODUCTS ${PHX_OUT}/symbols.S
    COMMAND ${PHX_LINK} -o ${PHX_OUT}/link1.elf
    COMMAND ${PHX_TOOL} phoenix_tools.symbol_table --elf ${PHX_OUT}/link1.elf --out ${PHX_OUT}
    COMMAND ${CMAKE_CXX_COMPILER} --target=aarch64-none-elf -c ${PHX_OUT}/symbols.S -o ${PHX_OUT}/symbols.o
    DEPENDS ${PHX_LINK_INPUTS} ${PHX_MODULES}/symbol_table.py
    COMMENT "Linking ${PHX_GRAPH} for its symbol table"
    VERBATIM)

add_custom_command(
    OUTPUT ${PHX_OUT}/linked.elf ${PHX_OUT}/phoenix.map
    COMMAND ${PHX_LINK} ${PHX_OUT}/symbols.o -o ${PHX_OUT}/linked.elf -Map ${PHX_OUT}/phoenix.map
    COMMAND ${PHX_TOOL} phoenix_tools.symbol_table --elf ${PHX_OUT}/linked.elf --out ${PHX_OUT} --verify
    DEPENDS ${PHX_LINK_INPUTS} ${PHX_OUT}/symbols.o
    COMMENT "Linking ${PHX_GRAPH}"
    VERBATIM)

# Apart from the link: a line of a graph that moves changes graph.json, and no object.
file(GLOB attaching ${PHX_MODULES}/embedded/* ${PHX_MODULES}/stack/*.py)
add_custom_command(
    OUTPUT ${PHX_OUT}/phoenix.elf ${PHX_OUT}/Image
    BYPRODUCTS ${PHX_OUT}/costs.json
    COMMAND ${PHX_TOOL} phoenix_tools.embedded.attach --root ${CMAKE_SOURCE_DIR} --out ${PHX_OUT} --objcopy ${PHX_LLVM}/bin/llvm-objcopy
    DEPENDS ${PHX_OUT}/linked.elf ${PHX_OUT}/phoenix.map ${PHX_OUT}/graph.json ${attaching}
        ${PHX_MODULES}/footprint.py ${PHX_MODULES}/costs/record.py
    COMMENT "Putting the resolved graph into ${PHX_GRAPH}"
    VERBATIM)

add_custom_command(
    OUTPUT ${PHX_OUT}/budgets.json
    COMMAND ${PHX_TOOL} phoenix_tools.budgets --root ${CMAKE_SOURCE_DIR} --out ${PHX_OUT}
    DEPENDS ${PHX_OUT}/Image ${PHX_OUT}/graph.json ${PHX_MODULES}/budgets.py ${PHX_MODULES}/footprint.py ${PHX_MODULES}/costs/record.py
    COMMENT "Holding ${PHX_GRAPH} against its budgets"
    VERBATIM)

add_custom_target(phoenix ALL DEPENDS ${PHX_OUT}/phoenix.elf ${PHX_OUT}/Image ${PHX_OUT}/budgets.json)
