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
#include "examples/two-media/shelf.h"

#define KEY 1u
#define WORDS_MAX 48u

/* A store, and the only value that it has here: words that count up from the first. */
struct kept {
    struct shelf shelf;
    uint32_t words;
};

static struct kept calibration = {
    .shelf = {.name = "calibration", .place = &place_running_flash}, .words = WORDS_MAX};
static struct kept settings = {.shelf = {.name = "settings", .place = &place_spi}, .words = 4};

int main(void);

/* The first of the words that are kept, 0 if none ever were. */
static enum nacre_err kept_get(struct kept *kept, uint32_t *first)
{
    uint32_t words[WORDS_MAX];
    uint32_t n;

    const enum nacre_err err = nacre_get(&kept->shelf.store, KEY, words, sizeof words, &n);
    *first = 0;
    if (err == NACRE_NOT_FOUND) return NACRE_OK;
    if (err != NACRE_OK) return err;
    if (n != kept->words * sizeof words[0]) return NACRE_DAMAGED;
    for (uint32_t i = 1; i < kept->words; i++) {
        if (words[i] != words[0] + i) return NACRE_DAMAGED;
    }
    *first = words[0];
    return NACRE_OK;
}

/* Durable when it returns NACRE_OK. */
static enum nacre_err kept_set_next(struct kept *kept)
{
    uint32_t words[WORDS_MAX];
    uint32_t first;

    const enum nacre_err err = kept_get(kept, &first);
    if (err != NACRE_OK) return err;
    for (uint32_t i = 0; i < kept->words; i++) words[i] = first + 1u + i;
    kept->shelf.has_work = true;
    return nacre_set(&kept->shelf.store, KEY, words, kept->words * sizeof words[0]);
}

static void tell_kept(struct kept *kept)
{
    uint32_t first;

    const enum nacre_err err = kept_get(kept, &first);
    if (err == NACRE_OK) {
        shelf_tell_number(&kept->shelf, first);
    } else {
        shelf_tell(&kept->shelf, " get ", err);
    }
}

static void tell_set(struct kept *kept)
{
    shelf_tell(&kept->shelf, " set ", kept_set_next(kept));
}

static void do_letter(char letter)
{
    if (letter == 'c' || letter == 'b') tell_set(&calibration);
    if (letter == 's' || letter == 'b') tell_set(&settings);
    if (letter == '?') {
        tell_kept(&calibration);
        tell_kept(&settings);
    }
}

int main(void)
{
    board_start();
    shelf_tell(&calibration.shelf, " open ", shelf_open(&calibration.shelf));
    shelf_tell(&settings.shelf, " open ", shelf_open(&settings.shelf));
    shelf_serve(&calibration.shelf, &settings.shelf, do_letter);
}
