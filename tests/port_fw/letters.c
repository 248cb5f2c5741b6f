/*
 * Letters from the console; see letters.h.
 */
#include "tests/port_fw/letters.h"

#include "examples/brightness/board.h"

void letters_say(const char *name, uint32_t value)
{
    board_write(name);
    board_write(" ");
    board_write_number(value);
    board_write("\r\n");
}

void letters_say_if_wrong(enum nacre_err err)
{
    if (err == NACRE_OK) return;
    board_write(nacre_err_name(err));
    board_write("\r\n");
}

_Noreturn void letters_serve(void (*do_letter)(char letter))
{
    board_write("> ");
    for (;;) {
        char letter;

        if (board_read(&letter)) {
            do_letter(letter);
            board_write("> ");
        } else {
            board_sleep();
        }
    }
}
