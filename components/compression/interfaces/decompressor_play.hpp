// For the tests of decompressors: data of several kinds, packed by the programs that people pack it with.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <compression/interfaces/decompressor.hpp>

namespace phx::compression {

class Collected final : public Output {
public:
    Result<void> take(std::span<const std::byte> part) override {
        if (text.size() + part.size() > most) {
            return Errno::nospc;
        }
        text.append(reinterpret_cast<const char*>(part.data()), part.size());
        return {};
    }
    std::string text;
    std::size_t most = std::size_t{1} << 30;
};

// What COMMAND makes of it.
inline std::string through(const std::string& command, const std::string& text) {
    std::string name = ::testing::TempDir() + "decompressor-XXXXXX";
    const int file = mkstemp(name.data());
    std::FILE* const to = fdopen(file, "w");
    EXPECT_EQ(std::fwrite(text.data(), 1, text.size(), to), text.size());
    std::fclose(to);
    std::FILE* const from = popen((command + " < " + name).c_str(), "r");
    std::string made;
    std::array<char, 65536> buffer;
    while (const std::size_t size = std::fread(buffer.data(), 1, buffer.size(), from)) {
        made.append(buffer.data(), size);
    }
    EXPECT_EQ(pclose(from), 0) << command;
    std::remove(name.c_str());
    return made;
}

inline std::vector<std::string> samples() {
    std::uint64_t state = 1;
    const auto random = [&state] { return state = state * 6364136223846793005 + 1442695040888963407, state >> 33; };
    std::string noise(300'000, '\0');
    std::ranges::generate(noise, [&] { return static_cast<char>(random()); });
    std::string words;
    while (words.size() < 300'000) {
        words +=
            std::string(1 + random() % 9, static_cast<char>('a' + random() % 7)) + (random() % 11 == 0 ? "\n" : " ");
    }
    std::string far = noise.substr(0, 40'000) + std::string(9'000'000, 'z') + noise + words.substr(0, 100'000);
    return {"", "x", "hello, hello, hello", noise, words, std::string(9'000'000, '\0'), far};
}

// In memory of exactly that size, so that a byte read beyond is seen.
inline Result<std::size_t> unpack(Decompressor& decompressor, std::string_view packed, Output& output) {
    const auto copy = std::make_unique<std::byte[]>(packed.size());
    std::ranges::transform(packed, copy.get(), [](char c) { return static_cast<std::byte>(c); });
    return decompressor.decompress({copy.get(), packed.size()}, output);
}

// Samples come back, whatever the program packed them like; what follows them is left alone.
inline void expect_round_trips(Decompressor& decompressor, std::initializer_list<const char*> commands,
                               const std::string& after) {
    for (const char* command : commands) {
        for (const std::string& sample : samples()) {
            const std::string packed = through(command, sample);
            EXPECT_TRUE(decompressor.recognises(std::as_bytes(std::span{packed})));
            Collected output;
            const Result<std::size_t> used = unpack(decompressor, packed + after, output);
            ASSERT_TRUE(used) << command << ": " << errno_name(used.error()) << " for " << sample.size();
            EXPECT_EQ(*used, packed.size()) << command;
            EXPECT_TRUE(output.text == sample) << command << ", " << sample.size();
        }
    }
}

// Every error is one of the contract's; nothing is written beyond what the output takes.
inline void expect_damage_is_seen(Decompressor& decompressor, const std::string& packed, std::string_view original) {
    for (std::size_t size = 0; size < packed.size(); size += 1 + size / 64) {
        Collected output;
        EXPECT_EQ(unpack(decompressor, packed.substr(0, size), output).error(), Errno::badmsg) << size;
        EXPECT_TRUE(original.starts_with(output.text));
    }
    Collected output;
    output.most = 100;
    EXPECT_EQ(unpack(decompressor, packed, output).error(), Errno::nospc);
}

}  // namespace phx::compression
