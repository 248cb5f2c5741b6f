/*
 * MD5 by RFC 1321. The sines of its table are computed, as the RFC defines them.
 */
#include "tests/support/md5.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static uint32_t rotate(uint32_t x, uint32_t n)
{
    return x << n | x >> (32u - n);
}

static void block(uint32_t state[4], const uint8_t *bytes)
{
    static const uint8_t shift[4][4] = {
        {7, 12, 17, 22}, {5, 9, 14, 20}, {4, 11, 16, 23}, {6, 10, 15, 21}};
    uint32_t a = state[0];
    uint32_t b = state[1];
    uint32_t c = state[2];
    uint32_t d = state[3];
    for (uint32_t i = 0; i < 64; i++) {
        const uint32_t round = i / 16u;
        uint32_t f = c ^ (b | ~d);
        uint32_t g = 7u * i % 16u;
        if (round == 0) f = (b & c) | (~b & d);
        if (round == 0) g = i;
        if (round == 1) f = (d & b) | (~d & c);
        if (round == 1) g = (5u * i + 1u) % 16u;
        if (round == 2) f = b ^ c ^ d;
        if (round == 2) g = (3u * i + 5u) % 16u;
        uint32_t word = 0;
        for (uint32_t k = 4; k-- > 0;) word = word << 8 | bytes[g * 4u + k];
        const uint32_t sine = (uint32_t)(fabs(sin((double)(i + 1u))) * 4294967296.0);
        const uint32_t next = b + rotate(a + f + word + sine, shift[round][i % 4u]);
        a = d;
        d = c;
        c = b;
        b = next;
    }
    state[0] += a;
    state[1] += b;
    state[2] += c;
    state[3] += d;
}

void md5_text(const uint8_t *bytes, uint32_t n, char text[33])
{
    static uint8_t padded[4096 + 128];
    uint32_t state[4] = {0x67452301u, 0xEFCDAB89u, 0x98BADCFEu, 0x10325476u};
    const uint32_t total = (n + 8u) / 64u * 64u + 64u;
    memset(padded, 0, sizeof padded);
    memcpy(padded, bytes, n);
    padded[n] = 0x80;
    for (uint32_t i = 0; i < 8; i++) {
        padded[total - 8u + i] = (uint8_t)((uint64_t)n * 8u >> (8u * i));
    }
    for (uint32_t at = 0; at < total; at += 64u) block(state, padded + at);
    for (uint32_t i = 0; i < 16; i++) {
        (void)snprintf(text + 2u * i, 3, "%02x", state[i / 4u] >> (8u * (i % 4u)) & 0xFFu);
    }
}
