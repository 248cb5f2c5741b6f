/*
 * The checks of a medium, by letters on the console: 'a' is the first of medium_checks. Each begins
 * with the medium opened, on whatever the part holds; the test sees to it that it is blank.
 *
 * What came of it: "line", 0 or the line of medium_suite.c that does not hold; "found", what was
 * found there; "sum", of what must be read from then on. '=' opens the medium and says the sum of
 * what is read.
 */
#include "examples/brightness/board.h"
#include "examples/brightness/place.h"
#include "tests/port_fw/letters.h"
#include "tests/support/medium_suite.h"

#include <stddef.h>

#define AXI_SRAM 0x24000000u /* nothing else of the image is there */
#define SHADOW_BYTES 0x10000u
#define CALLS 24u
#define PIECE_BYTES 256u
#define NO_CHECK 1u
#define NOT_OPEN 2u
#define TOO_LARGE 3u
#define FNV_START 0x811C9DC5u /* FNV-1a of 32 bits, Internet draft draft-eastlake-fnv */
#define FNV_PRIME 0x01000193u

static struct medium_suite suite;

int main(void);

static struct nacre_medium *reopen(void *context)
{
    struct place place;

    (void)context;
    const enum nacre_err err = PLACE.open(&place);
    suite.detail = (uint32_t)err;
    return err == NACRE_OK ? place.medium : NULL;
}

static uint32_t run(uint32_t index)
{
    suite = (struct medium_suite){.reopen = reopen, .shadow = (uint8_t *)AXI_SRAM,
                                  .shadow_bytes = SHADOW_BYTES, .calls = CALLS};
    for (uint32_t i = 0; i <= index; i++) {
        if (medium_checks[i].name == NULL) return NO_CHECK;
    }
    struct nacre_medium *const medium = reopen(NULL);
    if (medium == NULL) return NOT_OPEN;
    if (!suite_begin(&suite, medium)) return TOO_LARGE;
    return medium_checks[index].run(&suite) ? 0 : suite.failed_line;
}

static uint32_t sum_on(uint32_t sum, const uint8_t *bytes, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) sum = (sum ^ bytes[i]) * FNV_PRIME;
    return sum;
}

/* The medium is open; each piece as it reads, or an error. */
static enum nacre_err sum_of(struct nacre_medium *medium, uint32_t *sum)
{
    const uint32_t bytes = medium->geometry.unit_bytes * medium->geometry.unit_count;
    uint8_t piece[PIECE_BYTES];

    *sum = FNV_START;
    for (uint32_t at = 0; at < bytes; at += PIECE_BYTES) {
        const uint32_t n = bytes - at < PIECE_BYTES ? bytes - at : PIECE_BYTES;
        const enum nacre_err err = medium->ops->read(medium, at, piece, n);

        if (err != NACRE_OK) return err;
        *sum = sum_on(*sum, piece, n);
    }
    return NACRE_OK;
}

static void say_what_is_read(void)
{
    struct nacre_medium *const medium = reopen(NULL);
    uint32_t sum = 0;

    if (medium != NULL) suite.detail = (uint32_t)sum_of(medium, &sum);
    letters_say("found", suite.detail);
    letters_say("sum", sum);
}

static void do_letter(char letter)
{
    if (letter == '=') {
        say_what_is_read();
        return;
    }
    letters_say("line", run((uint32_t)(uint8_t)letter - (uint32_t)'a'));
    letters_say("found", suite.detail);
    letters_say("sum", sum_on(FNV_START, suite.shadow, suite.bytes));
}

int main(void)
{
    board_start();
    letters_serve(do_letter);
}
