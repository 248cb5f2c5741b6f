/*
 * What the demo shows on the screen. Every function takes NULL for "tell nothing".
 */
#ifndef TOOLS_DEMO_STORY_H
#define TOOLS_DEMO_STORY_H

#include "tools/demo/board.h"

#include <stdio.h>

/* A line that the board said while it started. */
void story_line(FILE *story, const char *line);

/* A label and a text, broken between words so that no line is longer than 80 columns. */
void story_text(FILE *story, const char *label, const char *text);

/* What a boot found. */
void story_boot(FILE *story, const struct ledger_boot *boot);

/*
 * The saves from the one with the index from: each one, or, where there are many, the range of
 * each cost. what is the user's deed. Of the running flash what was dark, of another memory what
 * was written and moved.
 */
void story_saves(FILE *story, const struct ledger *ledger, size_t from, const char *what);

/* The power failed; how says at which point. */
void story_cut(FILE *story, const struct board *board, const char *how);

#endif
