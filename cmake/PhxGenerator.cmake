# Running the project's Python from CMake.

set(PHX_PYTHON_ENVIRONMENT
    ${CMAKE_COMMAND} -E env PYTHONPATH=${CMAKE_SOURCE_DIR}/codegen:${CMAKE_SOURCE_DIR}/tools ${PHX_PYTHON})

# phx_generate(ARGUMENTS...): runs the generator while configuring. It prints its own diagnostics.
function(phx_generate)
    execute_process(
        COMMAND ${PHX_PYTHON_ENVIRONMENT} -m phoenix ${ARGN}
        RESULT_VARIABLE result)
    if(NOT result EQUAL 0)
        message(FATAL_ERROR "The generator refused: see its messages above.")
    endif()
endfunction()
