/*
 * The bytes that a fuzzer gives, read from the front. Behind their end everything reads as zero, so
 * that a shortened input still means something.
 */
#ifndef TESTS_FUZZ_FUZZ_INPUT_H
#define TESTS_FUZZ_FUZZ_INPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct fuzz_input {
    const uint8_t *bytes;
    size_t left;
};

static inline uint8_t fuzz_byte(struct fuzz_input *input)
{
    if (input->left == 0) return 0;
    input->left--;
    return *input->bytes++;
}

static inline uint32_t fuzz_16(struct fuzz_input *input)
{
    const uint32_t low = fuzz_byte(input);
    return low | (uint32_t)fuzz_byte(input) << 8;
}

static inline uint32_t fuzz_32(struct fuzz_input *input)
{
    const uint32_t low = fuzz_16(input);
    return low | fuzz_16(input) << 16;
}

/* The entry of a target; libFuzzer or tests/fuzz/replay.c calls it. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

#endif
