/*
 * A storm of writes on a board that does everything else at the same time; see storm.h.
 */
#include "tests/storm_fw/parts.h"

#include "examples/brightness/board.h"
#include "examples/two-controllers/multiplex.h"

struct storm_seen storm_seen;

int main(void);

/* What the power cut or the last run left is what the storm goes on from. */
static void take_over(void)
{
    for (uint32_t key = 0; key < STORM_KEYS; key++) {
        if (!storm_read(key, &storm_seen.found[key])) storm_seen.wrong_reads++;
        storm_seen.serial[key] = storm_seen.found[key];
    }
    storm_seen.doubt_key = STORM_KEYS;
}

int main(void)
{
    storm_seen.bytes = sizeof(storm_seen);
    board_start();
    if (STORM_CFG(way) == NACRE_WAY_TWO_CONTROLLERS && !multiplex_ports()) {
        storm_end("multiplex", NACRE_CTRL_STATE);
    }
    storm_masters_start();
    const enum nacre_err err = storm_open();
    if (err != NACRE_OK) storm_end("open", err);
    take_over();
    storm_note();
    storm_seen.phase = STORM_READY;
    if (STORM_CFG(mode) == STORM_LETTERS) storm_letters();
    board_write("ready\r\n");
    storm_write();
}
