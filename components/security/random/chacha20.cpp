#include <security/random/chacha20.hpp>

#include <bit>

namespace phx::security {
namespace {

// RFC 8439, 2.1
void quarter_round(ChaChaBlock& state, unsigned a, unsigned b, unsigned c, unsigned d) {
    state[a] += state[b];
    state[d] = std::rotl(state[d] ^ state[a], 16);
    state[c] += state[d];
    state[b] = std::rotl(state[b] ^ state[c], 12);
    state[a] += state[b];
    state[d] = std::rotl(state[d] ^ state[a], 8);
    state[c] += state[d];
    state[b] = std::rotl(state[b] ^ state[c], 7);
}

}  // namespace

ChaChaBlock chacha20_block(const ChaChaKey& key, std::uint32_t number, const std::array<std::uint32_t, 3>& nonce) {
    const ChaChaBlock start{0x61707865, 0x3320646e, 0x79622d32, 0x6b206574, key[0], key[1], key[2],   key[3],
                            key[4],     key[5],     key[6],     key[7],     number, nonce[0], nonce[1], nonce[2]};
    ChaChaBlock state = start;
    for (int round = 0; round < 10; ++round) {
        for (unsigned column = 0; column < 4; ++column) {
            quarter_round(state, column, column + 4, column + 8, column + 12);
        }
        for (unsigned diagonal = 0; diagonal < 4; ++diagonal) {
            quarter_round(state, diagonal, (diagonal + 1) % 4 + 4, (diagonal + 2) % 4 + 8, (diagonal + 3) % 4 + 12);
        }
    }
    for (std::size_t i = 0; i < state.size(); ++i) {
        state[i] += start[i];
    }
    return state;
}

}  // namespace phx::security
