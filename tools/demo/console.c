/*
 * Reading the application's console.
 */
#include "tools/demo/console.h"

#include "tools/demo/oracle.h"

#include <stdio.h>
#include <string.h>

void console_clear(struct console *console)
{
    *console = (struct console){.heard = console->heard, .context = console->context};
}

static void line_ended(struct console *console)
{
    unsigned value = 0;
    console->line[console->n] = '\0';
    if (sscanf(console->line, "brightness %u", &value) == 1) {
        console->answer = CONSOLE_BRIGHTNESS;
        console->value = value;
    } else if (sscanf(console->line, "saved %u", &value) == 1) {
        console->answer = CONSOLE_SAVED;
        console->value = value;
    } else if (strncmp(console->line, "error ", 6) == 0) {
        console->answer = CONSOLE_ERROR;
        (void)snprintf(console->error, sizeof console->error, "%s", console->line + 6);
    }
    if (console->heard != NULL && console->n > 0) console->heard(console->context, console->line);
    console->n = 0;
}

bool console_byte(struct console *console, uint8_t byte)
{
    if (byte == '\r') return false;
    if (byte == '\n') {
        line_ended(console);
        return false;
    }
    if (console->n < sizeof console->line - 1) console->line[console->n++] = (char)byte;
    console->at_prompt = console->n == 2 && memcmp(console->line, "> ", 2) == 0;
    if (console->at_prompt) console->n = 0;
    return console->at_prompt;
}

bool console_wanted(const char *typed, unsigned now, unsigned *wanted)
{
    if (sscanf(typed, "set %u", wanted) == 1) return *wanted <= 100;
    if (strcmp(typed, "+") == 0) {
        *wanted = now + CONSOLE_STEP > 100 ? 100 : now + CONSOLE_STEP;
        return true;
    }
    if (strcmp(typed, "-") == 0) {
        *wanted = now < CONSOLE_STEP ? 0 : now - CONSOLE_STEP;
        return true;
    }
    *wanted = ORACLE_DEFAULT;
    return strcmp(typed, "reset") == 0;
}
