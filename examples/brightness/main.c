/*
 * A product that runs from the flash in which it keeps its brightness.
 *
 * Everything runs from flash, interrupt handlers included, while settings are saved.
 */
#include "examples/brightness/board.h"
#include "examples/brightness/console.h"
#include "examples/brightness/memory.h"

int main(void);

int main(void)
{
    board_start();
    board_draw_frame();
    console_start(memory_open());
    console_run();
}
