// Arbitrary bytes as what is typed, and every line so typed through the parser. What a terminal would show must be the
// line.
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "line_editor.hpp"
#include "line_parser.hpp"
#include "terminal_model.hpp"

namespace {

void require(bool condition) {
    if (!condition) {
        std::abort();
    }
}

void parse(std::string_view line) {
    std::string copy{line};
    std::array<std::string_view, 8> words;
    const phx::debug::ParsedLine parsed = phx::debug::parse_line(copy, words);
    require(parsed.count <= words.size());
    require(parsed.error == phx::debug::ParseError::none || parsed.count == 0);
    std::size_t total = 0;
    const char* end = copy.data();
    for (std::size_t i = 0; i < parsed.count; ++i) {
        require(words[i].data() >= end && words[i].data() + words[i].size() <= copy.data() + copy.size());
        end = words[i].data() + words[i].size();
        total += words[i].size();
    }
    require(total <= line.size());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using Event = phx::debug::LineEditor::Event;
    std::array<phx::debug::Line, 3> history{};
    phx::debug::LineEditor editor{history};
    phx::debug::TerminalModel terminal;
    parse({reinterpret_cast<const char*>(data), size});
    for (std::size_t i = 0; i < size; ++i) {
        switch (editor.feed(static_cast<char>(data[i]), terminal)) {
        case Event::line:
            parse(editor.line());
            editor.remember();
            editor.start();
            break;
        case Event::abandoned:
            editor.start();
            break;
        case Event::complete:
            editor.insert("completed ", terminal);
            break;
        case Event::clear:
            editor.redraw(terminal);
            break;
        case Event::none:
            break;
        }
        require(terminal.row() == editor.line() && terminal.cursor() == editor.before_cursor().size());
    }
    return 0;
}
