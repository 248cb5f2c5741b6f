/*
 * Playing a script on a board, and telling the story of it.
 */
#ifndef TOOLS_DEMO_PLAY_H
#define TOOLS_DEMO_PLAY_H

#include "tools/demo/board.h"
#include "tools/demo/script.h"

#include <stdio.h>

struct play {
    struct board board;
    FILE *story;                     /* NULL: tell nothing */
    char cut[LEDGER_CUT_BYTES];      /* how the session that ended did end */
    char adopted[TWIN_ERROR_BYTES];  /* what the last boot took over */
    char deed[SCRIPT_TEXT_BYTES];    /* what the user does */
    size_t told_saves;               /* how many of the ledger's are in the story */
    bool is_on;
    bool is_cut_planned;             /* a cut was asked for and has not come */
    const struct script_command *command;
    unsigned faults;                 /* wrong values, cuts that never came, no answer */
    uint64_t violations;
};

/*
 * Play the commands up to and including last_line.
 *
 * play     board created; story set; the rest zero
 * Returns  true: every value was right and there was no violation; false: the story (or stderr)
 *          says what was wrong in which line, and nothing after it was played
 */
bool play_script(struct play *play, const struct script *script, unsigned last_line);

#endif
