/*
 * The console of the brightness application (examples/brightness), as a user reads it.
 *
 * The application answers each line with one or more lines and a prompt "> ". This file alone
 * knows the words: "brightness N" at start and on "get", "saved N" once a change is durable,
 * "error NACRE_X" when it is refused.
 */
#ifndef TOOLS_DEMO_CONSOLE_H
#define TOOLS_DEMO_CONSOLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CONSOLE_LINE_BYTES 160
#define CONSOLE_STEP 5u /* what "+" and "-" change */

enum console_answer { CONSOLE_SILENT, CONSOLE_BRIGHTNESS, CONSOLE_SAVED, CONSOLE_ERROR };

/* What the application said since console_clear. */
struct console {
    char line[CONSOLE_LINE_BYTES]; /* being received */
    size_t n;
    enum console_answer answer;    /* of the last line that is one */
    unsigned value;                /* of CONSOLE_BRIGHTNESS and CONSOLE_SAVED */
    char error[CONSOLE_LINE_BYTES];
    bool at_prompt;
    void (*heard)(void *context, const char *line); /* each whole line; may be NULL */
    void *context;
};

/* Forget the answer; lines are told to the same listener. */
void console_clear(struct console *console);

/* One byte from the board. True when it completes the prompt. */
bool console_byte(struct console *console, uint8_t byte);

/* The brightness that a typed line asks for, if the board has now; false if it changes nothing. */
bool console_wanted(const char *typed, unsigned now, unsigned *wanted);

#endif
