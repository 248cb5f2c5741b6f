/*
 * The port's checks, one after the other.
 */
#include "examples/brightness/board.h"
#include "tests/port_fw/checks.h"

int main(void);

int main(void)
{
    board_start();
    checks_refuse();
    checks_restore();
    checks_data();
    board_write("end\r\n> ");
    for (;;) {
        board_sleep();
    }
}
