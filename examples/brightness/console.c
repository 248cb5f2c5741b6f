/*
 * At each start it says how many lanes the store has, and the brightness. The console's commands:
 *   +  -       five per cent more or less     get    the brightness
 *   set N      0 to 100                       show   what it cost so far
 *   reset      the default
 * Each answer is one line that a program can read: "brightness N", "saved N", "error NAME".
 */
#include "examples/brightness/console.h"

#include "examples/brightness/board.h"
#include "examples/brightness/memory.h"
#include "examples/brightness/place.h"

#include <stddef.h>
#include <string.h>

#define LINE_BYTES 32u
#define STEP 5u
#define CYCLES_PER_US BOARD_CORE_MHZ

static char line[LINE_BYTES];
static uint32_t line_n;
static uint32_t brightness;

static void prompt(void)
{
    line_n = 0;
    board_write("> ");
}

static void say(const char *name, uint32_t value)
{
    board_write(name);
    board_write(" ");
    board_write_number(value);
    board_write("\r\n");
}

static void say_error(enum nacre_err err)
{
    board_write("error ");
    board_write(nacre_err_name(err));
    board_write("\r\n");
}

static void say_brightness(bool is_default)
{
    board_write("brightness ");
    board_write_number(brightness);
    board_write(is_default ? " (default)\r\n" : "\r\n");
}

/* Shown only when it is kept: what a user sees is what the next start brings. */
static void outcome(enum nacre_err err, uint32_t percent)
{
    if (err != NACRE_OK) {
        say_error(err);
        return;
    }
    brightness = percent;
    board_set_backlight(percent);
    say("saved", percent);
}

static void change(uint32_t percent)
{
    outcome(memory_set_brightness(percent), percent);
}

static void say_us(const char *name, uint64_t cycles)
{
    const uint32_t hundredths = (uint32_t)(cycles * 100u / CYCLES_PER_US);

    board_write(name);
    board_write(" ");
    board_write_number(hundredths / 100u);
    board_write(hundredths % 100u < 10u ? ".0" : ".");
    board_write_number(hundredths % 100u);
    board_write("\r\n");
}

static void show(void)
{
    const struct board_counts counts = board_counts();
    struct nacre_stats store;

    say("ticks", counts.ticks);
    say("fast_interrupts", counts.fast);
    say("frames", counts.frames);
    say("frame_errors", counts.frame_errors);
    say("lost_bytes", counts.lost_bytes);
    if (!memory_stats(&store)) return;
    PLACE.show(say, say_us);
    say("lanes", store.lane_count);
    say("cut_bytes_survived", store.cut_bytes_survived);
    say("generation", store.generation);
    say("erase_waits", store.erase_waits);
    say("settles", store.settles);
}

/* A number to the line's end; false if there is none. More than four digits are out of limits. */
static bool read_number(const char *text, uint32_t *number)
{
    uint32_t value = 0;

    if (*text == '\0') return false;
    for (; *text != '\0'; text++) {
        if (*text < '0' || *text > '9') return false;
        if (value <= 9999u) value = value * 10u + (uint32_t)(*text - '0');
    }
    *number = value;
    return true;
}

static void command(void)
{
    uint32_t number;

    if (strcmp(line, "+") == 0) {
        change(brightness + STEP > MEMORY_BRIGHTNESS_MAX ? MEMORY_BRIGHTNESS_MAX
                                                         : brightness + STEP);
    } else if (strcmp(line, "-") == 0) {
        change(brightness < STEP ? 0 : brightness - STEP);
    } else if (strncmp(line, "set ", 4) == 0 && read_number(line + 4, &number)) {
        change(number);
    } else if (strcmp(line, "get") == 0) {
        say("brightness", brightness);
    } else if (strcmp(line, "show") == 0) {
        show();
    } else if (strcmp(line, "reset") == 0) {
        outcome(memory_reset_brightness(), MEMORY_BRIGHTNESS_DEFAULT);
    } else {
        board_write("error unknown command: + - set N get show reset\r\n");
    }
}

static void take(char byte)
{
    static const char echo_end[] = "\r\n";
    char echo[2] = {byte, '\0'};

    if (byte == '\n') return;
    if (byte == '\r') {
        board_write(echo_end);
        line[line_n] = '\0';
        if (line_n != 0) command();
        prompt();
        return;
    }
    if (byte == '\b' || byte == 0x7F) {
        if (line_n == 0) return;
        line_n--;
        board_write("\b \b");
        return;
    }
    if (line_n == LINE_BYTES - 1u) return;
    line[line_n] = byte;
    line_n++;
    board_write(echo);
}

static void say_mismatch(void)
{
    const struct nacre_mismatch *const mismatch = PLACE.mismatch();

    if (mismatch->name == NULL) return;
    board_write("found ");
    board_write(mismatch->name);
    board_write(" ");
    board_write_hex(mismatch->found);
    board_write(" expected ");
    board_write_hex(mismatch->expected);
    board_write(" mask ");
    board_write_hex(mismatch->mask);
    board_write("\r\n");
}

static void say_lanes(void)
{
    struct nacre_stats store;

    if (memory_stats(&store)) say("lanes", store.lane_count);
}

void console_start(enum nacre_err opened)
{
    bool is_default;

    say_lanes();
    if (opened != NACRE_OK) {
        say_error(opened);
        say_mismatch();
    }
    brightness = memory_brightness(&is_default);
    board_set_backlight(brightness);
    say_brightness(is_default);
    prompt();
}

_Noreturn void console_run(void)
{
    for (;;) {
        char byte;

        board_scan_frame();
        if (board_read(&byte)) {
            take(byte);
        } else {
            memory_idle();
            board_sleep();
        }
    }
}
