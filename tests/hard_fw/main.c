/*
 * Hard places, one after the other; then nothing.
 */
#include "examples/brightness/board.h"
#include "tests/hard_fw/places.h"

int main(void);

int main(void)
{
    board_start();
    places_clock_protection();
    places_refused();
    places_cached();
    places_uncached();
    places_clock_protection();
    board_write("> ");
    for (;;) board_sleep();
}
