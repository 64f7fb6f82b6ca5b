// expect: format_error_more_fields_than_arguments
#include <log/interfaces/log_archetype.hpp>

void report(phx::log::archetype::Log& log) {
    phx::log::Logger{log, "tag"}.info("{} of {}", 1);  // wrong
    phx::log::Logger{log, "tag"}.info("{} of {}", 1, 2);
}
