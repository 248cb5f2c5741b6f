/*
 * The product of examples/brightness, with both controllers on its flash: it saves, and nothing
 * that runs from the flash stands still. It has no PSRAM.
 */
#include "examples/brightness/board.h"
#include "examples/brightness/console.h"
#include "examples/brightness/memory.h"
#include "examples/two-controllers/multiplex.h"

#include <string.h>

extern char early_start[], early_end[], early_load[];

int main(void);

int main(void)
{
    board_start();
    memcpy(early_start, early_load, (size_t)(early_end - early_start));
    __asm volatile("dsb\n\tisb" ::: "memory");
    (void)multiplex_ports(); /* what is not as it must be is told by name when memory is opened */
    console_start(memory_open());
    console_run();
}
