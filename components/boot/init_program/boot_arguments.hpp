// What the boot arguments say of process 1.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <string_view>

namespace phx::boot {

// Words point into the text that was read.
struct InitWords {
    static constexpr std::size_t k_most = 32;  // of each, as in Linux (MAX_INIT_ARGS, MAX_INIT_ENVS)

    std::string_view first_program = "/init";          // rdinit=
    std::string_view program;                          // init=; none: empty
    std::array<std::string_view, k_most> arguments{};  // argument 0 is the program's name, and left to who starts it
    std::size_t argument_count = 1;
    std::array<std::string_view, k_most> environment{"HOME=/", "TERM=linux"};
    std::size_t environment_count = 2;
};

namespace details {

// Linux's own words that people pass to any kernel (Documentation/admin-guide/kernel-parameters.txt).
inline constexpr std::array<std::string_view, 20> k_for_the_kernel{
    "console", "debug", "earlycon", "initrd", "kaslr", "loglevel",  "maxcpus",    "mem",      "nokaslr",   "norandmaps",
    "nosmp",   "panic", "quiet",    "ro",     "root",  "rootdelay", "rootfstype", "rootwait", "rootflags", "rw",
};

constexpr bool is_blank(char c) {
    return c == ' ' || c == '\t' || c == '\n';
}

// The next word, which it takes off the text; empty: there is none.
constexpr std::string_view next_word(std::string_view& text) {
    while (!text.empty() && is_blank(text.front())) {
        text.remove_prefix(1);
    }
    std::size_t end = 0;
    bool quoted = false;
    while (end < text.size() && (quoted || !is_blank(text[end]))) {
        quoted ^= text[end] == '"';
        ++end;
    }
    const std::string_view word = text.substr(0, end);
    text.remove_prefix(end);
    return word;
}

constexpr std::string_view without_quotes(std::string_view word) {
    if (word.size() >= 2 && word.front() == '"' && word.back() == '"') {
        return word.substr(1, word.size() - 2);
    }
    return word;
}

template <std::size_t N>
constexpr void add(std::array<std::string_view, N>& words, std::size_t& count, std::string_view word) {
    if (count < N) {
        words[count++] = word;
    }
}

constexpr void add_setting(InitWords& words, std::string_view name, std::string_view word) {
    for (std::size_t i = 0; i < words.environment_count; ++i) {
        if (words.environment[i].substr(0, name.size() + 1) == word.substr(0, name.size() + 1)) {
            words.environment[i] = word;
            return;
        }
    }
    add(words.environment, words.environment_count, word);
}

}  // namespace details

// Words are parted by blanks; those in double quotes may have blanks in them. What is too much is left out.
[[nodiscard]] constexpr InitWords read_boot_arguments(std::string_view text) {
    InitWords words;
    bool after_dashes = false;
    for (std::string_view raw = details::next_word(text); !raw.empty(); raw = details::next_word(text)) {
        const std::string_view word = details::without_quotes(raw);
        const std::size_t equals = word.find('=');
        const std::string_view name = word.substr(0, equals);
        if (after_dashes) {
            details::add(words.arguments, words.argument_count, word);
        } else if (word == "--") {
            after_dashes = true;
        } else if (equals != word.npos && name == "rdinit") {
            words.first_program = details::without_quotes(word.substr(equals + 1));
        } else if (equals != word.npos && name == "init") {
            words.program = details::without_quotes(word.substr(equals + 1));
        } else if (name.find('.') != name.npos ||
                   std::ranges::find(details::k_for_the_kernel, name) != details::k_for_the_kernel.end()) {
            continue;
        } else if (equals != word.npos) {
            details::add_setting(words, name, word);
        } else {
            details::add(words.arguments, words.argument_count, word);
        }
    }
    return words;
}

}  // namespace phx::boot
