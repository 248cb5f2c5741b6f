/*
 * A session of a user with the board, as a text file: one command a line.
 *
 * A script is read as a whole before anything is run, so that a line which the demo does not know
 * costs nothing. The words are listed in script_words and explained in README.md.
 */
#ifndef TOOLS_DEMO_SCRIPT_H
#define TOOLS_DEMO_SCRIPT_H

#include <stddef.h>
#include <stdint.h>

/* "slider" with more steps than values goes to and fro. */
#define SCRIPT_LINES_MAX 500
#define SCRIPT_TEXT_BYTES 64
#define SCRIPT_VALUES_MAX 8
#define SCRIPT_ERROR_BYTES 512

enum script_kind {
    SCRIPT_BOOT,        /* boot                     power on, and wait for the prompt */
    SCRIPT_TYPE,        /* type TEXT                type a line and wait for its answer */
    SCRIPT_WAIT,        /* wait TIME                let virtual time pass */
    SCRIPT_SLIDER,      /* slider FROM TO STEPS     drag: STEPS lines "set N" in a row */
    SCRIPT_CUT_PROGRAM, /* cut program FRACTION     the next program is cut at that part of it */
    SCRIPT_CUT_ERASE,   /* cut erase FRACTION       the next erase is */
    SCRIPT_CUT_WRITE,   /* cut write N FRACTION     the Nth write, program or erase from now is */
    SCRIPT_CUT_TIME,    /* cut time TIME            the power fails so long from now */
    SCRIPT_OFF,         /* off                      the plug is pulled while nothing is under way */
    SCRIPT_EXPECT       /* expect VALUE...          the brightness is one of these */
};

struct script_command {
    enum script_kind kind;
    unsigned line;
    char text[SCRIPT_TEXT_BYTES];       /* what is typed */
    uint64_t time_ps;
    double fraction;                    /* 0.0 .. 1.0 */
    unsigned from, to, steps;
    unsigned nth;                       /* from 1 */
    unsigned values[SCRIPT_VALUES_MAX];
    unsigned value_count;
};

struct script {
    struct script_command commands[SCRIPT_LINES_MAX];
    size_t count;
};

/* The words that a line may start with, for a message. */
extern const char script_words[];

/*
 * Read a script from text.
 *
 * name     of the file, for the message
 * text     NUL-terminated
 * error    SCRIPT_ERROR_BYTES long; gets one line that names file, line, fault and known words
 * Returns  0; -1: error is written, script undefined
 */
int script_parse(struct script *script, const char *name, const char *text, char *error);

/* As script_parse, from a file. A file that cannot be read is an error like any other. */
int script_load(struct script *script, const char *path, char *error);

#endif
