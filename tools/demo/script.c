/*
 * Reading a script: lines to commands, each with a check of every word.
 */
#include "tools/demo/script.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WORDS_MAX 12
#define LINE_BYTES 160
#define FILE_BYTES_MAX 65536
#define PERCENT_MAX 100u
#define STEPS_MAX 5000u
#define WRITES_MAX 1000000u
#define TIME_S_MAX 3600.0

const char script_words[] =
    "boot, type TEXT, wait TIME, slider FROM TO STEPS, cut program FRACTION, cut erase FRACTION, "
    "cut write N FRACTION, cut time TIME, off, expect VALUE...";

/* One line under way: where a fault is told, and the words it was split into. */
struct reader {
    const char *name;
    char *error;
    unsigned line;
    char *words[WORDS_MAX];
    unsigned word_count;
};

__attribute__((format(printf, 2, 3))) static int fault(struct reader *reader, const char *format,
                                                       ...)
{
    va_list args;
    int n = snprintf(reader->error, SCRIPT_ERROR_BYTES, "%s:%u: ", reader->name, reader->line);
    va_start(args, format);
    if (n > 0 && n < SCRIPT_ERROR_BYTES) {
        (void)vsnprintf(reader->error + n, (size_t)(SCRIPT_ERROR_BYTES - n), format, args);
    }
    va_end(args);
    return -1;
}

static int read_number(struct reader *reader, const char *word, unsigned max, unsigned *value)
{
    char *end = NULL;
    errno = 0;
    const unsigned long number = strtoul(word, &end, 10);
    if (word[0] < '0' || word[0] > '9' || *end != '\0' || errno != 0 || number > max) {
        return fault(reader, "\"%s\" is not a number from 0 to %u", word, max);
    }
    *value = (unsigned)number;
    return 0;
}

static int read_fraction(struct reader *reader, const char *word, double *fraction)
{
    char *end = NULL;
    *fraction = strtod(word, &end);
    if (end == word || *end != '\0' || !(*fraction >= 0.0 && *fraction <= 1.0)) {
        return fault(reader, "\"%s\" is not a fraction from 0.0 to 1.0", word);
    }
    return 0;
}

static int read_time(struct reader *reader, const char *word, uint64_t *time_ps)
{
    static const struct {
        const char *unit;
        double seconds;
    } units[] = {{"us", 1e-6}, {"ms", 1e-3}, {"s", 1.0}};
    char *end = NULL;
    const double number = strtod(word, &end);
    for (size_t i = 0; end != word && i < sizeof units / sizeof units[0]; i++) {
        const double seconds = number * units[i].seconds;
        if (strcmp(end, units[i].unit) == 0 && seconds >= 0.0 && seconds <= TIME_S_MAX) {
            *time_ps = (uint64_t)(seconds * 1e12);
            return 0;
        }
    }
    return fault(reader, "\"%s\" is not a time such as 150us, 20ms or 1s", word);
}

static int need_words(struct reader *reader, unsigned count)
{
    if (reader->word_count != count) {
        return fault(reader, "\"%s\" takes %u more word%s, here are %u", reader->words[0],
                     count - 1u, count == 2u ? "" : "s", reader->word_count - 1u);
    }
    return 0;
}

static int read_boot(struct reader *reader, struct script_command *command)
{
    command->kind = strcmp(reader->words[0], "off") == 0 ? SCRIPT_OFF : SCRIPT_BOOT;
    return need_words(reader, 1);
}

/* What is typed is the rest of the line, with one blank between two words. */
static int read_type(struct reader *reader, struct script_command *command)
{
    size_t n = 0;
    command->kind = SCRIPT_TYPE;
    if (reader->word_count < 2) {
        return fault(reader, "\"type\" needs the text to type");
    }
    for (unsigned i = 1; i < reader->word_count; i++) {
        n += (size_t)snprintf(command->text + n, sizeof command->text - n, "%s%s",
                              i > 1 ? " " : "", reader->words[i]);
        if (n >= sizeof command->text) {
            return fault(reader, "the text is longer than %d characters", SCRIPT_TEXT_BYTES - 1);
        }
    }
    return 0;
}

static int read_wait(struct reader *reader, struct script_command *command)
{
    command->kind = SCRIPT_WAIT;
    if (need_words(reader, 2) != 0) return -1;
    return read_time(reader, reader->words[1], &command->time_ps);
}

static int read_slider(struct reader *reader, struct script_command *command)
{
    command->kind = SCRIPT_SLIDER;
    if (need_words(reader, 4) != 0) return -1;
    if (read_number(reader, reader->words[1], PERCENT_MAX, &command->from) != 0) return -1;
    if (read_number(reader, reader->words[2], PERCENT_MAX, &command->to) != 0) return -1;
    if (read_number(reader, reader->words[3], STEPS_MAX, &command->steps) != 0) return -1;
    if (command->steps < 2) {
        return fault(reader, "a drag has at least 2 steps");
    }
    return 0;
}

/* The Nth from now, whatever it is; counted from 1. */
static int read_cut_write(struct reader *reader, struct script_command *command)
{
    command->kind = SCRIPT_CUT_WRITE;
    if (need_words(reader, 4) != 0) return -1;
    if (read_number(reader, reader->words[2], WRITES_MAX, &command->nth) != 0) return -1;
    if (command->nth == 0) {
        return fault(reader, "writes are counted from 1");
    }
    return read_fraction(reader, reader->words[3], &command->fraction);
}

static int read_cut(struct reader *reader, struct script_command *command)
{
    if (reader->word_count > 1 && strcmp(reader->words[1], "write") == 0) {
        return read_cut_write(reader, command);
    }
    if (need_words(reader, 3) != 0) return -1;
    if (strcmp(reader->words[1], "time") == 0) {
        command->kind = SCRIPT_CUT_TIME;
        return read_time(reader, reader->words[2], &command->time_ps);
    }
    if (strcmp(reader->words[1], "program") == 0) {
        command->kind = SCRIPT_CUT_PROGRAM;
    } else if (strcmp(reader->words[1], "erase") == 0) {
        command->kind = SCRIPT_CUT_ERASE;
    } else {
        return fault(reader, "\"cut %s\" is not known; known: %s", reader->words[1], script_words);
    }
    return read_fraction(reader, reader->words[2], &command->fraction);
}

static int read_expect(struct reader *reader, struct script_command *command)
{
    command->kind = SCRIPT_EXPECT;
    if (reader->word_count < 2 || reader->word_count > SCRIPT_VALUES_MAX + 1u) {
        return fault(reader, "\"expect\" takes 1 to %d values", SCRIPT_VALUES_MAX);
    }
    for (unsigned i = 1; i < reader->word_count; i++) {
        unsigned *value = &command->values[command->value_count++];
        if (read_number(reader, reader->words[i], PERCENT_MAX, value) != 0) return -1;
    }
    return 0;
}

static int read_command(struct reader *reader, struct script_command *command)
{
    static const struct {
        const char *word;
        int (*read)(struct reader *, struct script_command *);
    } known[] = {{"boot", read_boot},     {"off", read_boot}, {"type", read_type},
                 {"wait", read_wait},     {"cut", read_cut},  {"slider", read_slider},
                 {"expect", read_expect}};
    *command = (struct script_command){.line = reader->line};
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        if (strcmp(reader->words[0], known[i].word) == 0) {
            return known[i].read(reader, command);
        }
    }
    return fault(reader, "\"%s\" is not known; known: %s", reader->words[0], script_words);
}

/* Split the line in place; -1 if it has more words than any command takes. */
static int split(struct reader *reader, char *line)
{
    char *rest = NULL;
    reader->word_count = 0;
    for (char *word = strtok_r(line, " \t\r", &rest); word != NULL && word[0] != '#';
         word = strtok_r(NULL, " \t\r", &rest)) {
        if (reader->word_count == WORDS_MAX) {
            return fault(reader, "more than %d words; known: %s", WORDS_MAX, script_words);
        }
        reader->words[reader->word_count++] = word;
    }
    return 0;
}

static int parse_line(struct script *script, struct reader *reader, const char *text, size_t n)
{
    char line[LINE_BYTES];
    if (n >= sizeof line) {
        return fault(reader, "the line is longer than %d characters", LINE_BYTES - 1);
    }
    memcpy(line, text, n);
    line[n] = '\0';
    if (split(reader, line) != 0) return -1;
    if (reader->word_count == 0) return 0;
    if (script->count == SCRIPT_LINES_MAX) {
        return fault(reader, "more than %d commands", SCRIPT_LINES_MAX);
    }
    return read_command(reader, &script->commands[script->count++]);
}

int script_parse(struct script *script, const char *name, const char *text, char *error)
{
    struct reader reader = {.name = name, .error = error, .line = 1};
    script->count = 0;
    for (;;) {
        const char *end = strchr(text, '\n');
        const size_t n = end != NULL ? (size_t)(end - text) : strlen(text);
        if (parse_line(script, &reader, text, n) != 0) return -1;
        if (end == NULL) break;
        text = end + 1;
        reader.line++;
    }
    return script->count > 0 ? 0 : fault(&reader, "no command in it; known: %s", script_words);
}

int script_load(struct script *script, const char *path, char *error)
{
    static char text[FILE_BYTES_MAX];
    struct reader reader = {.name = path, .error = error};
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        return fault(&reader, "%s", strerror(errno));
    }
    const size_t n = fread(text, 1, sizeof text - 1, file);
    const bool bad = ferror(file) != 0 || fgetc(file) != EOF;
    (void)fclose(file);
    if (bad) {
        return fault(&reader, "cannot be read, or is larger than %d bytes", FILE_BYTES_MAX - 1);
    }
    if (memchr(text, '\0', n) != NULL) {
        return fault(&reader, "is not a text file");
    }
    text[n] = '\0';
    return script_parse(script, path, text, error);
}
