/*
 * Playing a script on a board, and telling the story of it.
 */
#ifndef TOOLS_DEMO_PLAY_H
#define TOOLS_DEMO_PLAY_H

#include "tools/demo/board.h"
#include "tools/demo/script.h"

#include <stdio.h>

#define PLAY_REPLAY_BYTES 512

struct play {
    struct board board;
    FILE *story;                     /* NULL: tell nothing */
    const char *replay;              /* command line without --last-line */
    char cut[LEDGER_CUT_BYTES];      /* how the session that ended did end */
    bool is_on;
    bool is_cut_planned;             /* a cut was asked for and has not come */
    const struct script_command *command;
    unsigned faults;                 /* wrong values, cuts that never came, no answer */
    uint64_t violations;
};

/*
 * Play the commands up to and including last_line.
 *
 * play     board created; story and replay set; the rest zero
 * Returns  true: every value was right and there was no violation; false: the story says what,
 *          with the line that replays it, and nothing after it was played
 */
bool play_script(struct play *play, const struct script *script, unsigned last_line);

#endif
