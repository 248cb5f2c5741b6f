/*
 * A board on the twin whose firmware says "> " when it waits for a letter.
 */
#ifndef TESTS_SUPPORT_PROMPT_H
#define TESTS_SUPPORT_PROMPT_H

#include "twin/twin.h"

#include <stdbool.h>
#include <stdint.h>

/* A board that is off; ends the test if there cannot be one. End it by prompt_end. */
struct twin *prompt_create(const struct twin_cfg *cfg);

/* The end of a board, if there is one. */
void prompt_end(struct twin **twin);

/* End the test: the run stopped where it should not. Says why, where, and what the console said. */
void prompt_fail_stopped(const struct twin *twin, enum twin_stop stop);

/* Run for 20 s of the board's time at most. */
enum twin_stop prompt_run(struct twin *twin);

/* Run, and end the test if it stops before the prompt. */
void prompt_reach(struct twin *twin);

/* Type letters, each after the prompt that the last one led to. */
void prompt_type(struct twin *twin, const char *letters);

/*
 * For the event of a violation, where a run goes on after one: is it a read that got no strobe, as
 * a chip that is busy gives none?
 */
bool prompt_is_strobe_missing(const struct twin *twin);

/* All that the console said. */
const char *prompt_console(const struct twin *twin);

/* The number behind the last "name " on the console; ends the test if it was never said. */
uint32_t prompt_said(const struct twin *twin, const char *name);

#endif
