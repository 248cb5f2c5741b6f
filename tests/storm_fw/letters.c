/*
 * Letters instead of a storm, for who measures one thing at a time. Each is answered by "> ".
 *
 *   s  save the next number    e  erase the unit behind the store's
 *   W  the same erase, with work in flash between the polls
 */
#include "tests/storm_fw/parts.h"

#include "examples/brightness/board.h"

#define KEY 1u

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

static void erase(bool works)
{
    struct nacre_medium *const medium = &storm_nor.medium;
    const uint32_t units = medium->geometry.unit_count;

    medium->geometry.unit_count = units + 1u;
    enum nacre_err err = medium->ops->erase_start(medium, units * medium->geometry.unit_bytes);
    while (works && err == NACRE_OK && medium->ops->erase_poll(medium) == NACRE_BUSY) {
        storm_work();
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
            storm_work();
            continue;
        }
        if (letter == 's') save();
        if (letter == 'e' || letter == 'W') erase(letter == 'W');
        storm_note();
        board_write("> ");
    }
}
