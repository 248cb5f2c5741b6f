/*
 * A board with the brightness application on it, as a user has it: switched on, typed at, cut.
 *
 * It joins the twin, the console, the judge and the ledger, so that the demo, the campaign and the
 * bench share one way to boot and to type. Everything is replayed by the same calls and seed.
 */
#ifndef TOOLS_DEMO_BOARD_H
#define TOOLS_DEMO_BOARD_H

#include "tools/demo/console.h"
#include "tools/demo/ledger.h"
#include "tools/demo/oracle.h"
#include "twin/twin.h"

/* How a step on the board ended. */
enum board_end {
    BOARD_READY,     /* the prompt is there */
    BOARD_CUT,       /* the power failed, as planned */
    BOARD_RESET,     /* the MCU was reset, as planned, and not the chip; board_boot goes on */
    BOARD_VIOLATION, /* twin_violation_get says which */
    BOARD_SILENT     /* no prompt within the time, or the twin gave up: board_fault says it */
};

/* Where the application keeps its brightness. */
enum board_place {
    BOARD_RUNNING_FLASH,
    BOARD_PART,     /* the first part on the serial buses */
    BOARD_MCU_FLASH
};

/* The next operation of a kind to be cut. */
struct board_aim {
    enum twin_command_class class; /* TWIN_COMMAND_OTHER: none */
    double fraction;
    bool is_hit;
    uint64_t cut_ps;
};

struct board {
    struct twin *twin;
    struct console console;
    struct oracle oracle;
    struct ledger ledger;
    struct board_aim aim;
    enum board_place place;
    twin_event_fn *also;          /* told each event too; NULL after board_create */
    void *also_context;
    char fault[TWIN_ERROR_BYTES]; /* after BOARD_SILENT */
};

/*
 * Build a board. cfg's event callback is the board's own. With a part on a serial bus the
 * application keeps its brightness there.
 *
 * error    TWIN_ERROR_BYTES long; gets one line on failure
 * Returns  0; -1: nothing to free
 */
int board_create(struct board *board, struct twin_cfg *cfg, char *error);
/* Frees the twin and the ledger. Only after board_create has returned 0. */
void board_destroy(struct board *board);

/*
 * Switch on, if it is off, and wait for the first prompt; console.answer and .value tell what was
 * restored.
 */
enum board_end board_boot(struct board *board);

/* Type a line and wait for the prompt; the oracle is told what was typed and answered. */
enum board_end board_type(struct board *board, const char *text);

/* Let virtual time pass. */
enum board_end board_wait(struct board *board, uint64_t for_ps);

/* The power goes at that part of the next program or erase that the chip begins. */
void board_aim(struct board *board, enum twin_command_class class, double fraction);

/*
 * The power goes at that part of the nth write from now, counted from 1: a program or an erase of a
 * flash, a write cycle of a part, or, where a part has none, the end of a frame that writes.
 */
void board_cut_write(struct board *board, uint64_t nth, double fraction);

/* The brightness is kept in the microcontroller's own flash. Before the first boot. */
void board_is_in_mcu_flash(struct board *board);

/* After BOARD_READY: does the backlight show value percent? */
bool board_shows(const struct board *board, unsigned value);

#endif
