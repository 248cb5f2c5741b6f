/*
 * Letters instead of a storm, for who measures one thing at a time. Each is answered by "> ".
 *
 *   s  save the next number    e  erase the unit behind the store's
 *   W  the same erase, with work in flash between the polls
 */
#include "tests/storm_fw/parts.h"

#include "examples/brightness/board.h"

#define KEY 1u
#define WORK_A_POLL 64u /* 17 us */

static uint32_t number;

static void tell(enum nacre_err err)
{
    if (err != NACRE_OK) {
        board_write(nacre_err_name(err));
        board_write("\r\n");
    }
}

static void save(void)
{
    number++;
    tell(nacre_set(&storm_store, KEY, &number, sizeof(number)));
}

/* The application works while the library waits, and is back in time. */
static void wait(void *context, uint32_t us)
{
    const uint32_t start = *storm_clock();

    (void)context;
    while (*storm_clock() - start < us) {
        storm_work();
    }
}

static void stay_awake(void *context, bool is_busy)
{
    (void)context;
    (void)is_busy;
}

const struct nacre_nor_os storm_letters_os = {.wait = wait, .stay_awake = stay_awake};

static void work(void)
{
    for (uint32_t i = 0; i < WORK_A_POLL; i++) {
        storm_work();
    }
}

static void erase(bool works)
{
    struct nacre_medium *const medium = &storm_nor.medium;
    const uint32_t units = medium->geometry.unit_count;

    medium->geometry.unit_count = units + 1u;
    enum nacre_err err = medium->ops->erase_start(medium, units * medium->geometry.unit_bytes);
    while (works && err == NACRE_OK && medium->ops->erase_poll(medium) == NACRE_BUSY) {
        work();
    }
    if (err == NACRE_OK) err = medium->ops->erase_wait(medium);
    medium->geometry.unit_count = units;
    tell(err);
}

void storm_letters(void)
{
    board_write("> ");
    for (;;) {
        char letter;

        if (!board_read(&letter)) {
            work();
            continue;
        }
        if (letter == 's') save();
        if (letter == 'e' || letter == 'W') erase(letter == 'W');
        storm_note();
        board_write("> ");
    }
}
