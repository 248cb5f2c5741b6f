/*
 * A board with the brightness application.
 */
#include "tools/demo/board.h"

#include "twin/mcu_flash.h"
#include "twin/parts/part.h"

#include <stdio.h>
#include <string.h>

#define PROMPT_PS (5000 * TWIN_PS_PER_MS) /* the longest erase of the chip takes 0.6 s */
#define WALL_MS 120000

static void take_aim(struct board *board, const struct twin_event *event)
{
    struct board_aim *aim = &board->aim;
    if (aim->class == TWIN_COMMAND_OTHER || aim->is_hit) return;
    if (event->u.command.class != aim->class) return;
    aim->is_hit = true;
    aim->cut_ps = event->time_ps + (uint64_t)(aim->fraction * (double)event->u.command.busy_ps);
    twin_stop(board->twin);
}

static void on_event(void *context, const struct twin_event *event)
{
    struct board *board = context;
    /* The promise counts from the call's return, which is well before the console has said so. */
    if (ledger_event(&board->ledger, event)) oracle_saved(&board->oracle);
    if (event->kind == TWIN_EVENT_UART) {
        if (console_byte(&board->console, event->u.uart_byte)) twin_stop(board->twin);
    } else if (event->kind == TWIN_EVENT_COMMAND) {
        take_aim(board, event);
    }
    if (board->also != NULL) board->also(board->also_context, event);
}

static void count_part(void *context, struct ledger_counts *counts)
{
    const struct board *board = context;
    const struct part_counters part = part_counters(twin_part(board->twin, 0));
    struct twin_bus_counts bus;
    twin_bus_counts_get(board->twin, &bus);
    *counts = (struct ledger_counts){.writes = part.writes, .write_bytes = part.write_bytes,
                                     .erases = part.erases, .bus_bytes = bus.bytes,
                                     .bus_ps = bus.busy_ps};
}

static void count_mcu_flash(void *context, struct ledger_counts *counts)
{
    const struct board *board = context;
    const struct mcu_flash *flash = twin_mcu_flash(board->twin);
    *counts = (struct ledger_counts){.writes = flash->program_count,
                                     .write_bytes = flash->program_count * MCU_FLASH_WORD_BYTES,
                                     .erases = flash->erase_count};
}

static void count_by(struct board *board, enum board_place place, ledger_count_fn *count)
{
    board->place = place;
    board->ledger.count = count;
    board->ledger.count_context = board;
}

void board_is_in_mcu_flash(struct board *board)
{
    count_by(board, BOARD_MCU_FLASH, count_mcu_flash);
}

int board_create(struct board *board, struct twin_cfg *cfg, char *error)
{
    *board = (struct board){0};
    cfg->event = on_event;
    cfg->event_context = board;
    board->twin = twin_create(cfg, error);
    if (board->twin == NULL) return -1;
    ledger_init(&board->ledger);
    oracle_init(&board->oracle);
    if (cfg->part[0] != NULL) count_by(board, BOARD_PART, count_part);
    bool has_set = false;
    for (size_t i = 0; ledger_calls[i] != NULL; i++) {
        const bool is_there = twin_watch(board->twin, ledger_calls[i]);
        has_set = has_set || (is_there && strcmp(ledger_calls[i], "nacre_set") == 0);
    }
    if (!has_set) {
        (void)snprintf(error, TWIN_ERROR_BYTES, "%s: nacre_set is not in it",
                       cfg->app_path);
        twin_destroy(board->twin);
        return -1;
    }
    return 0;
}

void board_destroy(struct board *board)
{
    ledger_free(&board->ledger);
    twin_destroy(board->twin);
}

static void plan_cut(struct board *board)
{
    const struct twin_cut cut = {.kind = TWIN_CUT_AT_TIME, .time_ps = board->aim.cut_ps};
    twin_cut_plan(board->twin, &cut);
    board->aim = (struct board_aim){0};
}

/* What was under way is no save; the next boot tells. */
static enum board_end interrupted(struct board *board, enum board_end end)
{
    ledger_power_off(&board->ledger);
    board->aim = (struct board_aim){0};
    return end;
}

/* Run until the prompt, or, where want_prompt is false, until the time has come. */
static enum board_end go(struct board *board, uint64_t until_ps, bool want_prompt)
{
    for (;;) {
        const struct twin_until until = {.time_ps = until_ps, .wall_ms = WALL_MS};
        const enum twin_stop stop = twin_run(board->twin, &until);
        if (stop == TWIN_STOP_CUT || stop == TWIN_STOP_OFF) return interrupted(board, BOARD_CUT);
        if (stop == TWIN_STOP_RESET) return interrupted(board, BOARD_RESET);
        if (stop == TWIN_STOP_VIOLATION) return BOARD_VIOLATION;
        if (stop == TWIN_STOP_ASKED && board->aim.is_hit) plan_cut(board);
        if (want_prompt && board->console.at_prompt) return BOARD_READY;
        if (stop == TWIN_STOP_TIME && !want_prompt) return BOARD_READY;
        if (stop != TWIN_STOP_ASKED) {
            (void)snprintf(board->fault, sizeof board->fault, "no prompt: %s %s",
                           twin_stop_name(stop),
                           stop == TWIN_STOP_BROKEN ? twin_error(board->twin) : "");
            return BOARD_SILENT;
        }
    }
}

enum board_end board_boot(struct board *board)
{
    console_clear(&board->console);
    twin_power_on(board->twin);
    return go(board, twin_now_ps(board->twin) + PROMPT_PS, true);
}

enum board_end board_type(struct board *board, const char *text)
{
    char line[CONSOLE_LINE_BYTES];
    unsigned wanted = 0;
    (void)snprintf(line, sizeof line, "%s\r", text);
    if (console_wanted(text, board->oracle.settled, &wanted)) {
        oracle_typed(&board->oracle, wanted);
    }
    console_clear(&board->console);
    twin_uart_type(board->twin, line);
    const enum board_end end = go(board, twin_now_ps(board->twin) + PROMPT_PS, true);
    /* An answer counts as soon as its line is there, also when a cut swallows the prompt. */
    if (board->console.answer == CONSOLE_SAVED) {
        oracle_saved(&board->oracle);
    } else if (board->console.answer == CONSOLE_ERROR) {
        oracle_refused(&board->oracle);
    }
    return end;
}

enum board_end board_wait(struct board *board, uint64_t for_ps)
{
    return go(board, twin_now_ps(board->twin) + for_ps, false);
}

void board_aim(struct board *board, enum twin_command_class class, double fraction)
{
    board->aim = (struct board_aim){.class = class, .fraction = fraction};
}

void board_cut_write(struct board *board, uint64_t nth, double fraction)
{
    struct twin_cut cut = {.kind = TWIN_CUT_IN_OPERATION, .fraction = fraction};
    if (board->place == BOARD_PART) {
        struct twin_bus_counts counts;
        twin_bus_counts_get(board->twin, &counts);
        cut.kind = TWIN_CUT_IN_PART_WRITE;
        cut.count = counts.writes + nth - 1u;
    } else if (board->place == BOARD_MCU_FLASH) {
        const struct mcu_flash *flash = twin_mcu_flash(board->twin);
        cut.kind = TWIN_CUT_IN_MCU_FLASH;
        cut.count = flash->program_count + flash->erase_count + nth - 1u;
    } else {
        cut.count = twin_operation_count(board->twin) + nth - 1u;
    }
    twin_cut_plan(board->twin, &cut);
}

bool board_shows(const struct board *board, unsigned value)
{
    return twin_backlight_percent(board->twin) == (int)value;
}
