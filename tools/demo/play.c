/*
 * A script played line by line. The first thing that is wrong ends it.
 */
#include "tools/demo/play.h"

#include "tools/demo/story.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

__attribute__((format(printf, 2, 3))) static bool wrong(struct play *play, const char *format, ...)
{
    va_list args;
    FILE *out = play->story != NULL ? play->story : stderr;
    play->faults++;
    fprintf(out, "WRONG     line %u: ", play->command->line);
    va_start(args, format);
    (void)vfprintf(out, format, args);
    va_end(args);
    fputc('\n', out);
    return false;
}

static bool violated(struct play *play)
{
    struct twin_violation violation;
    play->violations++;
    twin_violation_get(play->board.twin, &violation);
    return wrong(play, "violation: %s at %.3f us, pc %08x (%s)%s, address %08x: %s",
                 twin_violation_name(violation.kind), ledger_us(violation.time_ps), violation.pc,
                 violation.symbol, violation.pc_is_exact ? "" : ", block start", violation.addr,
                 violation.detail);
}

static void tell_saves(struct play *play)
{
    story_saves(play->story, &play->board.ledger, play->told_saves, play->deed);
    play->told_saves = play->board.ledger.save_count;
}

/* Once in full; then only what differs. */
static void tell_adopted(struct play *play)
{
    const char *adopted = twin_boot_state(play->board.twin);
    const bool is_same = strncmp(adopted, play->adopted, sizeof play->adopted) == 0;
    story_text(play->story, "adopted", is_same ? "the same as before" : adopted);
    (void)snprintf(play->adopted, sizeof play->adopted, "%s", adopted);
}

/* What every step has in common: true if the script goes on. */
static bool went_well(struct play *play, enum board_end end)
{
    if (end == BOARD_VIOLATION) return violated(play);
    if (end == BOARD_SILENT) return wrong(play, "%s", play->board.fault);
    if (end == BOARD_CUT) {
        play->is_on = false;
        play->is_cut_planned = false;
        tell_saves(play);
        story_cut(play->story, &play->board, play->cut);
    }
    return true;
}

/* Every line that the board says while it starts is part of the story. */
static void on_line(void *context, const char *line)
{
    story_line(context, line);
}

static bool judge_boot(struct play *play)
{
    struct board *board = &play->board;
    struct ledger_boot boot = {.line = play->command->line, .found = board->console.value};
    memcpy(boot.cut, play->cut, sizeof boot.cut);
    boot.allowed_count = oracle_allowed(&board->oracle, boot.allowed);
    boot.is_allowed = oracle_found(&board->oracle, boot.found);
    ledger_boot(&board->ledger, &boot);
    tell_adopted(play);
    story_boot(play->story, &boot);
    if (!boot.is_allowed) return wrong(play, "a brightness of %u is not allowed", boot.found);
    if (!board_shows(board, boot.found)) {
        return wrong(play, "the console says %u, the backlight shows %d %%", boot.found,
                     twin_backlight_percent(board->twin));
    }
    return true;
}

static bool play_boot(struct play *play)
{
    struct board *board = &play->board;
    if (play->is_cut_planned) return wrong(play, "the cut that was asked for never came");
    if (play->is_on) return wrong(play, "the board is on: \"off\" or a cut comes first");
    board->console.heard = play->story != NULL ? on_line : NULL;
    board->console.context = play->story;
    const enum board_end end = board_boot(board);
    board->console.heard = NULL;
    play->is_on = true;
    if (end != BOARD_READY) return went_well(play, end);
    if (board->console.answer != CONSOLE_BRIGHTNESS) {
        return wrong(play, "the board did not say its brightness at start");
    }
    return judge_boot(play);
}

static bool play_off(struct play *play)
{
    twin_power_off(play->board.twin);
    ledger_power_off(&play->board.ledger);
    play->is_on = false;
    (void)snprintf(play->cut, sizeof play->cut, "none");
    return true;
}

/* Type one line and judge its answer. */
static bool type_line(struct play *play, const char *text)
{
    struct board *board = &play->board;
    unsigned wanted = 0;
    const bool asks = console_wanted(text, board->oracle.settled, &wanted);
    const enum board_end end = board_type(board, text);
    if (!went_well(play, end)) return false;
    if (end != BOARD_READY) return true;
    if (asks && (board->console.answer != CONSOLE_SAVED || board->console.value != wanted)) {
        return wrong(play, "\"%s\" was answered %s %u", text, board->console.error,
                     board->console.value);
    }
    if (board->console.answer == CONSOLE_BRIGHTNESS &&
        board->console.value != board->oracle.settled) {
        return wrong(play, "\"%s\" was answered %u, not %u", text, board->console.value,
                     board->oracle.settled);
    }
    if (!board_shows(board, board->oracle.settled)) {
        return wrong(play, "after \"%s\" the backlight shows %d %%", text,
                     twin_backlight_percent(board->twin));
    }
    return true;
}

static bool play_type(struct play *play)
{
    if (!play->is_on) return wrong(play, "the board is off");
    (void)snprintf(play->deed, sizeof play->deed, "%s", play->command->text);
    if (!type_line(play, play->command->text)) return false;
    tell_saves(play);
    return true;
}

/* The slider at a step: spread evenly, or, with more steps than values, to and fro one by one. */
static unsigned slider_value(const struct script_command *command, unsigned step)
{
    const bool rises = command->to >= command->from;
    const unsigned span = rises ? command->to - command->from : command->from - command->to;
    unsigned moved = step * span / (command->steps - 1);
    if (command->steps > span + 1 && span > 0) {
        moved = step % (2 * span);
        moved = moved > span ? 2 * span - moved : moved;
    }
    return rises ? command->from + moved : command->from - moved;
}

static bool play_slider(struct play *play)
{
    const struct script_command *command = play->command;
    char text[SCRIPT_TEXT_BYTES];
    if (!play->is_on) return wrong(play, "the board is off");
    (void)snprintf(play->deed, sizeof play->deed, "slider %u to %u", command->from, command->to);
    for (unsigned i = 0; i < command->steps && play->is_on; i++) {
        (void)snprintf(text, sizeof text, "set %u", slider_value(command, i));
        if (!type_line(play, text)) return false;
    }
    tell_saves(play);
    return true;
}

static bool play_wait(struct play *play)
{
    if (!play->is_on) return wrong(play, "the board is off");
    return went_well(play, board_wait(&play->board, play->command->time_ps));
}

static bool play_cut(struct play *play)
{
    const struct script_command *command = play->command;
    struct board *board = &play->board;
    const double ms = (double)command->time_ps / (double)TWIN_PS_PER_MS;
    if (!play->is_on) return wrong(play, "the board is off");
    play->is_cut_planned = true;
    if (command->kind == SCRIPT_CUT_TIME) {
        const struct twin_cut cut = {.kind = TWIN_CUT_AT_TIME,
                                     .time_ps = twin_now_ps(board->twin) + command->time_ps};
        twin_cut_plan(board->twin, &cut);
        (void)snprintf(play->cut, sizeof play->cut, "%g ms after it was asked for", ms);
        return true;
    }
    if (command->kind == SCRIPT_CUT_WRITE) {
        board_cut_write(board, command->nth, command->fraction);
        (void)snprintf(play->cut, sizeof play->cut, "in write %u from then on, at %g %% of it",
                       command->nth, command->fraction * 100.0);
        return true;
    }
    if (board->place != BOARD_RUNNING_FLASH) {
        return wrong(play, "only the running flash has this cut: \"cut write\" is for any");
    }
    const bool is_program = command->kind == SCRIPT_CUT_PROGRAM;
    board_aim(board, is_program ? TWIN_COMMAND_PROGRAM : TWIN_COMMAND_ERASE, command->fraction);
    (void)snprintf(play->cut, sizeof play->cut, "in %s, at %g %% of it",
                   is_program ? "a program" : "an erase", command->fraction * 100.0);
    return true;
}

static bool play_expect(struct play *play)
{
    const struct script_command *command = play->command;
    for (unsigned i = 0; i < command->value_count; i++) {
        if (command->values[i] == play->board.oracle.settled) return true;
    }
    return wrong(play, "the brightness is %u, which the script does not expect",
                 play->board.oracle.settled);
}

static bool play_command(struct play *play)
{
    switch (play->command->kind) {
    case SCRIPT_BOOT: return play_boot(play);
    case SCRIPT_TYPE: return play_type(play);
    case SCRIPT_WAIT: return play_wait(play);
    case SCRIPT_SLIDER: return play_slider(play);
    case SCRIPT_CUT_PROGRAM:
    case SCRIPT_CUT_ERASE:
    case SCRIPT_CUT_WRITE:
    case SCRIPT_CUT_TIME: return play_cut(play);
    case SCRIPT_OFF: return play_off(play);
    case SCRIPT_EXPECT: return play_expect(play);
    }
    return false;
}

bool play_script(struct play *play, const struct script *script, unsigned last_line)
{
    (void)snprintf(play->cut, sizeof play->cut, "none");
    for (size_t i = 0; i < script->count && script->commands[i].line <= last_line; i++) {
        play->command = &script->commands[i];
        play->board.ledger.line = play->command->line;
        if (!play_command(play)) return false;
    }
    if (play->is_cut_planned) return wrong(play, "the cut that was asked for never came");
    return true;
}
