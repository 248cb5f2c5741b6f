/*
 * A product whose settings lay in the flash that it runs from, on a board that has a FRAM now: they
 * move there when that is asked for, and are read and set where they count.
 *
 * By letters on the console: 's' sets each setting to its next value, 'm' moves, '?' tells the
 * settings, by the store that counts.
 */
#include "examples/brightness/board.h"
#include "examples/two-media/shelf.h"
#include "nacre/core/copy.h"

#include <stddef.h>

#define SETTINGS 3u /* a region of 4 KB has no room to move many more */
#define MOVE_TO_FRAM 1u

static struct shelf flash = {.name = "flash", .place = &place_running_flash};
static struct shelf fram = {.name = "fram", .place = &place_spi};
static struct shelf *counts; /* the one of the two; null: it cannot be told */

int main(void);

/* Both are open. What a record in the FRAM says; if it says nothing, flash counts. */
static enum nacre_err choose(void)
{
    enum nacre_copied state = NACRE_COPIED_NOT;

    const enum nacre_err err = nacre_copy_state(&fram.store, MOVE_TO_FRAM, &state);
    counts = state == NACRE_COPIED_WHOLE ? &fram : &flash;
    if (err != NACRE_OK) counts = NULL;
    return err;
}

static enum nacre_err move(void)
{
    uint32_t work;
    const struct nacre_copy_cfg cfg = {.from = &flash.store, .to = &fram.store, .work = &work,
                                       .work_bytes = sizeof work, .number = MOVE_TO_FRAM};

    const enum nacre_err err = nacre_copy(&cfg);
    return err == NACRE_OK ? choose() : err;
}

/* Key k counts up from 100 k. */
static enum nacre_err set_next(uint32_t key)
{
    uint32_t value = 100u * key;
    uint32_t n;

    const enum nacre_err err = nacre_get(&counts->store, key, &value, sizeof value, &n);
    if (err != NACRE_OK && err != NACRE_NOT_FOUND) return err;
    value++;
    counts->has_work = true;
    return nacre_set(&counts->store, key, &value, sizeof value);
}

static enum nacre_err set_all(void)
{
    enum nacre_err err = NACRE_OK;

    for (uint32_t key = 1; err == NACRE_OK && key <= SETTINGS; key++) err = set_next(key);
    return err;
}

static void tell_all(void)
{
    for (uint32_t key = 1; key <= SETTINGS; key++) {
        uint32_t value = 0;
        uint32_t n;
        const enum nacre_err err = nacre_get(&counts->store, key, &value, sizeof value, &n);

        if (err != NACRE_OK) shelf_tell(counts, " get ", err);
        if (err == NACRE_OK) shelf_tell_number(counts, value);
    }
}

static void do_letter(char letter)
{
    if (counts == NULL) return;
    if (letter == 's') shelf_tell(counts, " set ", set_all());
    if (letter == 'm') shelf_tell(&fram, " move ", move());
    if (letter == '?') tell_all();
}

int main(void)
{
    board_start();
    shelf_tell(&flash, " open ", shelf_open(&flash));
    shelf_tell(&fram, " open ", shelf_open(&fram));
    shelf_tell(&fram, " choose ", choose());
    shelf_serve(&flash, &fram, do_letter);
}
