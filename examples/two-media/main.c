/*
 * A product with two stores on two media, both open all the time: its calibration, which is seldom
 * set, lies in the flash that it runs from, its settings in a FRAM.
 *
 * Two stores share nothing. Each is old or new after a power cut by itself; what must change
 * together belongs into one store, in a transaction.
 *
 * By letters on the console: 'c' sets the calibration anew, 's' the settings, 'b' the calibration
 * and then the settings, '?' tells of both what is kept.
 */
#include "examples/brightness/board.h"
#include "examples/brightness/place.h"
#include "nacre/core/store.h"

#define KEYS 4u
#define KEY 1u
#define WORDS_MAX 48u

/* A store, and the only value that it has here: words that count up from the first. */
struct shelf {
    const char *name;
    const struct place_ops *place;
    uint32_t words;
    struct nacre_store store;
    struct nacre_index_entry entries[KEYS];
    bool has_work;
};

static struct shelf calibration = {
    .name = "calibration", .place = &place_running_flash, .words = WORDS_MAX};
static struct shelf settings = {.name = "settings", .place = &place_spi, .words = 4};

int main(void);

static enum nacre_err shelf_open(struct shelf *shelf)
{
    struct place place;

    enum nacre_err err = shelf->place->open(&place);
    if (err != NACRE_OK) return err;
    const struct nacre_store_cfg cfg = {.medium = place.medium, .index = shelf->entries,
                                        .index_count = KEYS, .assume = place.assume};
    err = nacre_mount(&shelf->store, &cfg);
    if (err == NACRE_FOREIGN) err = nacre_format(&shelf->store, &cfg);
    shelf->has_work = err == NACRE_OK;
    return err;
}

/* The first of the words that are kept, 0 if none ever were. */
static enum nacre_err shelf_get(struct shelf *shelf, uint32_t *first)
{
    uint32_t words[WORDS_MAX];
    uint32_t n;

    const enum nacre_err err = nacre_get(&shelf->store, KEY, words, sizeof words, &n);
    *first = 0;
    if (err == NACRE_NOT_FOUND) return NACRE_OK;
    if (err != NACRE_OK) return err;
    if (n != shelf->words * sizeof words[0]) return NACRE_DAMAGED;
    for (uint32_t i = 1; i < shelf->words; i++) {
        if (words[i] != words[0] + i) return NACRE_DAMAGED;
    }
    *first = words[0];
    return NACRE_OK;
}

/* Durable when it returns NACRE_OK. */
static enum nacre_err shelf_set_next(struct shelf *shelf)
{
    uint32_t words[WORDS_MAX];
    uint32_t first;

    const enum nacre_err err = shelf_get(shelf, &first);
    if (err != NACRE_OK) return err;
    for (uint32_t i = 0; i < shelf->words; i++) words[i] = first + 1u + i;
    shelf->has_work = true;
    return nacre_set(&shelf->store, KEY, words, shelf->words * sizeof words[0]);
}

static void shelf_idle(struct shelf *shelf)
{
    if (shelf->has_work && nacre_idle(&shelf->store, &shelf->has_work) != NACRE_OK) {
        shelf->has_work = false; /* the next set tells why */
    }
}

static void tell(const struct shelf *shelf, const char *what, enum nacre_err err)
{
    board_write(shelf->name);
    board_write(what);
    board_write(nacre_err_name(err));
    board_write("\r\n");
}

static void tell_kept(struct shelf *shelf)
{
    uint32_t first;

    const enum nacre_err err = shelf_get(shelf, &first);
    if (err != NACRE_OK) {
        tell(shelf, " get ", err);
        return;
    }
    board_write(shelf->name);
    board_write(" ");
    board_write_number(first);
    board_write("\r\n");
}

static void do_letter(char letter)
{
    if (letter == 'c' || letter == 'b') tell(&calibration, " set ", shelf_set_next(&calibration));
    if (letter == 's' || letter == 'b') tell(&settings, " set ", shelf_set_next(&settings));
    if (letter == '?') {
        tell_kept(&calibration);
        tell_kept(&settings);
    }
    board_write("> ");
}

int main(void)
{
    board_start();
    tell(&calibration, " open ", shelf_open(&calibration));
    tell(&settings, " open ", shelf_open(&settings));
    board_write("> ");
    for (;;) {
        char letter;

        if (board_read(&letter)) {
            do_letter(letter);
        } else {
            shelf_idle(&calibration);
            shelf_idle(&settings);
            if (!calibration.has_work && !settings.has_work) board_sleep();
        }
    }
}
