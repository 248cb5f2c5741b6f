/*
 * See the header.
 */
#include "examples/two-media/shelf.h"

#include "examples/brightness/board.h"

enum nacre_err shelf_open(struct shelf *shelf)
{
    struct place place;

    enum nacre_err err = shelf->place->open(&place);
    if (err != NACRE_OK) return err;
    const struct nacre_store_cfg cfg = {.medium = place.medium, .index = shelf->entries,
                                        .index_count = SHELF_KEYS, .assume = place.assume};
    err = nacre_mount(&shelf->store, &cfg);
    if (err == NACRE_FOREIGN) err = nacre_format(&shelf->store, &cfg);
    shelf->has_work = err == NACRE_OK;
    return err;
}

void shelf_tell(const struct shelf *shelf, const char *what, enum nacre_err err)
{
    board_write(shelf->name);
    board_write(what);
    board_write(nacre_err_name(err));
    board_write("\r\n");
}

void shelf_tell_number(const struct shelf *shelf, uint32_t number)
{
    board_write(shelf->name);
    board_write(" ");
    board_write_number(number);
    board_write("\r\n");
}

static void shelf_idle(struct shelf *shelf)
{
    if (shelf->has_work && nacre_idle(&shelf->store, &shelf->has_work) != NACRE_OK) {
        shelf->has_work = false; /* the next set tells why */
    }
}

_Noreturn void shelf_serve(struct shelf *one, struct shelf *other, void (*do_letter)(char letter))
{
    board_write("> ");
    for (;;) {
        char letter;

        if (board_read(&letter)) {
            do_letter(letter);
            board_write("> ");
        } else {
            shelf_idle(one);
            shelf_idle(other);
            if (!one->has_work && !other->has_work) board_sleep();
        }
    }
}
